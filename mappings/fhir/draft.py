"""A bundle while it is being written."""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from gateway.domain.messages import DocumentRole, Message
from gateway.domain.party import Party, Role
from mappings.fhir.datatypes import canonical_uuid, coding, logical
from mappings.fhir.exact import Json
from mappings.terminology.systems import ACT_CODE, PARTY_ID, REFERRAL_SUBJECT

SECURITY = (coding(ACT_CODE, "EMP"), coding(ACT_CODE, "NOAUTH"))
"""The employer wall: every entry is sensitive for the employer, and goes nowhere without authorisation."""


@dataclass(slots=True)
class Draft:
    """Entries with their addresses, all derived from the message id, so that the same message gives the same bytes.

    Attributes:
        message: What is being said.
        sender, recipient: The parties.
        entries: As they will stand in the bundle.
        patient: Reference to the employee: by pseudonym, or to the Patient entry once there is one.
        consents, documents: References by consent id and by document role.
    """

    message: Message
    sender: Party
    recipient: Party
    entries: list[Json] = field(default_factory=list)
    patient: Json = field(default_factory=dict)
    consents: dict[str, Json] = field(default_factory=dict)
    documents: dict[DocumentRole, list[Json]] = field(default_factory=dict)
    _space: UUID = field(init=False)

    def __post_init__(self) -> None:
        self._space = UUID(canonical_uuid(self.message.message_id, "MessageHeader.id"))
        if self.message.referral_id is not None:
            self.patient = logical("Patient", REFERRAL_SUBJECT, self.message.referral_id)

    def address(self, name: str) -> str:
        """The ``urn:uuid`` of the entry with that name."""
        found = self._space if name == "header" else uuid5(self._space, name)
        return f"urn:uuid:{found}"

    def add(self, name: str, resource: Json, profile: str | None = None) -> Json:
        """Add an entry with its security labels and profile; returns a reference to it."""
        address = self.address(name)
        meta: Json = {"profile": [profile]} if profile else {}
        head = {"resourceType": resource["resourceType"], "id": address.removeprefix("urn:uuid:")}
        head["meta"] = meta | {"security": [dict(label) for label in SECURITY]}
        self.entries.append({"fullUrl": address, "resource": head | resource})
        return {"reference": address}

    @property
    def placer(self) -> Party:
        """The occupational health service: it orders."""
        return next((party for party in (self.sender, self.recipient) if party.role is Role.OHS), self.sender)

    @property
    def filler(self) -> Party:
        """The other one: it fulfils."""
        return self.recipient if self.placer is self.sender else self.sender


def party_reference(party: Party) -> Json:
    """A logical reference to a party."""
    return logical("Organization", PARTY_ID, party.party_id)
