"""Receipts: the codes and places they carry, their one size, and why a message that was opened is not taken in.

A receipt names the bytes it is about. Of what was opened that is the digest of the signing input inside; of what was
not, SHA-256 of the body as it came, with the code ``not-opened``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

ACCEPTED = "accepted"
"""Code of a receipt for a message that had its effect."""
NOT_OPENED = "not-opened"
"""Code of a receipt for a body whose signature was not verified; the reason stays with the receiver."""
ALTERED = "altered-on-the-way"
"""Code of a receipt for sound bytes that came under other names than the signed ones, or by another lane."""
TAKEN = "sequence-used"
"""Code of a receipt for a message whose place in the conversation was used before."""
DISCARDED = "discarded"
"""Code of a receipt for a message that a person gave up."""
PADDED_SIZE = 12 * 1024
"""Bytes of every receipt before signing, so that its length does not tell its verdict."""
MOST_TOGETHER = 32
"""How many accepted messages one receipt may acknowledge."""
LONGEST_PLACE = 200
"""Characters."""

_NAME = r"_?[A-Za-z][A-Za-z0-9_]*"
_PLACE = re.compile(rf"{_NAME}(\.{_NAME}|\.ofType\({_NAME}\)|\[[0-9]{{1,6}}\])*")


class Returned(StrEnum):
    """Why a message that was opened and understood is held and has no effect."""

    DIGEST_MISMATCH = "digest-mismatch"
    RECEIPT_FOR_NOTHING = "receipt-for-nothing"
    RECEIPT_DIGEST_MISMATCH = "receipt-digest-mismatch"
    ALTERED = ALTERED


@dataclass(frozen=True, slots=True)
class Explanation:
    """Words for one reason.

    Attributes:
        what: What happened.
        remedy: What to do.
    """

    what: str
    remedy: str


RECEIPT_CODES: Mapping[str, Explanation] = {
    ACCEPTED: Explanation("It had its effect.", "Nothing."),
    NOT_OPENED: Explanation(
        "The receiver could not open it, or could not verify who signed it.",
        "Ask the partner for the reason in its journal; often its keys, or the ones pinned here, are not the newest.",
    ),
    ALTERED: Explanation(
        "It came under another id, sender, recipient or lane than was signed.",
        "Call the broker's operator. It goes on being sent.",
    ),
    TAKEN: Explanation(
        "Its place in the conversation was used before.",
        "After restoring an older store do the act again; a withdrawal is sent again by itself.",
    ),
    DISCARDED: Explanation("A person at the receiver gave it up.", "Ask the partner why."),
}
"""By code: what only a receipt says."""

RETURNED: Mapping[Returned, Explanation] = {
    Returned.DIGEST_MISMATCH: Explanation(
        "Other content came under the id of a message that was taken in.",
        "Call the partner: its program is broken, or somebody else has its key.",
    ),
    Returned.RECEIPT_FOR_NOTHING: Explanation(
        "A receipt names a message that was never sent to this partner.",
        "Ask the partner whether it restored an older store. After restoring your own, ask for a resend.",
    ),
    Returned.RECEIPT_DIGEST_MISMATCH: Explanation(
        "A receipt accepts other content than was sent under that id. The message goes on being sent.",
        "Call the partner: its program is broken, or somebody sends in your name. Replace the signing key if in doubt.",
    ),
    Returned.ALTERED: Explanation(
        "A receipt refuses other bytes than were sent, or tells that they came under other names. The message goes on"
        " being sent.",
        "Call the broker's operator: somebody there changes messages. When it was told, discard the held receipt.",
    ),
}
"""By reason; the alert ``altered-on-the-way`` stands for the last two."""


def digest_of_body(body: bytes) -> str:
    """Compute the digest that a receipt names of a body that was not opened: lower-case hex SHA-256."""
    return sha256(body).hexdigest()


def is_place(text: str) -> bool:
    """Tell whether a text is a FHIRPath of element names, indices and ``ofType`` alone, so that it holds no value."""
    return len(text) <= LONGEST_PLACE and _PLACE.fullmatch(text) is not None


def place_of(where: str) -> str:
    """Keep the place of an error when a receipt may carry it; ``""`` otherwise."""
    return where if is_place(where) else ""


_PLACES: Mapping[str, str] = {
    TAKEN: "Bundle.entry[0].resource.extension",
    "not-the-partner": "Bundle.entry[0].resource.source",
    "wrong-role": "Bundle.entry[0].resource.source",
    "wrong-state": "Bundle.entry.resource.ofType(Task).businessStatus",
}
_OF_CONSENTS = re.compile(r".*(consent|-not-permitted$).*")


def place_of_refusal(code: str) -> str:
    """Name the place in the bundle that a rule's refusal is about; the Task or Invoice as a whole when none is closer.

    Args:
        code: Of the refusal, as in ``gateway.domain.rules.refusal``.
    """
    if code in _PLACES:
        return _PLACES[code]
    return "Bundle.entry.resource.ofType(Consent)" if _OF_CONSENTS.match(code) else "Bundle.entry[0].resource.focus[0]"
