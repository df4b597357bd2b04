"""The register of processing (AVG art. 30; Q1): per kind of message why, on what ground, what, to whom, how long."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.messages import Kind
from gateway.domain.party import Role
from gateway.domain.protocol import PROTOCOL
from gateway.entrypoints.reference.markdown import code, codes, page, section, table


@dataclass(frozen=True, slots=True)
class Processing:
    """What the register says of one kind of message.

    Attributes:
        purpose: Why it is sent.
        ground: On what it rests.
        categories: Which data of the employee it holds.
        retention: Key of ``RETENTION``.
    """

    purpose: str
    ground: str
    categories: str
    retention: str


_CONSENT = "explicit consent of the employee, per purpose and recipient (Arbobesluit art. 2.14d, fourth paragraph)"
_REFERRAL = "carrying out the second opinion that the employee asked for (Arbobesluit art. 2.14d)"
_RIGHT = "the employee's right under the AVG"
_NONE = "none"
_CONTACT = "name, address, telephone, e-mail, preferred channel, language, interpreter need"
_COURSE = "that a second opinion is under way, and a code"

REGISTER: Mapping[Kind, Processing] = {
    Kind.AVAILABILITY_ASKED: Processing("find out whether there is room", _REFERRAL, _NONE, "course"),
    Kind.AVAILABILITY_ANSWERED: Processing("say whether there is room", _REFERRAL, _NONE, "course"),
    Kind.REFERRAL_REQUESTED: Processing(
        "refer the employee to the physician of the employee's choice",
        _CONSENT,
        _CONTACT + "; the contested feedback; with consent and by policy the question and medical data; work"
        " circumstances",
        "file",
    ),
    Kind.CONTACT_CORRECTED: Processing(
        "replace contact data that were corrected after the referral (AVG art. 16 and 19)",
        _CONSENT,
        _CONTACT,
        "file",
    ),
    Kind.REFERRAL_ACCEPTED: Processing("say that the referral is taken, and by whom", _REFERRAL, _COURSE, "course"),
    Kind.REFERRAL_DECLINED: Processing("say that the referral is not taken", _REFERRAL, _COURSE, "course"),
    Kind.MILESTONE_REACHED: Processing("tell how far it is, without content", _REFERRAL, _COURSE, "course"),
    Kind.INFORMATION_REQUESTED: Processing(
        "ask the first physician for information",
        "the employee's decision, and " + _CONSENT,
        "the kind asked",
        "course",
    ),
    Kind.INFORMATION_PROVIDED: Processing(
        "give the second physician what was asked",
        _CONSENT + "; work circumstances without it",
        "medical data, the reasoning of the first physician, or work circumstances",
        "file",
    ),
    Kind.INFORMATION_DECLINED: Processing("say that nothing is given", _REFERRAL, "a code", "course"),
    Kind.REPORT_RELEASED: Processing(
        "let the first physician have the report",
        "consent of the employee, given after the draft was discussed",
        "the report of the second physician",
        "file",
    ),
    Kind.REPORT_WITHHELD: Processing("say that it is finished, and nothing else", _REFERRAL, _COURSE, "course"),
    Kind.REFERRAL_WITHDRAWN: Processing("end the referral at the employee's wish", _RIGHT, _COURSE, "course"),
    Kind.REFERRAL_STOPPED: Processing("say that it ended without completion", _REFERRAL, _COURSE, "course"),
    Kind.CONSENT_WITHDRAWN: Processing(
        "tell whoever holds data that a consent is gone", _RIGHT, "purpose and id of the consent", "course"
    ),
    Kind.ERASURE_REQUESTED: Processing("pass a request for erasure on", _RIGHT, _COURSE, "course"),
    Kind.ERASURE_CONFIRMED: Processing("confirm the erasure", _RIGHT, _COURSE, "course"),
    Kind.INVOICE_ISSUED: Processing("be paid", "the contract between pool and arbodienst", _NONE, "invoice"),
    Kind.RECEIPT: Processing("prove what was accepted", "security of processing (AVG art. 32)", _NONE, "course"),
}
"""One row per kind of the protocol."""

RETENTION: Mapping[str, str] = {
    "file": "as the file of the physician who holds it; NVAB names 20 years for the second physician",
    "course": "as the log: at least 5 years, pseudonymous",
    "invoice": "as the bookkeeping of both",
}

_INTRODUCTION = """\
A register to begin with, for the two controllers: the arbodienst and the pool each keep their own. Check grounds and
terms with your own data protection officer; [not everything could be verified](../explanation/limits.md). Recipients
and resources follow from the [protocol table](protocol.md). No kind has the employer as a recipient."""
_TRANSPORT = """\
The broker stores a message until it is fetched, 14 days at most, and never in clear. Its operator is a processor who
cannot read. An envelope is valid for 7 days."""
_NAMES = {Role.OHS: "the arbodienst", Role.POOL: "the pool"}


def processing_page() -> str:
    """The page; fails when a kind is missing here."""
    rows = [_row(kind) for kind in PROTOCOL]
    terms = [(key, words) for key, words in RETENTION.items()]
    columns = ["Message", "Purpose", "Ground", "Data about the employee", "Recipient", "Consents checked", "Term"]
    return page(
        "Register of processing",
        _INTRODUCTION,
        table(columns, rows),
        section(
            "Terms",
            "What the gateway itself keeps, and how long: [terms](retention.md).",
            table(["Term", "How long"], terms),
        ),
        section("On the road", _TRANSPORT),
    )


def _row(kind: Kind) -> tuple[str, ...]:
    row, said = PROTOCOL[kind], REGISTER[kind]
    recipients = sorted(_NAMES[role] for role in Role if row.senders - {role})
    consents = codes(row.consents)
    return (code(kind), said.purpose, said.ground, said.categories, " or ".join(recipients), consents, said.retention)
