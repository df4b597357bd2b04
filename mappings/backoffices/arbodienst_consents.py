"""Consents in an ``arbodienst-export/1`` record (R25 to R27)."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Consent
from mappings.backoffices import arbodienst_codes as codes
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_identity import employee_of
from mappings.backoffices.moments import end_of, start_of


def consent_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """Decisions of the employee, and withdrawals as steps of their own (R25, R27)."""
    seen: Counter[str] = Counter()
    for record in zaak.toestemmingen:
        seen[record.id] += 1
        consent = _consent(record, seen[record.id], may_represent=_may_represent(zaak))
        if consent.choice is Choice.REFUSED:
            yield s.ConsentRefused(at=consent.decided_at, by=employee_of(zaak), consent=consent)
            continue
        yield s.ConsentGiven(at=consent.decided_at, by=employee_of(zaak), consent=consent)
        withdrawn = withdrawn_at(record)
        if withdrawn is not None:
            yield s.ConsentWithdrawn(
                at=withdrawn, by=employee_of(zaak), consent_id=consent.consent_id, purpose=consent.purpose
            )
        if record.keuze == "verlopen" and consent.expires_at is not None:
            yield s.NoteRecorded(
                at=consent.expires_at, by=s.Actor(s.ActorRole.SYSTEM, zaak.arbodienst.id), topic="consent-expired"
            )


def _may_represent(zaak: dutch.Zaak) -> bool:
    """Whether the mandate of the representative lets them consent; as a rule it does not."""
    return zaak.werknemer.gemachtigde is not None and zaak.werknemer.gemachtigde.mag_toestemming_geven


def _consent(record: dutch.Toestemming, occurrence: int, *, may_represent: bool) -> Consent:
    """A consent; one recorded as expired without a date cannot be shown to have counted at any time.

    A later decision under the id of an earlier one gets an id of its own: a refusal must not vanish behind a consent.
    """
    decided = start_of(record.datum)
    expires = end_of(record.geldig_tot) if record.geldig_tot else None
    if record.keuze == "verlopen" and expires is None:
        expires = decided
    return Consent(
        consent_id=record.id if occurrence == 1 else f"{record.id}-{occurrence}",
        purpose=codes.PURPOSE[record.doel],
        choice=Choice.REFUSED if record.keuze == "geweigerd" else Choice.GIVEN,
        recipient=record.ontvanger,
        decided_at=decided,
        form=record.vorm,
        expires_at=expires,
        given_by_employee=record.gegeven_door != "gemachtigde" or may_represent,
    )


def withdrawn_at(record: dutch.Toestemming) -> datetime | None:
    """When it was taken back; recorded as withdrawn without a time, it counts from its own date."""
    if record.ingetrokken_op is not None:
        return max(start_of(record.ingetrokken_op), start_of(record.datum))
    return start_of(record.datum) if record.keuze == "ingetrokken" else None
