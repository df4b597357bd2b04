"""The MessageHeader: kind, parties, place in the conversation."""

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from gateway.domain.party import Party, Role
from gateway.domain.protocol import PROTOCOL
from mappings.fhir.datatypes import coding, extension
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.node import Node, known
from mappings.fhir.refusals import refusal
from mappings.terminology.systems import MESSAGE_KIND, PARTY_ENDPOINT, SEQUENCE

_FOCUS = {Kind.INVOICE_ISSUED: "invoice", Kind.RECEIPT: None}
_LARGEST_SEQUENCE = 2**31 - 1


def write_header(draft: Draft) -> None:
    """Add the MessageHeader as first entry; receipts add their response later."""
    message = draft.message
    header: Json = {"resourceType": "MessageHeader"}
    if message.sequence is not None:
        header["extension"] = [extension(SEQUENCE, valuePositiveInt=message.sequence)]
    header["eventCoding"] = coding(MESSAGE_KIND, message.kind)
    header["destination"] = [_endpoint(draft.recipient)]
    header["source"] = _endpoint(draft.sender)
    focus = _FOCUS.get(message.kind, "task")
    if focus is not None:
        header["focus"] = [{"reference": draft.address(focus)}]
    draft.add("header", header)


def check_conversation(kind: Kind, referral_id: str | None, sequence: int | None) -> None:
    """A conversation and a sequence number where the protocol has them, and nowhere else (R54)."""
    is_sequenced = PROTOCOL[kind].is_sequenced
    if is_sequenced != (referral_id is not None) or is_sequenced != (sequence is not None):
        raise refusal("conversation-contradicts", "MessageHeader")
    if sequence is not None and not 1 <= sequence <= _LARGEST_SEQUENCE:
        raise refusal("value-invalid", "MessageHeader.extension")


def read_kind(header: Node) -> Kind:
    """The kind of message."""
    event = header.child("eventCoding")
    if event.value.get("system") != MESSAGE_KIND:
        raise refusal("kind-unknown", event.path)
    try:
        return known(event.plain("code"), Kind, event.path)
    except RefusedError:
        raise refusal("kind-unknown", event.path) from None


def read_parties(header: Node) -> tuple[str, str]:
    """Sender and recipient."""
    return _party(header.child("source")), _party(header.only("destination"))


def read_sequence(header: Node) -> int | None:
    """The place in the conversation, or None."""
    found = header.extension(SEQUENCE)
    return found.integer("valuePositiveInt") if found else None


def _endpoint(party: Party) -> Json:
    made: Json = {}
    put(made, "name", party.name)
    return made | {"endpoint": PARTY_ENDPOINT + party.party_id}


def _party(node: Node) -> str:
    endpoint = node.plain("endpoint")
    if not endpoint.startswith(PARTY_ENDPOINT):
        raise refusal("value-invalid", f"{node.path}.endpoint")
    try:
        return Party(endpoint.removeprefix(PARTY_ENDPOINT), Role.OHS, "").party_id
    except RefusedError:
        raise refusal("value-invalid", f"{node.path}.endpoint") from None
