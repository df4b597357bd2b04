"""The second opinion in an ``arbodienst-export/1`` record: information asked, draft, report (R32, R38 to R41)."""

from collections.abc import Iterator
from datetime import date, datetime

from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.messages import Document, DocumentRole, InformationDeclineCode, Milestone
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_identity import Reference, employee_of, import_id, reference, second_physician
from mappings.backoffices.arbodienst_people import actor
from mappings.backoffices.moments import start_of


def information_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """What the second physician asked, and whether it was given (R32)."""
    for number, record in enumerate(zaak.informatieverzoeken, start=1):
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
        if record.geweigerd_wegens is not None:
            is_absent = "beschikbaar" in record.geweigerd_wegens.casefold()
            yield s.InformationDeclined(
                at=start_of(record.beantwoord_op or record.datum),
                by=actor(zaak, None),
                request_id=request_id,
                reason=InformationDeclineCode.NOT_AVAILABLE if is_absent else InformationDeclineCode.NOT_PERMITTED,
                **belongs,
            )
        elif record.beantwoord_op is not None:
            yield s.InformationProvided(
                at=start_of(record.beantwoord_op), by=actor(zaak, None), request_id=request_id, **belongs
            )


def _referral_of(zaak: dutch.Zaak, organisation: str) -> str:
    """The recipient of the referral a message from this organisation belongs to."""
    current = zaak.verwijzing.naar if zaak.verwijzing else None
    return current or organisation


def opinion_steps(zaak: dutch.Zaak, record_ends_at: datetime) -> Iterator[s.Step]:
    """Appointment, question, draft, report or none, and the word that it is finished (R38 to R41).

    Args:
        zaak: The record.
        record_ends_at: The last thing the rest of the record tells of; a later appointment has not been held.
    """
    record = zaak.second_opinion
    if record is None:
        return
    recipient = (zaak.verwijzing.naar if zaak.verwijzing else None) or ""
    belongs = reference(zaak, recipient)
    by = second_physician(recipient) if recipient else s.Actor(s.ActorRole.SECOND_PHYSICIAN, "")
    if record.afspraak is not None:
        yield _appointment(record, record.afspraak, record_ends_at, by, belongs)
    if record.vraagstelling_vastgesteld_op is not None:
        yield s.QuestionSettled(
            at=start_of(record.vraagstelling_vastgesteld_op), by=employee_of(zaak), settled_with="second-physician"
        )
    if record.conceptadvies_besproken_op is not None:
        yield s.DraftDiscussed(
            at=start_of(record.conceptadvies_besproken_op), by=by, corrections=record.correcties_werknemer, **belongs
        )
    yield from _ending(zaak, record, by, belongs)


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
        at = max([finished, *_outcome_consents(zaak)])
        report = _report(zaak, record, at) if record.verslag_tekst else None
        yield s.ReportReleased(at=at, by=by, report=report, **belongs)
    elif record.status_verslag == "geblokkeerd":
        yield s.ReportWithheld(at=finished, by=by, **belongs)
    if record.afgerond_op is not None:
        channel = record.afronding_gemeld_via or "onbekend"
        yield s.CompletionReported(
            at=start_of(record.afgerond_op),
            by=employee_of(zaak) if channel == "werknemer" else actor(zaak, channel, s.ActorRole.SECOND_PHYSICIAN),
            channel=channel,
            is_confirmed=channel in {"second-opinion-bedrijfsarts", "werknemer"},
        )


def _finished_at(zaak: dutch.Zaak, record: dutch.SecondOpinion) -> datetime:
    known: list[date | None] = [record.afgerond_op, record.conceptadvies_besproken_op, record.afspraak]
    return next((start_of(moment) for moment in known if moment is not None), zaak.verzoek.datum)


def _outcome_consents(zaak: dutch.Zaak) -> list[datetime]:
    """A released report went no earlier than the consent that lets it go."""
    return [
        start_of(record.datum)
        for record in zaak.toestemmingen
        if codes.PURPOSE[record.doel] is Purpose.OUTCOME_TO_FIRST and record.keuze != "geweigerd"
    ]


def _report(zaak: dutch.Zaak, record: dutch.SecondOpinion, at: datetime) -> Document:
    return Document(
        document_id=import_id(zaak, "report"), role=DocumentRole.REPORT, text=record.verslag_tekst or "", created_at=at
    )
