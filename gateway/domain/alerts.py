"""What a person should be told of, as data: it drives the watch, ``sogw alert list``, the reference and the tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How soon somebody must act."""

    URGENT = "urgent"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class AlertKind:
    """One kind of alert.

    Attributes:
        severity: How soon somebody must act.
        about: What its subject is; empty when there is only one.
        what: What is the matter.
        remedy: What to do.
    """

    severity: Severity
    about: str
    what: str
    remedy: str


_LOOK = "See: sogw message list"

ALERTS: Mapping[str, AlertKind] = {
    "outbox-old": AlertKind(
        Severity.URGENT,
        "partner",
        "A message has waited for an hour to be delivered.",
        "See: sogw message list, sogw partner show PARTY",
    ),
    "message-undeliverable": AlertKind(Severity.URGENT, "partner", "A message was given up.", _LOOK),
    "message-held": AlertKind(Severity.ATTENTION, "partner", "A delivery is held in quarantine.", _LOOK),
    "digest-mismatch": AlertKind(
        Severity.URGENT,
        "partner",
        "Other content came under the id of a message that was taken in: a mistake of the partner, or an attack.",
        "Call the partner. See: sogw message list --state held",
    ),
    "altered-on-the-way": AlertKind(
        Severity.URGENT,
        "partner",
        "A signed receipt is about other bytes or other names than were sent: somebody changes messages on the way.",
        "Call the partner and the broker's operator. See: sogw message list --state held. The message goes on being"
        " sent; the alert ends when the held receipts are discarded.",
    ),
    "message-refused": AlertKind(
        Severity.ATTENTION,
        "partner",
        "The other side refused a message, so it had no effect there.",
        "See: sogw message list --state refused; sogw message show MESSAGE tells why and where. When the reason is"
        " not-opened, call the partner first: it can mend its keys and replay what it holds, and the alert ends."
        " Otherwise do the act again in another way; then: sogw message discard MESSAGE --reason TEXT",
    ),
    "withdrawal-refused": AlertKind(
        Severity.URGENT,
        "partner",
        "The other side refused a withdrawal or a request to erase, also when it was sent anew: it goes on as before.",
        "Call the partner. See: sogw message list --state refused. When it was mended: sogw message replay MESSAGE;"
        " when the partner was told otherwise: sogw message discard MESSAGE --reason TEXT",
    ),
    "gap-parked": AlertKind(
        Severity.ATTENTION,
        "partner",
        "A message has waited for an hour for the one before it.",
        "Ask the partner to replay that one. See: sogw message list --state parked",
    ),
    "ceiling-reached": AlertKind(
        Severity.URGENT,
        "partner, ceiling and machine",
        "A partner reached a ceiling within the last hour; what is above it is not taken, or is refused.",
        "Call the partner. See: sogw message list, and [ceilings] in the settings.",
    ),
    "partner-resting": AlertKind(
        Severity.URGENT,
        "partner",
        "Messages do not arrive; one at a time tries the way.",
        "See: sogw partner show PARTY; call the partner or the broker's operator.",
    ),
    "partner-overreach": AlertKind(
        Severity.URGENT,
        "partner",
        "A partner was refused what it may not say: about a consent, an erasure or a moment that is not its own.",
        "Call the partner. See: sogw message list --state refused. It ends a week after the last time.",
    ),
    "partner-unreachable": AlertKind(
        Severity.URGENT,
        "partner",
        "Nothing can be sent to the partner: no key of it may be sealed to.",
        "Ask for its newer keys, then run: sogw partner update FILE. See: sogw partner report",
    ),
    "partner-key-expiry": AlertKind(
        Severity.ATTENTION,
        "partner",
        "In thirty days nothing can be sent to the partner: its last key expires, or its exception ends.",
        "Ask for its newer keys, then run: sogw partner update FILE. See: sogw partner report",
    ),
    "partner-journal-split": AlertKind(
        Severity.URGENT,
        "partner",
        "The partner showed two journals that cannot both be true.",
        "Call the partner; both signed notes are kept as evidence.",
    ),
    "journal-doubted": AlertKind(
        Severity.URGENT,
        "finding",
        "The journal is not what was signed: somebody changed the store, or a disk did.",
        "Run: sogw journal verify. Keep a copy of the store as evidence, restore a backup and verify that.",
    ),
    "certificate-expiry": AlertKind(
        Severity.ATTENTION,
        "server",
        "Our certificate at the broker or the database expires soon, or cannot be used.",
        "Put its successor in the place of the files. See: sogw check",
    ),
    "key-expiry": AlertKind(
        Severity.ATTENTION,
        "use of the key",
        "A key of ours expires within twenty days and has no successor.",
        "Run: sogw key rotate, every day; a successor is made 21 days before the end.",
    ),
    "key-ended": AlertKind(
        Severity.URGENT,
        "use of the key",
        "No key of ours is valid for this use: without 'enc' nobody can send to us, without 'sig' we send nothing.",
        "Run: sogw key rotate; then let every partner take the new keys: sogw party export",
    ),
    "broker-topology": AlertKind(
        Severity.URGENT,
        "finding and object",
        "The broker is not as it must be; the gateway stops.",
        "Let the operator run: sogw broker apply, sogw broker audit",
    ),
    "broker-not-audited": AlertKind(
        Severity.ATTENTION,
        "",
        "Nobody looks whether the broker is as it must be: limits and dead letters are taken on trust.",
        "Ask the operator for a monitoring user and set [audit].",
    ),
    "broker-audit-unreachable": AlertKind(
        Severity.ATTENTION,
        "",
        "The broker cannot be audited now.",
        "Check [audit] and the broker's management API.",
    ),
    "not-consuming": AlertKind(
        Severity.URGENT,
        "machine",
        "Messages for us are not being taken in.",
        "Look at the log of 'sogw serve', and run: sogw check",
    ),
    "right-due": AlertKind(
        Severity.URGENT,
        "",
        "An employee asked something about their data, and the month to answer ends within a week or has ended.",
        "See: sogw rights list. It is looked at once a day.",
    ),
    "referral-overdue": AlertKind(
        Severity.URGENT,
        "",
        "An accepted request may be referred, and the agreed working days to do so are over.",
        "See: sogw case list; then: sogw case refer CASE. It is looked at once a day.",
    ),
    "answer-overdue": AlertKind(
        Severity.URGENT,
        "",
        "A referral was neither accepted nor declined within the agreed working days.",
        "See: sogw referral list. The arbodienst calls the pool; the pool answers. It is looked at once a day.",
    ),
    "information-overdue": AlertKind(
        Severity.URGENT,
        "",
        "What the second physician asked on the employee's decision has not been answered for five working days.",
        "See: sogw referral list. The first physician provides or declines it. It is looked at once a day.",
    ),
    "follow-up-overdue": AlertKind(
        Severity.URGENT,
        "",
        "A second opinion has been over for five working days and no consultation about it is planned.",
        "See: sogw case list; then: sogw follow-up plan CASE. It is looked at once a day.",
    ),
    "adoption-overdue": AlertKind(
        Severity.URGENT,
        "",
        "The day of a consultation about a second opinion is over, and what came of it is not recorded.",
        "See: sogw case list; then: sogw follow-up weigh CASE, or plan it anew. It is looked at once a day.",
    ),
    "reassessment-overdue": AlertKind(
        Severity.URGENT,
        "",
        "The day of a new consultation about an old advice is over, and no new advice is recorded.",
        "See: sogw case list; then: sogw case renew-advice CASE, or plan it anew. It is looked at once a day.",
    ),
    "complaint-overdue": AlertKind(
        Severity.URGENT,
        "",
        "A complaint of an employee has had no decision for twenty working days.",
        "See: sogw case list; then: sogw complaint decide CASE. It is looked at once a day.",
    ),
    "fixed-group-review": AlertKind(
        Severity.ATTENTION,
        "",
        "The list of the fixed group is older than a year, or the policy names lists and none is in force.",
        "Let the management decide on it anew, and put the list in the policies. See: sogw check",
    ),
    "erasure-kept": AlertKind(
        Severity.URGENT,
        "",
        "A pool keeps what it was asked to erase, and has named the ground.",
        "See: sogw case list, sogw referral show. Tell the employee; ask again when the ground is gone. It is looked at"
        " once a day.",
    ),
    "store-full": AlertKind(
        Severity.URGENT,
        "",
        "Less than a tenth of the store's disk is free.",
        "Free space, or give the store a larger disk: when it is full nothing is taken in.",
    ),
}
"""By code."""
