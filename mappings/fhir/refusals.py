"""Refusals of a bundle: one code per reason, a place, never a value."""

from gateway.domain.errors import RefusedError

WORDS = {
    "invalid": "is not a valid FHIR R4 resource",
    "not-json": "is not the strict JSON this protocol allows",
    "not-a-message": "is not a message bundle",
    "kind-unknown": "names no message kind of this protocol",
    "resource-not-allowed": "holds a resource type that does not belong in this kind of message",
    "element-not-allowed": "holds an element that does not belong in this kind of message",
    "element-missing": "lacks an element that this kind of message needs",
    "code-unknown": "has a code that this protocol does not know",
    "coding-unknown": "has a coding that this protocol does not know",
    "value-invalid": "has a value that this protocol does not allow",
    "text-contradicts": "shows another text than it carries exactly",
    "text-not-unicode": "has a text that is not well-formed Unicode",
    "text-too-long": "has a text longer than a FHIR string may be",
    "document-too-large": "has a document larger than a bundle may carry",
    "time-without-zone": "has a time without a time zone",
    "id-contradicts": "names the message by different ids",
    "full-url-invalid": "has an entry without a unique urn:uuid address",
    "reference-unresolved": "refers to something that is not in it",
    "entry-unused": "holds an entry that nothing refers to",
    "entry-count": "does not have exactly the entries this kind of message needs",
    "list-too-long": "holds more of one thing than this protocol allows: more than 20 of a resource or an element",
    "label-missing": "has an entry without the security labels EMP and NOAUTH",
    "profile-missing": "has an entry that does not claim its profile",
    "status-contradicts": "has a Task whose status is not that of its kind of message",
    "conversation-contradicts": "has a conversation or sequence where its kind has none, or lacks one",
    "total-contradicts": "has an amount that does not follow from its lines",
    "patient-contradicts": "is not about one and the same employee",
    "patient-missing": "has a consent without a patient",
}
"""Why a bundle is refused; printed in the reference."""


def refusal(why: str, where: str = "Bundle") -> RefusedError:
    """The error for one reason at one place.

    Args:
        why: Key of the table above; the code becomes ``bundle-<why>``.
        where: FHIR path, made of element names and indices only.
    """
    return RefusedError(
        f"bundle-{why}",
        f"The bundle {WORDS[why]}.",
        where=where,
        remedy="Nothing was taken over; let the sender correct and send a new message.",
    )
