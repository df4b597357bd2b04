"""After the opinion in an ``arbodienst-export/1`` record: follow-up, transfer, complaint, invoice (R42 to R48, R54)."""

from collections.abc import Iterator
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.messages import InvoiceLine
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_actors import actor, complaints_handler, role_of_first
from mappings.backoffices.arbodienst_identity import Told, employee_of
from mappings.backoffices.arbodienst_words import COMPLAINT_WORDS, TRANSFER_GRANTED, TRANSFER_WORDS, UPHELD
from mappings.backoffices.moments import instant_of, start_of


def follow_up_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """The consultation afterwards: planned, held with an adoption, and whether guidance goes on (R42 to R46)."""
    record = zaak.vervolg
    if record is None:
        return
    hour = record.spreekuur
    if hour is not None:
        planner = actor(zaak, hour.gepland_door)
        planned_at = _planned_at(zaak, hour.datum)
        yield ".vervolg.spreekuur", s.FollowUpPlanned(at=planned_at, by=planner, for_at=hour.datum)
    yield from ((".vervolg", step) for step in _consultation(zaak, record))
    if record.overdracht is not None:
        yield from ((".vervolg.overdracht", step) for step in _transfer(zaak, record.overdracht))


def _consultation(zaak: dutch.Zaak, record: dutch.Vervolg) -> Iterator[s.Step]:
    hour = record.spreekuur
    adoption = codes.ADOPTION.get(record.overname or "")
    if adoption is None:
        return
    by = actor(zaak, hour.gehouden_door if hour else None)
    at = hour.datum if hour else _planned_at(zaak, zaak.verzoek.datum)
    yield s.AdviceWeighed(at=at, by=by, adoption=adoption, reasons=record.onderbouwing_voor_werknemer)
    if record.begeleiding is not None:
        yield s.GuidanceDecided(at=at, by=by, continues=record.begeleiding == "voortgezet")


def _planned_at(zaak: dutch.Zaak, otherwise: datetime) -> datetime:
    """The record does not say when a consultation was planned: after completion, and no later than it was held."""
    finished = zaak.second_opinion.afgerond_op if zaak.second_opinion else None
    return min(instant_of(finished, [zaak.verzoek.datum]), otherwise) if finished else otherwise


def _transfer(zaak: dutch.Zaak, record: dutch.Overdracht) -> Iterator[s.Step]:
    """A wish, a dated answer, and the neutral handover of a granted one (R47, R48)."""
    hour = zaak.vervolg.spreekuur if zaak.vervolg else None
    known = [zaak.verzoek.datum, *([hour.datum] if hour else [])]
    if record.gevraagd_op is not None:
        known.append(instant_of(record.gevraagd_op, known))
        yield s.TransferRequested(at=known[-1], by=employee_of(zaak))
    if record.besluit not in TRANSFER_WORDS or record.datum is None:
        return
    decided_at = instant_of(record.datum, known)
    is_granted = record.besluit in TRANSFER_GRANTED
    by = s.Actor(role_of_first(zaak), zaak.arbodienst.id)
    yield s.TransferDecided(
        at=decided_at, by=by, is_granted=is_granted, colleague=record.naar, reasons=record.motivering
    )
    if is_granted:
        parts = tuple(codes.HANDOVER.get(part, part) for part in record.inhoud)
        yield s.HandoverMade(at=decided_at, by=by, colleague=record.naar, parts=parts, text=record.concepttekst)


def complaint_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """A complaint and its outcome (R21); one without a known outcome is still open."""
    record = zaak.klacht
    if record is None:
        return
    about = codes.COMPLAINT_SUBJECT.get(record.over or "", s.ComplaintSubject.OTHER)
    known = [zaak.beoordeling.datum if zaak.beoordeling else zaak.verzoek.datum]
    filed_at = instant_of(record.ingediend_op, known)
    yield ".klacht", s.ComplaintFiled(at=filed_at, by=employee_of(zaak), about=about)
    if record.uitkomst in COMPLAINT_WORDS:
        yield (
            ".klacht.uitkomst_op",
            s.ComplaintDecided(
                at=instant_of(record.uitkomst_op or record.ingediend_op, [filed_at]),
                by=complaints_handler(zaak, record.behandeld_door),
                about=about,
                is_upheld=record.uitkomst in UPHELD,
                outcome=record.uitkomst,
            ),
        )


def invoice_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """The invoice to the employer (R54, R55)."""
    record = zaak.factuur
    if record is None:
        return
    yield (
        ".factuur",
        s.EmployerInvoiced(
            at=start_of(record.datum),
            by=s.Actor(s.ActorRole.BACK_OFFICE, zaak.arbodienst.id),
            number=record.nummer,
            dated_on=record.datum,
            period_start=record.periode.van,
            period_end=record.periode.tot,
            lines=tuple(InvoiceLine(r.omschrijving, r.aantal, r.prijs_excl_btw_cent) for r in record.regels),
        ),
    )
