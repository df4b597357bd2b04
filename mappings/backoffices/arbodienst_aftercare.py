"""After the opinion in an ``arbodienst-export/1`` record: follow-up, transfer, complaint, invoice (R42 to R48, R54)."""

from collections.abc import Iterator
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.messages import InvoiceLine
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_people import actor
from mappings.backoffices.moments import start_of


def follow_up_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """The consultation afterwards: planned, held with an adoption, and whether guidance goes on (R42 to R46)."""
    record = zaak.vervolg
    if record is None:
        return
    hour = record.spreekuur
    if hour is not None:
        planner = actor(zaak, hour.gepland_door, s.ActorRole.BACK_OFFICE)
        yield s.FollowUpPlanned(at=_planned_at(zaak, hour.datum), by=planner, for_at=hour.datum)
    if record.overname is not None:
        by = actor(zaak, hour.gehouden_door if hour else None)
        at = hour.datum if hour else _planned_at(zaak, zaak.verzoek.datum)
        reasons = record.onderbouwing_voor_werknemer
        yield s.AdviceWeighed(at=at, by=by, adoption=codes.ADOPTION[record.overname], reasons=reasons)
        if record.begeleiding is not None:
            yield s.GuidanceDecided(at=at, by=by, continues=record.begeleiding == "voortgezet")
    if record.overdracht is not None:
        yield from _transfer(zaak, record.overdracht)


def _planned_at(zaak: dutch.Zaak, otherwise: datetime) -> datetime:
    """The record does not say when a consultation was planned: after completion, and no later than it was held."""
    finished = zaak.second_opinion.afgerond_op if zaak.second_opinion else None
    return min(start_of(finished), otherwise) if finished else otherwise


def _transfer(zaak: dutch.Zaak, record: dutch.Overdracht) -> Iterator[s.Step]:
    """A wish, a dated answer, and the neutral handover of a granted one (R47, R48)."""
    if record.gevraagd_op is not None:
        yield s.TransferRequested(at=start_of(record.gevraagd_op), by=s.Actor(s.ActorRole.EMPLOYEE, zaak.arbodienst.id))
    if record.besluit is None or record.datum is None:
        return
    decided_at = start_of(record.datum)
    decision = record.besluit.casefold()
    is_granted = "gehonoreerd" in decision and "niet" not in decision
    by = actor(zaak, None)
    yield s.TransferDecided(
        at=decided_at, by=by, is_granted=is_granted, colleague=record.naar, reasons=record.motivering
    )
    if is_granted:
        parts = tuple(codes.HANDOVER.get(part, part) for part in record.inhoud)
        yield s.HandoverMade(at=decided_at, by=by, colleague=record.naar, parts=parts, text=record.concepttekst)


def complaint_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """A complaint and its outcome (R21)."""
    record = zaak.klacht
    if record is None:
        return
    about = _subject(record.over)
    employee = s.Actor(s.ActorRole.EMPLOYEE, zaak.arbodienst.id)
    yield s.ComplaintFiled(at=start_of(record.ingediend_op), by=employee, about=about)
    if record.uitkomst is not None:
        decided = record.uitkomst_op or record.ingediend_op
        officer = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, zaak.arbodienst.id, name=record.behandeld_door)
        yield s.ComplaintDecided(
            at=start_of(decided),
            by=officer,
            about=about,
            is_upheld=_is_upheld(record.uitkomst),
            outcome=record.uitkomst,
        )


_SUBJECTS = (
    ("overdracht", "transfer"),
    ("begeleid", "transfer"),
    ("afwijz", "refusal"),
    ("afgewezen", "refusal"),
    ("weiger", "refusal"),
    ("ontvankelijk", "refusal"),
    ("verwij", "refusal"),
)


def _subject(about: str | None) -> str:
    words = (about or "").casefold()
    return next((subject for word, subject in _SUBJECTS if word in words), "other")


def _is_upheld(outcome: str) -> bool:
    """``gegrond`` is upheld; ``ongegrond`` and ``niet gegrond`` hold the same letters and are not."""
    words = outcome.casefold().replace("niet-gegrond", "niet gegrond")
    return "gegrond" in words.replace("ongegrond", "").replace("niet gegrond", "")


def invoice_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """The invoice to the employer (R54, R55)."""
    record = zaak.factuur
    if record is None:
        return
    yield s.EmployerInvoiced(
        at=start_of(record.datum),
        by=s.Actor(s.ActorRole.BACK_OFFICE, zaak.arbodienst.id),
        number=record.nummer,
        dated_on=record.datum,
        period_start=record.periode.van,
        period_end=record.periode.tot,
        lines=tuple(InvoiceLine(r.omschrijving, r.aantal, r.prijs_excl_btw_cent) for r in record.regels),
    )
