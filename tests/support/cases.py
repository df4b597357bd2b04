"""Cases for tests: built step by step in the domain, or taken from the sample export and changed."""

import copy
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.days import AMSTERDAM
from gateway.domain.messages import InvoiceLine
from gateway.domain.people import Employee, Employer, PersonName, Physician
from gateway.domain.policy import Policy
from gateway.domain.rules.verdict import Verdict, assess
from gateway.ports.backoffice import CaseImport
from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.policies import read_policies

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "arbodienst-export"
EXPORT = SAMPLES / "cases.jsonl"

OHS = "arbo-lindehof"
POOL = "praktijk-mulkens"
OTHER_POOL = "praktijk-wiarda"
FIRST = Physician("dr. J.M. Terpstra-Oud", "99990001101", "84990011", organisation=OHS)
SECOND = Physician("dr. S. (Saskia) Mulkens", "99990005101", "84990051", organisation=POOL)
THIRD = Physician("H. Wiarda-Postma", "99990005201", "84990052", organisation=OTHER_POOL)
EMPLOYEE = s.Actor(s.ActorRole.EMPLOYEE, OHS)
FIRST_PHYSICIAN = s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, FIRST.name)
SECOND_PHYSICIAN = s.Actor(s.ActorRole.SECOND_PHYSICIAN, POOL, SECOND.name)
BACK_OFFICE = s.Actor(s.ActorRole.BACK_OFFICE, OHS)
POLICY = Policy("test", decision_age_limit_days=14)
OPTIONS = (
    ContractOption("opt-1", OptionKind.PHYSICIAN, physician=SECOND),
    ContractOption("opt-2", OptionKind.PHYSICIAN, physician=THIRD),
)
CONTRACT = Contract(number="BC-1", starts_on=date(2025, 1, 1), options=OPTIONS)


