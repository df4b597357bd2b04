"""A new case as a careless back office exports it, judged as ``case check`` and ``case submit`` would, in both formats."""

import copy
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.application.check_cases import Checked, check_case, doubts_of
from gateway.application.plan_submission import Plan, Surroundings, plan_submission
from gateway.domain import steps as s
from gateway.domain.days import AMSTERDAM
from gateway.domain.rules.recipient import intended_recipient
from gateway.ports.backoffice import CaseImport
from mappings.backoffices.canonical import write_case
from mappings.backoffices.products import AnyProduct
from tests.support.cases import SAMPLES, Record, sample_policies

FORMATS = ("arbodienst-export/1", "second-opinion-case/1")
NOW = datetime(2026, 9, 20, 9, tzinfo=AMSTERDAM)
NEW_CASE: Record = json.loads((SAMPLES / "new-case.jsonl").read_text(encoding="utf-8"))
Change = Callable[[Record], Any]


def new_case(change: Change = lambda _: None) -> Record:
    """The sample of a new case, which goes to Mulkens as it is, with a change."""
    record = copy.deepcopy(NEW_CASE)
    change(record)
    return record


_SOMEWHERE = '"organisation":"praktijk-mulkens"'
"""Where a record does not say where the second physician works."""


def read(record: Record, written_in: str = FORMATS[0]) -> CaseImport:
    """One record, or the same in the other format."""
    case = _one(record)
    return (
        case
        if written_in == FORMATS[0]
        else _one(json.loads(write_case(case).replace('"organisation":""', _SOMEWHERE)))
    )


def _one(record: Record) -> CaseImport:
    [case] = AnyProduct().read([json.dumps(record)])
    assert isinstance(case, CaseImport), str(case)
    return case


def checked(record: Record, written_in: str = FORMATS[0]) -> Checked:
    """What ``case check`` says of it on 20 September."""
    found = check_case(read(record, written_in), sample_policies(), NOW)
    assert isinstance(found, Checked)
    return found


def hindrances(record: Record, written_in: str = FORMATS[0]) -> set[str]:
    """Why submitting it would send nothing; empty when it would."""
    return {refusal.code for refusal in checked(record, written_in).now}


def planned(*records: Record, written_in: str = FORMATS[0]) -> Plan:
    """What submitting the last does, after the others."""
    known: list[s.Step] = []
    for record in records:
        case = read(record, written_in)
        by = s.Actor(s.ActorRole.BACK_OFFICE, case.organisation.organisation_id)
        around = Surroundings(case.organisation, sample_policies()[case.policy_id], NOW, by)
        plan = plan_submission(around, case.case_id, known, case.steps, doubts_of(case))
        known += plan.steps
    return plan


def recipient(record: Record, written_in: str = FORMATS[0]) -> str | None:
    """To whom it would go."""
    return intended_recipient(planned(record, written_in=written_in).after)


def consents_for(to: str, **changes: Any) -> list[Record]:
    """The three consents of the sample, for somebody else and under ids of their own."""
    made = [{**consent, "ontvanger": to, **changes} for consent in NEW_CASE["toestemmingen"]]
    return [{**consent, "id": f"{consent['id']}-{to}"} for consent in made]
