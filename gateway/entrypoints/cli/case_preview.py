"""``sogw case check`` in the folder of a gateway: the verdicts, and what submitting would do there."""

import sys
from datetime import datetime
from pathlib import Path

from gateway.application.check_cases import Planned, doubts_of
from gateway.application.match_numbers import Matched, match_numbers
from gateway.application.perform_act import refused
from gateway.application.plan_submission import Plan
from gateway.application.submit_case import preview
from gateway.bootstrap import Gateway
from gateway.domain.errors import RefusedError
from gateway.domain.rules.refusal import refuse
from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli import case_check
from gateway.entrypoints.cli.case_rows import code_of, repeated, warn_about_policy
from gateway.entrypoints.cli.session import Session
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from gateway.ports.store import Partner
from gateway.settings import FILE_NAME
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.mentions import read_with_mentions
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
            items = list(repeated(read_with_mentions(reader, bounded_lines(stream))))
    except OSError:
        return {}
    async with session.gateway() as gateway:
        party = gateway.services.party.party_id
        own = [item for item in items if isinstance(item, CaseImport) and item.organisation.organisation_id == party]
        warn_about_policy(session, own)
        async with gateway.services.store.look() as work:
            partners = await work.partners()
        rows = await match_numbers(gateway.services, items)
        return {matched.item.line: await _plan(session, gateway, matched, partners) for matched in reversed(rows)}


async def _plan(session: Session, gateway: Gateway, matched: Matched, partners: list[Partner]) -> Planned:
    by, case = session.actor(ActorRole.BACK_OFFICE), matched.item
    if isinstance(case, ImportProblem):
        return Planned(gateway.services.policy, partners, refused(refuse(code_of(matched))), matched.cases)
    is_ours = case.organisation.organisation_id == gateway.services.party.party_id
    if matched.refusal is not None:
        holds = () if matched.is_erased else matched.cases
        return Planned(gateway.services.policy, partners, refused(matched.refusal), holds)
    if not is_ours:
        return Planned(None, partners, refused(refuse("case-of-another-organisation")), matched.cases)
    plan: Plan | RefusedError
    try:
        plan = await preview(gateway.services, case.case_id, case.steps, by, doubts_of(case))
    except RefusedError as error:
        plan = error
    return Planned(gateway.services.policy, partners, plan)
