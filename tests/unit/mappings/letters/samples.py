"""Realistic cases, built by hand from steps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.days import AMSTERDAM
from gateway.domain.messages import (
    Document,
    DocumentRole,
    InformationKind,
    InvoiceLine,
    Milestone,
)
from gateway.domain.people import Address, Employee, Employer, NameUse, PersonName, Physician
from gateway.ports.store import JournalEntry

CASE_ID = "SO-2026-0101"
OHS = "arbo-lindehof"
POOL = "praktijk-mulkens"
REFERRAL = "8a1c3f52-6f0e-4f0b-9a51-0c0b8a3c7d11"
REQUEST = "2b7f6a10-3a6c-4c61-8a44-5f3d2e1c0b9a"
FEEDBACK = "Hervatting voor vier uur per dag.\nTillen boven 5 kg vermijden."
REPORT = "Ik adviseer twee weken langer rust, daarna opbouw met drie uur per dag."


def at(text: str) -> datetime:
    """Dutch wall clock time as an instant in UTC, as a store would hold it."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


EMPLOYEE = s.Actor(s.ActorRole.EMPLOYEE, OHS)
FIRST = s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "dr. J.M. (Janneke) Terpstra-Oud")
BACK_OFFICE = s.Actor(s.ActorRole.BACK_OFFICE, OHS, "Samira Bouhali", "dr. J.M. (Janneke) Terpstra-Oud")
SECOND = s.Actor(s.ActorRole.SECOND_PHYSICIAN, POOL, "H. Mulkens")
SYSTEM = s.Actor(s.ActorRole.SYSTEM, OHS)


def person(**changes) -> Employee:
    employee = Employee(
        name=PersonName("Zonneveld", "van", "A.B.", "Anna Bertha", "Anna", "de", "Wit", NameUse.OWN_PARTNER),
        address=Address("Kwakelpad", "12", "A", "1234 AB", "Alkmaar", "NL"),
        telephone="+31 6 0000 1234",
        email="anna@post.example",
        personnel_number="P-4711",
        birth_date=date(1980, 2, 29),
        occupation="planner",
    )
    return replace(employee, **changes)


def submitted(**changes) -> s.RequestSubmitted:
    step = s.RequestSubmitted(
        at=at("2026-09-11T10:05"),
        by=BACK_OFFICE,
        submitted_by=s.ActorRole.EMPLOYEE,
        employee=person(),
        employer=Employer("Bakkerij Het Korenveld B.V.", "00000123", 48, "D-201"),
        contract=Contract(
            number="C-9",
            starts_on=date(2026, 1, 1),
            options=(
                ContractOption("O1", OptionKind.PHYSICIAN, None, Physician("H. Mulkens", organisation=POOL)),
                ContractOption("G4", OptionKind.PHYSICIAN, None, Physician("mw. F. Verhagen", organisation="verhagen")),
            ),
        ),
        first_physician=Physician("dr. J.M. (Janneke) Terpstra-Oud", "99990000101", organisation=OHS),
        organisation=OHS,
        advice=ContestedAdvice(
            at("2026-09-08T09:30"), AdviceKind.ABSENCE_GUIDANCE, date(2026, 9, 8), FEEDBACK, "dr. J.M. Terpstra-Oud"
        ),
        doubt="Ik kan nog geen vier uur werken.",
        no_suspension_discussed=True,
        discussed_with_first_physician_on=date(2026, 9, 11),
    )
    return replace(step, **changes)


def consent(number: int, purpose: Purpose, when: str, recipient: str = POOL, **changes) -> Consent:
    given = Consent(f"T-{number}", purpose, Choice.GIVEN, recipient, at(when), form="digital")
    return replace(given, **changes)


CONTACT = consent(1, Purpose.CONTACT_TO_SO, "2026-09-14T11:00")
FEEDBACK_CONSENT = consent(2, Purpose.FEEDBACK_TO_SO, "2026-09-14T11:00")
MEDICAL = consent(3, Purpose.MEDICAL_TO_SO, "2026-09-21T10:40", form="paper")
OUTCOME = consent(4, Purpose.OUTCOME_TO_FIRST, "2026-09-24T16:00", OHS)
DOSSIER = consent(5, Purpose.DOSSIER_TO_COLLEAGUE, "2026-09-28T08:50", OHS)


def given(record: Consent) -> s.Step:
    kind = s.ConsentGiven if record.choice is Choice.GIVEN else s.ConsentRefused
    return kind(at=record.decided_at, by=EMPLOYEE, consent=record)


