"""Referrals in an ``arbodienst-export/1`` record, and what the asked physicians answered (R36, R37)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.contract import organisation_of
from gateway.domain.messages import DeclineCode, Milestone, StopCode
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_actors import actor
from mappings.backoffices.arbodienst_consents import consented_at, withdrawn_at
from mappings.backoffices.arbodienst_identity import Told, employee_of, import_id, reference, second_physician
from mappings.backoffices.arbodienst_people import physician
from mappings.backoffices.arbodienst_words import NOT_SENT
from mappings.backoffices.moments import instant_of, start_of

Listed = tuple[str, dutch.Reactie]
"""An answer with its JSON path."""


def referral_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """The referral of the record, and earlier ones to others that only their answers tell of (R36, R37).

    The record's own referral is the last one: whoever else answered was asked before it.
    """
    record = zaak.verwijzing
    if record is None:
        return
    listed = [(f".verwijzing.reacties[{index}]", answer) for index, answer in enumerate(record.reacties)]
    for recipient in _earlier_recipients(record):
        answers = [(path, answer) for path, answer in listed if answer.naar == recipient]
        first = min(start_of(answer.datum) for _, answer in answers)
        first = min(first, record.datum) if record.datum else first
        yield answers[0][0], _requested(zaak, recipient, first, ())
        yield from _answer_steps(zaak, recipient, answers, first)
    if record.naar is not None and record.datum is not None and record.status not in NOT_SENT:
        answers = [(path, answer) for path, answer in listed if answer.naar in {None, record.naar}]
        yield from _current_referral(zaak, record, record.naar, record.datum, answers)


def _earlier_recipients(record: dutch.Verwijzing) -> Iterable[str]:
    return dict.fromkeys(a.naar for a in record.reacties if a.naar is not None and a.naar != record.naar)


def _current_referral(
    zaak: dutch.Zaak, record: dutch.Verwijzing, recipient: str, sent_at: datetime, answers: list[Listed]
) -> Iterator[Told]:
    contents = tuple(codes.CONTENTS.get(part, part) for part in record.inhoud)
    yield ".verwijzing", _requested(zaak, recipient, sent_at, contents)
    told = list(_answer_steps(zaak, recipient, answers, sent_at))
    yield from told
    yield from _from_status(zaak, recipient, record.status, [step for _, step in told], sent_at)


def _requested(zaak: dutch.Zaak, recipient: str, at: datetime, contents: tuple[str, ...]) -> s.ReferralRequested:
    return s.ReferralRequested(
        at=at,
        by=actor(zaak, zaak.verwijzing.verzonden_door if zaak.verwijzing else None),
        referral_id=import_id(zaak, "referral", recipient),
        partner=organisation_of(recipient),
        recipient=recipient,
        contents=contents,
    )


def _from_status(
    zaak: dutch.Zaak, recipient: str, status: str | None, answers: list[s.Step], sent_at: datetime
) -> Iterator[Told]:
    """What only the status tells: a withdrawal, a decline or an end that has no answer of its own."""
    known = {type(step) for step in answers}
    at = max([sent_at, *(step.at for step in answers)])
    if status == "ingetrokken" and s.ReferralWithdrawn not in known:
        withdrawals = [w for w in map(withdrawn_at, zaak.toestemmingen) if w is not None]
        at = max([at, *withdrawals])
        yield ".verwijzing.status", s.ReferralWithdrawn(at=at, by=employee_of(zaak), **reference(zaak, recipient))
    if status == "geweigerd" and s.ReferralDeclined not in known:
        by, reason = second_physician(recipient), DeclineCode.NOT_AVAILABLE
        yield ".verwijzing.status", s.ReferralDeclined(at=at, by=by, reason=reason, **reference(zaak, recipient))
    if status == "afgerond" and (zaak.second_opinion is None or zaak.second_opinion.status_verslag is None):
        at = max([at, *_moments_of(zaak.second_opinion)])
        yield (
            ".verwijzing.status",
            s.ReportWithheld(at=at, by=second_physician(recipient), **reference(zaak, recipient)),
        )


def _moments_of(record: dutch.SecondOpinion | None) -> list[datetime]:
    """When the opinion is said to have gone on; finished without a word of the report it is finished without one."""
    known = (record.afspraak, record.conceptadvies_besproken_op, record.afgerond_op) if record else ()
    return [start_of(moment) for moment in known if moment is not None]


def _answer_steps(zaak: dutch.Zaak, recipient: str, answers: list[Listed], sent_at: datetime) -> Iterator[Told]:
    """What a recipient answered; an answer dated by a day comes after what is known of that day."""
    timed = [answer.datum for _, answer in answers if isinstance(answer.datum, datetime)]
    for path, answer in answers:
        at = instant_of(answer.datum, [sent_at, *timed])
        yield path, _ANSWERS.get(answer.soort, _note)(zaak, recipient, answer, at)


Answer = Callable[[dutch.Zaak, str, dutch.Reactie, datetime], s.Step]


def _received(zaak: dutch.Zaak, to: str, _: dutch.Reactie, at: datetime) -> s.Step:
    return s.ReferralReceived(at=at, by=second_physician(to), **reference(zaak, to))


def _accepted(zaak: dutch.Zaak, to: str, answer: dutch.Reactie, at: datetime) -> s.Step:
    named = physician(answer.arts) if answer.arts else None
    return s.ReferralAccepted(at=at, by=second_physician(to), physician=named, **reference(zaak, to))


def _declined(zaak: dutch.Zaak, to: str, answer: dutch.Reactie, at: datetime) -> s.Step:
    reason = codes.DECLINE.get(answer.reden_code or "", DeclineCode.NOT_AVAILABLE)
    return s.ReferralDeclined(at=at, by=second_physician(to), reason=reason, **reference(zaak, to))


def _planned(zaak: dutch.Zaak, to: str, answer: dutch.Reactie, at: datetime) -> s.Step:
    due = start_of(answer.voor) if answer.voor else None
    by, milestone = second_physician(to), Milestone.APPOINTMENT_PLANNED
    return s.MilestoneReached(at=at, by=by, milestone=milestone, due_at=due, **reference(zaak, to))


def _started(zaak: dutch.Zaak, to: str, _: dutch.Reactie, at: datetime) -> s.Step:
    return s.MilestoneReached(at=at, by=second_physician(to), milestone=Milestone.SO_STARTED, **reference(zaak, to))


def _draft(zaak: dutch.Zaak, to: str, answer: dutch.Reactie, at: datetime) -> s.Step:
    """A draft dated by a day was seen no earlier than any consent of that day: whether it came first nobody knows."""
    seen = instant_of(answer.datum, [at, *consented_at(zaak, "uitkomst-naar-eerste-arts")])
    return s.DraftDiscussed(at=seen, by=second_physician(to), **reference(zaak, to))


def _stopped(zaak: dutch.Zaak, to: str, answer: dutch.Reactie, at: datetime) -> s.Step:
    reason = codes.STOP.get(answer.reden_code or "", StopCode.PHYSICIAN_UNAVAILABLE)
    return s.ReferralStopped(at=at, by=second_physician(to), reason=reason, **reference(zaak, to))


def _not_come(zaak: dutch.Zaak, to: str, _: dutch.Reactie, at: datetime) -> s.Step:
    return s.ReferralStopped(at=at, by=second_physician(to), reason=StopCode.NO_SHOW, **reference(zaak, to))


def _withdrawn(zaak: dutch.Zaak, to: str, _: dutch.Reactie, at: datetime) -> s.Step:
    return s.ReferralWithdrawn(at=at, by=employee_of(zaak), **reference(zaak, to))


def _erased(zaak: dutch.Zaak, to: str, _: dutch.Reactie, at: datetime) -> s.Step:
    return s.ErasureConfirmed(at=at, by=second_physician(to), **reference(zaak, to))


def _note(zaak: dutch.Zaak, _: str, answer: dutch.Reactie, at: datetime) -> s.Step:
    by = s.Actor(s.ActorRole.BACK_OFFICE, zaak.arbodienst.id)
    return s.NoteRecorded(at=at, by=by, topic=answer.soort)


_ANSWERS: dict[str, Answer] = {
    "ontvangst-bevestigd": _received,
    "geaccepteerd": _accepted,
    "geweigerd": _declined,
    "afspraak-gepland": _planned,
    "afspraak-verzet": _planned,
    "gestart": _started,
    "concept-besproken": _draft,
    "niet-verschenen": _not_come,
    "gestopt": _stopped,
    "intrekking-verwerkt": _withdrawn,
    "gewist": _erased,
}
"""One row per word of the closed list; an unknown word is kept as a note, and told."""