def at(day: int, hour: int = 9, minute: int = 0, month: int = 9) -> datetime:
    """A Dutch wall-clock time in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM)


def a_request(**changes: Any) -> s.RequestSubmitted:
    """A request against which nothing can be said, made on 14 September."""
    fields: dict[str, Any] = {
        "at": at(14),
        "by": EMPLOYEE,
        "submitted_by": s.ActorRole.EMPLOYEE,
        "employee": Employee(
            name=PersonName(family="Kolk", prefix="van der", call_name="Jur"),
            personnel_number="P10037",
            telephone="+31 6 0000 0101",
            occupation="orderpicker",
        ),
        "employer": Employer("Transport B.V.", kvk="00000201", employee_count=214),
        "contract": CONTRACT,
        "first_physician": FIRST,
        "organisation": OHS,
        "advice": ContestedAdvice(at(7), AdviceKind.ABSENCE_GUIDANCE, date(2026, 9, 7), "Vier uur per dag."),
        "chosen_option": "opt-1",
        "discussed_with_first_physician_on": date(2026, 9, 14),
        "no_suspension_discussed": True,
    }
    return s.RequestSubmitted(**{**fields, **changes})


def consent(purpose: Purpose, recipient: str = POOL, when: datetime | None = None, **changes: Any) -> Consent:
    """A consent given; ``choice=Choice.REFUSED`` for a refusal."""
    fields: dict[str, Any] = {
        "consent_id": f"{purpose}-{recipient}",
        "purpose": purpose,
        "choice": Choice.GIVEN,
        "recipient": recipient,
        "decided_at": when or at(14, 11),
    }
    return Consent(**{**fields, **changes})


def decided(*consents: Consent) -> list[s.Step]:
    """The steps in which consents come to a case."""
    return [
        (s.ConsentRefused if c.choice is Choice.REFUSED else s.ConsentGiven)(at=c.decided_at, by=EMPLOYEE, consent=c)
        for c in consents
    ]


CONTACT = consent(Purpose.CONTACT_TO_SO)
FEEDBACK = consent(Purpose.FEEDBACK_TO_SO)
MEDICAL = consent(Purpose.MEDICAL_TO_SO)
OUTCOME = consent(Purpose.OUTCOME_TO_FIRST, OHS, at(23, 13))
ACCEPTED = s.RequestAccepted(at=at(14, 10), by=FIRST_PHYSICIAN)
REFERRAL_ID = "5f2b6c0e-1111-5222-8333-444455556666"


def of_referral(step: type[s.ReferralStep], when: datetime, referral_id: str = REFERRAL_ID, **fields: Any) -> s.Step:
    """A step of the one referral."""
    return step(at=when, by=SECOND_PHYSICIAN, referral_id=referral_id, **fields)


def referred(recipient: str = POOL, when: datetime | None = None, **fields: Any) -> s.Step:
    """The referral going out."""
    return of_referral(s.ReferralRequested, when or at(14, 13), recipient=recipient, **fields)


STARTED = of_referral(s.MilestoneReached, at(17), milestone=s.Milestone.SO_STARTED)
DRAFT = of_referral(s.DraftDiscussed, at(23, 12))
RELEASED = of_referral(s.ReportReleased, at(23, 14))
WITHHELD = of_referral(s.ReportWithheld, at(23, 14))


def a_case(*steps: s.Step | Iterable[s.Step], request: s.RequestSubmitted | None = None, accepted: bool = True) -> Case:
    """A case: request, acceptance, and what the test adds."""
    flat: list[s.Step] = [request or a_request(), *([ACCEPTED] if accepted else [])]
    for step in steps:
        flat.extend([step] if isinstance(step, s.Step) else step)
    return fold("Z-2026-1", flat)


def ready(*steps: s.Step | Iterable[s.Step], **changes: Any) -> Case:
    """A case that may be referred, with changes to its request."""
    return a_case(decided(CONTACT, FEEDBACK, MEDICAL), *steps, request=a_request(**changes))


def completed(*steps: s.Step | Iterable[s.Step], **changes: Any) -> Case:
    """A case whose report went to the first physician."""
    return ready(referred(), STARTED, DRAFT, decided(OUTCOME), RELEASED, *steps, **changes)


def an_invoice(description: str = "Arbodienstverlening, verrichting SO", **changes: Any) -> s.EmployerInvoiced:
    """An invoice at the end of September."""
    fields: dict[str, Any] = {
        "at": at(30),
        "by": BACK_OFFICE,
        "number": "F-2026-0031",
        "dated_on": date(2026, 9, 30),
        "period_start": date(2026, 9, 1),
        "period_end": date(2026, 9, 30),
        "lines": (InvoiceLine(description, 1, 69500),),
    }
    return s.EmployerInvoiced(**{**fields, **changes})


def contract_of(*options: ContractOption, **changes: Any) -> Contract:
    """The contract with other options."""
    return replace(CONTRACT, options=options, **changes)


Record = dict[str, Any]


def sample_records() -> dict[str, Record]:
    """The sample export by case number ("1", "18"), without anything a gateway may not read."""
    records = {}
    for line in EXPORT.read_bytes().split(b"\n"):
        if line:
            record = json.loads(line)
            number = record["zaak_id"].rpartition("-")[2].lstrip("0")
            records[number] = {k: v for k, v in record.items() if k not in {"verwacht", "titel", "tags"}}
    return records


def expected_verdicts() -> dict[str, Record]:
    """What the sample says of itself, for comparison only."""
    lines = [json.loads(line) for line in EXPORT.read_bytes().split(b"\n") if line]
    return {line["zaak_id"]: line["verwacht"] for line in lines}


def sample_policies() -> dict[str, Policy]:
    """The sample policies by id."""
    return read_policies((SAMPLES / "policies.json").read_bytes())


def read_record(record: Record) -> CaseImport:
    """One record that reads without problems."""
    items = list(ArbodienstExport().read([json.dumps(record)]))
    assert len(items) == 1, [str(item) for item in items]
    assert isinstance(items[0], CaseImport), str(items[0])
    return items[0]


def verdict_of(record: Record, policy: Policy | None = None) -> Verdict:
    """The verdict on a record."""
    case = read_record(record)
    return assess(fold(case.case_id, case.steps), policy or sample_policies()[case.policy_id])


def changed(number: str, change: Callable[[Record], None]) -> Record:
    """A sample record with a change."""
    record = copy.deepcopy(sample_records()[number])
    change(record)
    return record
