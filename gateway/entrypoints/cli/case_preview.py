"""``sogw case check`` in the folder of a gateway: the verdicts, and what submitting would do there."""

import sys
from datetime import datetime
from pathlib import Path

from gateway.application.check_cases import doubts_of
from gateway.application.plan_submission import Plan
from gateway.application.submit_case import preview
from gateway.bootstrap import Gateway
from gateway.domain.errors import RefusedError
from gateway.entrypoints.cli import case_check
from gateway.entrypoints.cli.session import Session
from gateway.ports.backoffice import CaseImport
from gateway.settings import FILE_NAME
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.products import AnyProduct


async def check(session: Session, file: Path, policies: Path | None, as_of: datetime | None) -> int:
    """Check an export; see ``case_check.check``."""
    plans = await _plans(session, file) if (session.home / FILE_NAME).exists() and str(file) != "-" else {}
    return case_check.check(
        file,
        policies,
        sys.stdout,
        sys.stderr,
        as_of=as_of,
        planner=lambda case: plans.get(case.line),
    )


async def _plans(session: Session, file: Path) -> dict[int, Plan | RefusedError]:
    """What this gateway would do with every line that is a case of its own."""
    try:
        with case_check.opened(file) as stream:
            items = list(AnyProduct().read(bounded_lines(stream)))
    except OSError:
        return {}
    async with session.gateway() as gateway:
        return {
            case.line: await _plan(session, gateway, case)
            for case in items
            if isinstance(case, CaseImport) and case.organisation.organisation_id == gateway.services.party.party_id
        }


async def _plan(session: Session, gateway: Gateway, case: CaseImport) -> Plan | RefusedError:
    try:
        return await preview(gateway.services, case.case_id, case.steps, session.actor(), doubts_of(case))
    except RefusedError as error:
        return error
