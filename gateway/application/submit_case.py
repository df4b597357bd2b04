"""Submit a case: append what the back office knows and we do not, then refer as soon as possible (R10, R23, R49)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.application.correct_contact import tell_contact
from gateway.application.enclose_files import Paper
from gateway.application.perform_act import erased_case, existing_case, recorded
from gateway.application.permit_act import permitted_place
from gateway.application.plan_submission import Plan, Surroundings, plan_submission
from gateway.application.refer_case import refer_within, rehearse
from gateway.application.withdraw_consent import pass_on_restrictions
from gateway.domain.case import fold
from gateway.domain.errors import GatewayError, OperatorError, RefusedError
from gateway.domain.messages import DocumentRole, Kind
from gateway.domain.people import Organisation
from gateway.domain.permissions import Permission
from gateway.domain.restatement import Doubt, keys_of
from gateway.domain.rules.refusal import Refusal
from gateway.domain.steps import Actor, ActorRole, CaseStated, Step
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, OutboxState, Partner, UnitOfWork


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of it.

    Attributes:
        case_id: The case.
        added: How many steps were new.
        message_id: Of the referral that went out; None when none did.
        refusals: Why none went out.
        plan: What was found in the record.
        corrected: Partners that were told corrected contact data.
    """

    case_id: str
    added: int
    message_id: str | None
    refusals: tuple[Refusal, ...]
    plan: Plan
    corrected: tuple[str, ...] = ()


async def submit_case(
    services: Services,
    case_id: str,
    steps: Sequence[Step],
    *,
    attachments: Mapping[DocumentRole, Paper] | None = None,
    refer: bool = True,
    by: Actor | None = None,
    doubts: Iterable[Doubt] = (),
) -> Submission:
    """Record a case from the back office and refer it when the rules permit.

    The record is a new statement of the whole case: see ``restate`` for what of it counts. Submitting again adds only
    what is new. When the referral cannot be made after all, what the record adds is kept and it is told why, also when
    that is for an operator to mend: a partner without a key is no reason to lose what the employee decided.

    Raises:
        RefusedError: The case belongs to another organisation, was erased (an export that is offered again does not
            bring it back), or its request is dated in the future.
    """
    actor = by or Actor(ActorRole.BACK_OFFICE, services.party.party_id)
    found = tuple(doubts)
    is_recorded = False

    async def run(work: UnitOfWork, *, refers: bool) -> Submission:
        nonlocal is_recorded
        plan = await _planned(services, work, case_id, steps, actor, found)
        if plan.steps:
            await work.append(case_id, plan.steps)
        corrected = await _tell_partners(services, work, plan, actor)
        is_recorded = True
        if plan.refusals or not refers:
            return Submission(case_id, plan.added, None, plan.refusals, plan, corrected)
        message = await refer_within(services, work, plan.after, actor, None, attachments or {})
        return Submission(case_id, plan.added, message.message_id, (), plan, corrected)

    permission = Permission.CASE_SUBMIT
    try:
        return await recorded(
            services, case_id, "case-submitted", actor, permission, lambda work: run(work, refers=refer)
        )
    except (RefusedError, OperatorError) as error:
        if not is_recorded:
            raise
        kept = await recorded(
            services, case_id, "case-submitted", actor, permission, lambda work: run(work, refers=False)
        )
        return replace(kept, refusals=(*kept.refusals, _not_sent(error)))


async def _tell_partners(services: Services, work: UnitOfWork, plan: Plan, by: Actor) -> tuple[str, ...]:
    """Tell partners that hold data what the record takes back and what it corrects, also what waited (R27, R28)."""
    if not plan.before.referrals:
        return ()
    await pass_on_restrictions(services, work, plan.before, by)
    told = await tell_contact(services, work, await existing_case(work, plan.before.case_id), by)
    return tuple(message.recipient for message in told)


async def hold_case(services: Services, case_id: str, by: Actor, doubt: str) -> bool:
    """Hold a case whose last record cannot be taken at its word at all; nothing is disclosed until a good one comes.

    Returns:
        Whether there is such a case.
    """

    async def run(work: UnitOfWork) -> bool:
        known = await work.steps(case_id)
        if not known:
            return False
        case = fold(case_id, known)
        named = case.stated if case.stated is not None else keys_of(known)
        doubts = tuple(dict.fromkeys((*case.doubts, doubt)))
        if doubts != case.doubts:
            step = CaseStated(at=services.clock.now(), by=by, named=named, missing=case.missing, doubts=doubts)
            await work.append(case_id, (step,))
        return True

    return await recorded(services, case_id, "case-stated", by, Permission.CASE_SUBMIT, run)


async def _planned(
    services: Services, work: UnitOfWork, case_id: str, steps: Sequence[Step], by: Actor, doubts: tuple[Doubt, ...]
) -> Plan:
    known = await work.steps(case_id)
    if not known and await work.trace(case_id):
        raise erased_case()
    unsent = frozenset(item.referral_id or "" for item in await work.outbox(case_id) if _is_unsent(item))
    around = replace(surroundings(services, by, await work.partners()), unsent=unsent)
    return plan_submission(around, case_id, known, steps, doubts)


def _is_unsent(item: OutboxItem) -> bool:
    """Whether a referral waits here that nobody tried to deliver."""
    return item.kind is Kind.REFERRAL_REQUESTED and item.state is OutboxState.PENDING and not item.attempts


def surroundings(services: Services, by: Actor, partners: Sequence[Partner] | None) -> Surroundings:
    """By what this gateway judges a record."""
    party = services.party
    organisation = Organisation(party.party_id, party.name, party.ura, party.kvk, party.agb)
    return Surroundings(organisation, services.policy, services.clock.now(), by, partners)


async def preview(
    services: Services, case_id: str, steps: Sequence[Step], by: Actor, doubts: Iterable[Doubt] = ()
) -> Plan:
    """Plan the submission of a record without writing or sending anything.

    Raises:
        RefusedError: As ``submit_case``.
    """
    await permitted_place(services, case_id, by, Permission.CASE_SUBMIT, "case-submitted")
    async with services.store.look() as work:
        plan = await _planned(services, work, case_id, steps, by, tuple(doubts))
        partners = await work.partners()
    if plan.refusals:
        return plan
    try:
        rehearse(services, plan.after, partners, by)
    except (RefusedError, OperatorError) as error:
        return replace(plan, refusals=(_not_sent(error),))
    return plan


def _not_sent(error: GatewayError) -> Refusal:
    """Say why the referral could not be made; what the record adds is kept."""
    return Refusal(error.code, error.rules, error.message, "The record was taken over. Mend this, and refer the case.")
