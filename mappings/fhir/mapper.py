"""The mapper: a message as the bytes of a bundle, and back."""

from collections.abc import Callable, Sequence

from typing_extensions import override

from gateway.domain.messages import Kind, Message
from gateway.domain.party import Party
from gateway.ports.bundles import AuditRecord, BundleMapper
from mappings.fhir.audit import read_role, write_audit
from mappings.fhir.checks import check_frame, check_rules
from mappings.fhir.contents import FORMS
from mappings.fhir.datatypes import identifier, instant, urn
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json
from mappings.fhir.header import check_conversation, read_parties, read_sequence, write_header
from mappings.fhir.strict_json import dump, parse
from mappings.fhir.task import has_task, read_referral_id
from mappings.fhir.validator import validate
from mappings.fhir.view import View
from mappings.terminology.systems import URI


class FhirBundleMapper(BundleMapper):
    """FHIR R4 message bundles.

    Args:
        party: Finds a party by its id: name and role for header and audit lines. Only writing asks it; it raises its
            own error for a party it does not know.
    """

    def __init__(self, party: Callable[[str], Party]) -> None:
        self._party = party

    @override
    def to_bundle(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> bytes:
        """Write a message; see the port."""
        return dump(self.draft(message, audit=audit))

    def draft(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> Json:
        """The bundle as a plain dict, checked in every way."""
        check_conversation(message.kind, message.referral_id, message.sequence)
        draft = Draft(message, self._party(message.sender), self._party(message.recipient))
        write_header(draft)
        FORMS[message.kind].write(draft, message.content)
        write_audit(draft, audit)
        bundle: Json = {
            "resourceType": "Bundle",
            "identifier": identifier(URI, urn(message.message_id, "Bundle.identifier")),
            "type": "message",
            "timestamp": instant(message.sent_at),
            "entry": draft.entries,
        }
        check(bundle)
        return bundle

    @override
    def from_bundle(self, payload: bytes) -> Message:
        """Read a bundle; see the port."""
        bundle = parse(payload)
        kind = check(bundle)
        view = View.of(bundle)
        sender, recipient = read_parties(view.header)
        message = Message(
            message_id=view.header.plain("id"),
            sender=sender,
            recipient=recipient,
            sent_at=view.sent_at,
            content=FORMS[kind].read(view),
            referral_id=read_referral_id(view.task, kind) if has_task(kind) else None,
            sequence=read_sequence(view.header),
            acted_as=read_role(view),
        )
        check_conversation(kind, message.referral_id, message.sequence)
        return message


def check(bundle: Json) -> Kind:
    """Hold a bundle to the frame, the closed list, the R4 models and the rules of its kind.

    Returns:
        The kind.

    Raises:
        RefusedError: ``bundle-...``.
    """
    kind = check_frame(bundle)
    check_rules(bundle, kind, validate(bundle, kind))
    return kind
