"""The second opinion in an ``arbodienst-export/1`` record: information asked, draft, report (R32, R38 to R41)."""

from collections.abc import Iterator
from datetime import date, datetime

from gateway.domain import steps as s
from gateway.domain.messages import Document, DocumentRole, InformationDeclineCode, Milestone
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_actors import role_of_first
from mappings.backoffices.arbodienst_consents import consented_at
from mappings.backoffices.arbodienst_identity import (
    Reference,
    Told,
    employee_of,
    import_id,
    reference,
    second_physician,
)
from mappings.backoffices.arbodienst_words import CONFIRMED_BY
from mappings.backoffices.moments import instant_of

_OUTCOME = "uitkomst-naar-eerste-arts"


def information_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """What the second physician asked, and whether it was given (R32).

    Of a question of a kind that is not known nothing is told; the record that holds it is not understood.
    """
    for number, record in enumerate(zaak.informatieverzoeken, start=1):
        if record.soort in codes.INFORMATION:
            path = f".informatieverzoeken[{number - 1}]"
            yield from ((path, step) for step in _information(zaak, number, record))


def _information(zaak: dutch.Zaak, number: int, record: dutch.Informatieverzoek) -> Iterator[s.Step]:
    recipient = _referral_of(zaak, record.van)
    request_id = import_id(zaak, "information", str(number))
    belongs = reference(zaak, recipient)
    yield s.InformationRequested(
        at=record.datum,
        by=second_physician(recipient),
        request_id=request_id,
        asked=codes.INFORMATION[record.soort],
        employee_decided_at=record.datum if record.besloten_door_werknemer else None,
        **belongs,
    )
    by = s.Actor(role_of_first(zaak), zaak.arbodienst.id)
    answered = instant_of(record.beantwoord_op or record.datum, [record.datum])
    if record.geweigerd_wegens is not None:
        reason = codes.NOT_GIVEN.get(record.geweigerd_wegens, InformationDeclineCode.NOT_PERMITTED)
        yield s.InformationDeclined(at=answered, by=by, request_id=request_id, reason=reason, **belongs)
    elif record.beantwoord_op is not None:
        yield s.InformationProvided(at=answered, by=by, request_id=request_id, **belongs)


def _referral_of(zaak: dutch.Zaak, organisation: str) -> str:
    """The recipient of the referral a message from this organisation belongs to."""
    current = zaak.verwijzing.naar if zaak.verwijzing else None
    return current or organisation


def opinion_steps(zaak: dutch.Zaak, record_ends_at: datetime) -> Iterator[Told]:
    """Appointment, question, draft, report or none, and the word that it is finished (R38 to R41).

    Args:
        zaak: The record.
        record_ends_at: The last thing the rest of the record tells of; a later appointment has not been held.
    """
    record = zaak.second_opinion
    if record is not None:
        yield from ((".second_opinion", step) for step in _course(zaak, record, record_ends_at))


def _course(zaak: dutch.Zaak, record: dutch.SecondOpinion, record_ends_at: datetime) -> Iterator[s.Step]:
    recipient = (zaak.verwijzing.naar if zaak.verwijzing else None) or ""
    belongs = reference(zaak, recipient)
    by = second_physician(recipient) if recipient else s.Actor(s.ActorRole.SECOND_PHYSICIAN, "")
    if record.afspraak is not None:
        yield _appointment(record, record.afspraak, record_ends_at, by, belongs)
    known = [record.afspraak or zaak.verzoek.datum]
    if record.vraagstelling_vastgesteld_op is not None:
        at = instant_of(record.vraagstelling_vastgesteld_op, known)
        yield s.QuestionSettled(at=at, by=employee_of(zaak), settled_with="second-physician")
    if record.conceptadvies_besproken_op is not None:
        seen_at = _draft_at(zaak, record, record.conceptadvies_besproken_op)
        yield s.DraftDiscussed(at=seen_at, by=by, corrections=record.correcties_werknemer, **belongs)
    yield from _ending(zaak, record, by, belongs)


def _draft_at(zaak: dutch.Zaak, record: dutch.SecondOpinion, moment: date) -> datetime:
    """A draft dated by a day was seen no earlier than any consent of that day: whether it came first nobody knows."""
    return instant_of(moment, [record.afspraak or zaak.verzoek.datum, *consented_at(zaak, _OUTCOME)])


def _appointment(
    record: dutch.SecondOpinion, at: datetime, record_ends_at: datetime, by: s.Actor, belongs: Reference
) -> s.Step:
    has_continued = record.conceptadvies_besproken_op is not None or record.status_verslag is not None
    if has_continued or at <= record_ends_at:
        return s.MilestoneReached(at=at, by=by, milestone=Milestone.SO_STARTED, **belongs)
    return s.MilestoneReached(at=record_ends_at, by=by, milestone=Milestone.APPOINTMENT_PLANNED, due_at=at, **belongs)


def _ending(zaak: dutch.Zaak, record: dutch.SecondOpinion, by: s.Actor, belongs: Reference) -> Iterator[s.Step]:
    finished = _finished_at(zaak, record)
    if record.status_verslag == "vrijgegeven":
        at = max([finished, *consented_at(zaak, _OUTCOME)])
        report = _report(zaak, record, at) if record.verslag_tekst else None
        yield s.ReportReleased(at=at, by=by, report=report, **belongs)
    elif record.status_verslag == "geblokkeerd":
        yield s.ReportWithheld(at=finished, by=by, **belongs)
    if record.afgerond_op is not None:
        channel = record.afronding_gemeld_via or "onbekend"
        yield s.CompletionReported(
            at=finished, by=_who_said_so(zaak, channel, by), channel=channel, is_confirmed=channel in CONFIRMED_BY
        )


def _who_said_so(zaak: dutch.Zaak, channel: str, second: s.Actor) -> s.Actor:
    """Word of the second physician or of the employee is theirs; anything else the back office heard (R41)."""
    roles = {"werknemer": s.ActorRole.EMPLOYEE, "werkgever": s.ActorRole.EMPLOYER}
    if channel == "second-opinion-bedrijfsarts":
        return second
    return s.Actor(roles.get(channel, s.ActorRole.BACK_OFFICE), zaak.arbodienst.id)


def _finished_at(zaak: dutch.Zaak, record: dutch.SecondOpinion) -> datetime:
    draft = record.conceptadvies_besproken_op
    seen_at = [_draft_at(zaak, record, draft)] if draft is not None else []
    if record.afgerond_op is not None:
        return instant_of(record.afgerond_op, [record.afspraak or zaak.verzoek.datum, *seen_at])
    return next(iter(seen_at), record.afspraak or zaak.verzoek.datum)


def _report(zaak: dutch.Zaak, record: dutch.SecondOpinion, at: datetime) -> Document:
    return Document(
        document_id=import_id(zaak, "report"), role=DocumentRole.REPORT, text=record.verslag_tekst or "", created_at=at
    )
