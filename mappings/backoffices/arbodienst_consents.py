"""Consents in an ``arbodienst-export/1`` record (R25 to R27).

What is dated by a day counts as that whole day: a refusal or withdrawal of a day comes after every consent of it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Consent
from gateway.domain.days import dutch_day
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_identity import Told, employee_of
from mappings.backoffices.moments import end_of, instant_of, start_of

_GIVEN = frozenset({"gegeven", "ingetrokken", "verlopen"})
"""Choices that were a consent once; every other word, known or not, is none."""


def consent_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """Decisions of the employee, and withdrawals as steps of their own (R25, R27).

    A decision for a purpose that is not known is no step; the record that holds it is not understood.
    """
    for index, record in enumerate(zaak.toestemmingen):
        if record.doel in codes.PURPOSE:
            yield from _decision(zaak, record, f".toestemmingen[{index}]")


def _decision(zaak: dutch.Zaak, record: dutch.Toestemming, path: str) -> Iterator[Told]:
    beside = _given_beside(zaak.toestemmingen, record)
    consent = _consent(record, beside, may_represent=_may_represent(zaak, record))
    by = employee_of(zaak)
    if consent.choice is Choice.REFUSED:
        yield path, s.ConsentRefused(at=consent.decided_at, by=by, consent=consent)
        return
    yield path, s.ConsentGiven(at=consent.decided_at, by=by, consent=consent)
    withdrawn = withdrawn_at(record, beside)
    if withdrawn is not None:
        purpose, consent_id = consent.purpose, consent.consent_id
        yield path, s.ConsentWithdrawn(at=withdrawn, by=by, consent_id=consent_id, purpose=purpose)
    if record.keuze == "verlopen" and consent.expires_at is not None:
        system = s.Actor(s.ActorRole.SYSTEM, zaak.arbodienst.id)
        yield path, s.NoteRecorded(at=consent.expires_at, by=system, topic="consent-expired")


def _given_beside(records: Iterable[dutch.Toestemming], record: dutch.Toestemming) -> list[datetime]:
    """When the employee consented for the same purpose, for whomever: an objection of such a day comes after it."""
    return [start_of(r.datum) for r in records if r.doel == record.doel and r.keuze in _GIVEN]


def _may_represent(zaak: dutch.Zaak, record: dutch.Toestemming) -> bool:
    """Whether the mandate of the representative was signed by then and lets them consent; as a rule it does not."""
    known = zaak.werknemer.gemachtigde
    if known is None or not known.mag_toestemming_geven or known.machtiging_getekend_op is None:
        return False
    return known.machtiging_getekend_op <= dutch_day(start_of(record.datum))


def _consent(record: dutch.Toestemming, beside: list[datetime], *, may_represent: bool) -> Consent:
    """A consent; one recorded as expired without a date cannot be shown to have counted at any time.

    Such an end of a day comes after every consent of that day, as an objection does.
    """
    is_given = record.keuze in _GIVEN
    stands = is_given and record.keuze != "verlopen"
    decided = start_of(record.datum) if stands else instant_of(record.datum, beside)
    expires = end_of(record.geldig_tot) if record.geldig_tot else None
    if record.keuze == "verlopen" and expires is None:
        expires = decided
    return Consent(
        consent_id=record.id,
        purpose=codes.PURPOSE[record.doel],
        choice=Choice.GIVEN if is_given else Choice.REFUSED,
        recipient=record.ontvanger,
        decided_at=decided,
        form=record.vorm,
        expires_at=expires,
        given_by_employee=record.gegeven_door in {None, "werknemer"}
        or (record.gegeven_door == "gemachtigde" and may_represent),
    )


def withdrawn_at(record: dutch.Toestemming, beside: Iterable[datetime] = ()) -> datetime | None:
    """When it was taken back; recorded as withdrawn without a time, it counts from its own date."""
    if record.ingetrokken_op is not None:
        return instant_of(record.ingetrokken_op, beside)
    return instant_of(record.datum, beside) if record.keuze == "ingetrokken" else None


def consented_at(zaak: dutch.Zaak, doel: str) -> list[datetime]:
    """When the employee consented for a purpose, in the words of the export."""
    return [start_of(r.datum) for r in zaak.toestemmingen if r.doel == doel and r.keuze in _GIVEN]
