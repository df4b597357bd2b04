"""``sogw case check`` in the folder of a gateway: the verdicts, and what submitting would do there."""

import sys
from datetime import datetime
from pathlib import Path

from gateway.application.check_cases import Planned, doubts_of
from gateway.application.perform_act import refused
from gateway.application.plan_submission import Plan
from gateway.application.submit_case import preview
from gateway.bootstrap import Gateway
from gateway.domain.errors import RefusedError
from gateway.domain.rules.refusal import refuse
from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli import case_check
from gateway.entrypoints.cli.case_rows import warn_about_policy
from gateway.entrypoints.cli.session import Session
from gateway.ports.backoffice import BackOffice, CaseImport
from gateway.ports.store import Partner
from gateway.settings import FILE_NAME
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.products import AnyProduct, read_profile


def reader_of(session: Session, profile: Path | None) -> BackOffice:
    """The reader of exports, with the profile that is given or set.

    Raises:
        RefusedError: ``profile-unreadable``.
    """
    if profile is None and (session.home / FILE_NAME).exists():
        named = session.settings.backoffice.profile
        profile = session.settings.path(named) if named is not None else None
    return AnyProduct(read_profile(profile) if profile is not None else None)


async def check(
    session: Session, file: Path, policies: Path | None, profile: Path | None, as_of: datetime | None
) -> int:
    """Check an export; see ``case_check.check``."""
    is_home = (session.home / FILE_NAME).exists()
    if is_home:
        session.permitted(session.actor(ActorRole.BACK_OFFICE))
        policies = policies or _own_policies(session)
    reader = reader_of(session, profile)
    plans = await _plans(session, file, reader) if is_home and str(file) != "-" else {}
    return case_check.check(
        file,
        policies,
        sys.stdout,
        sys.stderr,
        as_of=as_of,
        reader=reader,
        planner=lambda case: plans.get(case.line),
    )


def _own_policies(session: Session) -> Path | None:
    """The file of policies that this gateway works by."""
    named = session.settings.policy.file
    return session.settings.path(named) if named is not None else None


async def _plans(session: Session, file: Path, reader: BackOffice) -> dict[int, Planned]:
    """What this gateway would do with every line that is a case of its own."""
    try:
        with case_check.opened(file) as stream:
            items = list(reader.read(bounded_lines(stream)))
    except OSError:
        return {}
    cases = [item for item in items if isinstance(item, CaseImport)]
    async with session.gateway() as gateway:
        party = gateway.services.party.party_id
        own = [case for case in cases if case.organisation.organisation_id == party]
        others = [case for case in cases if case.organisation.organisation_id != party]
        warn_about_policy(session, own)
        async with gateway.services.store.look() as work:
            partners = await work.partners()
        left_out = Planned(None, partners, refused(refuse("case-of-another-organisation")))
        return {
            **{case.line: await _plan(session, gateway, case, partners) for case in own},
            **{case.line: left_out for case in others},
        }


async def _plan(session: Session, gateway: Gateway, case: CaseImport, partners: list[Partner]) -> Planned:
    by = session.actor(ActorRole.BACK_OFFICE)
    plan: Plan | RefusedError
    try:
        plan = await preview(gateway.services, case.case_id, case.steps, by, doubts_of(case))
    except RefusedError as error:
        plan = error
    return Planned(gateway.services.policy, partners, plan)
