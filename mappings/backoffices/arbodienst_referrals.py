"""Referrals in an ``arbodienst-export/1`` record, and what the asked physicians answered (R36, R37)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.contract import organisation_of
from gateway.domain.messages import DeclineCode, Milestone, StopCode
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_consents import withdrawn_at
from mappings.backoffices.arbodienst_identity import employee_of, import_id, reference, second_physician
from mappings.backoffices.arbodienst_people import actor, physician
from mappings.backoffices.moments import start_of

_NOT_SENT = ("niet-verzonden", "niet verzonden", "wachtrij", "concept", "tegengehouden", "vervallen")


def referral_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """The referral of the record, and earlier ones to others that only their answers tell of (R36, R37).

    The record's own referral is the last one: whoever else answered was asked before it.
    """
    record = zaak.verwijzing
    if record is None:
        return
    for recipient in _earlier_recipients(record):
        answers = [a for a in record.reacties if a.naar == recipient]
        first = min(start_of(a.datum) for a in answers)
        first = min(first, record.datum) if record.datum else first
        yield _requested(zaak, recipient, first, ())
        yield from _answer_steps(zaak, recipient, answers)
    if record.naar is not None:
        yield from _current_referral(zaak, record, record.naar)


def _earlier_recipients(record: dutch.Verwijzing) -> Iterable[str]:
    return dict.fromkeys(a.naar for a in record.reacties if a.naar is not None and a.naar != record.naar)


def _current_referral(zaak: dutch.Zaak, record: dutch.Verwijzing, recipient: str) -> Iterator[s.Step]:
    status = (record.status or "").casefold()
    is_held_back = any(word in status for word in _NOT_SENT) and "ingetrokken" not in status
    if record.datum is None or is_held_back:
        return
    contents = tuple(codes.CONTENTS.get(part, part) for part in record.inhoud)
    yield _requested(zaak, recipient, record.datum, contents)
    answers = [a for a in record.reacties if a.naar in {None, recipient}]
    steps = list(_answer_steps(zaak, recipient, answers))
    yield from steps
    yield from _from_status(zaak, recipient, status, steps, record.datum)


def _requested(zaak: dutch.Zaak, recipient: str, at: datetime, contents: tuple[str, ...]) -> s.ReferralRequested:
    sender = zaak.verwijzing.verzonden_door if zaak.verwijzing else None
    return s.ReferralRequested(
        at=at,
        by=actor(zaak, sender),
        referral_id=import_id(zaak, "referral", recipient),
        partner=organisation_of(recipient),
        recipient=recipient,
        contents=contents,
    )


def _from_status(
    zaak: dutch.Zaak, recipient: str, status: str, answers: list[s.Step], sent_at: datetime
) -> Iterator[s.Step]:
    """What only the status tells: a withdrawal or a decline that has no answer of its own."""
    known = {type(step) for step in answers}
    at = max([sent_at, *(step.at for step in answers)])
    if "ingetrokken" in status and s.ReferralWithdrawn not in known:
        withdrawals = [w for w in map(withdrawn_at, zaak.toestemmingen) if w is not None]
        yield s.ReferralWithdrawn(at=max([at, *withdrawals]), by=employee_of(zaak), **reference(zaak, recipient))
    if "geweigerd" in status and s.ReferralDeclined not in known:
        yield s.ReferralDeclined(
            at=at, by=second_physician(recipient), reason=DeclineCode.NOT_AVAILABLE, **reference(zaak, recipient)
        )


def _answer_steps(zaak: dutch.Zaak, recipient: str, answers: Iterable[dutch.Reactie]) -> Iterator[s.Step]:
    for answer in answers:
        kind = answer.soort.casefold()
        build = next((build for word, build in _ANSWERS if word in kind), _note)
        yield build(zaak, recipient, answer)


Answer = Callable[[dutch.Zaak, str, dutch.Reactie], s.Step]


def _received(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    return s.ReferralReceived(at=start_of(answer.datum), by=second_physician(to), **reference(zaak, to))


def _accepted(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    named = physician(answer.arts) if answer.arts else None
    return s.ReferralAccepted(
        at=start_of(answer.datum), by=second_physician(to), physician=named, **reference(zaak, to)
    )


def _declined(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    reason = codes.DECLINE.get(answer.reden_code or "", DeclineCode.NOT_AVAILABLE)
    return s.ReferralDeclined(at=start_of(answer.datum), by=second_physician(to), reason=reason, **reference(zaak, to))


def _planned(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    due = start_of(answer.voor) if answer.voor else None
    return s.MilestoneReached(
        at=start_of(answer.datum),
        by=second_physician(to),
        milestone=Milestone.APPOINTMENT_PLANNED,
        due_at=due,
        **reference(zaak, to),
    )


def _withdrawn(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    return s.ReferralWithdrawn(at=start_of(answer.datum), by=employee_of(zaak), **reference(zaak, to))


def _stopped(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    is_no_show = "verschenen" in answer.soort.casefold()
    reason = StopCode.NO_SHOW if is_no_show else StopCode.PHYSICIAN_UNAVAILABLE
    return s.ReferralStopped(at=start_of(answer.datum), by=second_physician(to), reason=reason, **reference(zaak, to))


def _erased(zaak: dutch.Zaak, to: str, answer: dutch.Reactie) -> s.Step:
    return s.ErasureConfirmed(at=start_of(answer.datum), by=second_physician(to), **reference(zaak, to))


def _note(zaak: dutch.Zaak, _: str, answer: dutch.Reactie) -> s.Step:
    by = s.Actor(s.ActorRole.BACK_OFFICE, zaak.arbodienst.id)
    return s.NoteRecorded(at=start_of(answer.datum), by=by, topic=answer.soort)


_ANSWERS: tuple[tuple[str, Answer], ...] = (
    ("toestemming", _note),
    ("ingetrokken", _withdrawn),
    ("gewist", _erased),
    ("ontvangst", _received),
    ("geweigerd", _declined),
    ("afgewezen", _declined),
    ("niet-geaccepteerd", _declined),
    ("geaccepteerd", _accepted),
    ("verschenen", _stopped),
    ("gestopt", _stopped),
    ("afspraak-gepland", _planned),
    ("afspraak-verzet", _planned),
)
"""Words in the kind of an answer, in order; what no word fits is kept as a note."""