def referral_step(step: type[s.ReferralStep], when: str, by: s.Actor = SECOND, **fields) -> s.ReferralStep:
    return step(at=at(when), by=by, referral_id=REFERRAL, partner=POOL, **fields)


def document(role: DocumentRole, text: str, when: str) -> Document:
    return Document("5d1f0f4e-54a6-4a52-8a5b-9a0a1f2d3c4b", role, text, at(when))


def whole_path() -> list[s.Step]:
    """From request to neutral handover, nothing left out."""
    accepted = s.RequestAccepted(at=at("2026-09-14T09:10"), by=FIRST)
    chosen = s.RecipientChosen(at=at("2026-09-14T11:00"), by=EMPLOYEE, recipient=POOL, option_id="O1")
    sent = referral_step(
        s.ReferralRequested,
        "2026-09-14T13:30",
        BACK_OFFICE,
        recipient=POOL,
        contents=("contact-data", "contested-feedback"),
    )
    medical = document(DocumentRole.MEDICAL_DATA, "Uitslag van de fysiotherapeut.", "2026-09-22T09:00")
    refused = s.ActionRefused(
        at=at("2026-09-24T15:55"),
        by=s.Actor(s.ActorRole.SECOND_PHYSICIAN, POOL, "H. Mulkens"),
        action="report-released",
        reason="outcome-consent-absent",
        because_of=("R40",),
    )
    return [
        submitted(),
        accepted,
        chosen,
        given(CONTACT),
        given(FEEDBACK_CONSENT),
        sent,
        referral_step(s.ReferralReceived, "2026-09-14T13:31", s.Actor(s.ActorRole.SYSTEM, POOL)),
        referral_step(s.ReferralAccepted, "2026-09-15T08:15", physician=Physician("H. Mulkens", "99990000201")),
        referral_step(
            s.MilestoneReached,
            "2026-09-15T08:20",
            milestone=Milestone.APPOINTMENT_PLANNED,
            due_at=at("2026-09-21T10:00"),
        ),
        referral_step(s.MilestoneReached, "2026-09-21T10:02", milestone=Milestone.SO_STARTED),
        given(MEDICAL),
        referral_step(
            s.InformationRequested,
            "2026-09-21T10:45",
            request_id=REQUEST,
            asked=InformationKind.MEDICAL_DATA,
            employee_decided_at=at("2026-09-21T10:40"),
        ),
        referral_step(s.InformationProvided, "2026-09-22T09:05", FIRST, request_id=REQUEST, documents=(medical,)),
        referral_step(s.DraftDiscussed, "2026-09-24T15:00", corrections="Niet zeven maar acht weken klachten."),
        refused,
        given(OUTCOME),
        referral_step(
            s.ReportReleased, "2026-09-24T16:05", report=document(DocumentRole.REPORT, REPORT, "2026-09-24T15:50")
        ),
        s.FollowUpPlanned(at=at("2026-09-25T08:30"), by=BACK_OFFICE, for_at=at("2026-09-28T08:40")),
        s.AdviceWeighed(
            at=at("2026-09-28T08:45"),
            by=FIRST,
            adoption=s.Adoption.PARTLY,
            reasons="Ik begin met drie uur, zoals geadviseerd.\nMaar ik bouw na twee weken op.",
        ),
        s.TransferRequested(at=at("2026-09-28T08:48"), by=EMPLOYEE),
        given(DOSSIER),
        s.TransferDecided(at=at("2026-09-28T09:00"), by=FIRST, is_granted=True, colleague="R. el Amrani"),
        s.HandoverMade(
            at=at("2026-09-28T09:10"),
            by=FIRST,
            colleague="R. el Amrani",
            parts=(
                "consultation-dates",
                "limitations",
                "employer-feedback",
                "second-opinion-report",
                "adoption-status",
            ),
            text="Beperkingen op 8 september: tillen tot 5 kg, staan tot 20 minuten.",
        ),
        s.EmployerInvoiced(
            at=at("2026-10-02T07:00"),
            by=SYSTEM,
            number="F-2026-0031",
            dated_on=date(2026, 9, 30),
            period_start=date(2026, 9, 1),
            period_end=date(2026, 9, 30),
            lines=(InvoiceLine("Arbodienstverlening, verrichting SO", 1, 69_500),),
        ),
        s.CaseRead(at=at("2026-10-05T14:00"), by=BACK_OFFICE, view="log"),
    ]


def entries(steps: list[s.Step], case_id: str = CASE_ID) -> list[JournalEntry]:
    return [JournalEntry(7 + n, case_id, step.at + timedelta(seconds=2), step) for n, step in enumerate(steps)]


def folded(*steps: s.Step) -> Case:
    return fold(CASE_ID, steps)
