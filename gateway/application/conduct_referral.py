"""Conduct a referral at the pool: what the second physician and the pool may say, one function a verb (R36 to R41)."""

from datetime import date, datetime

from gateway.application.enclose_files import Paper, document_of, fitting
from gateway.application.perform_act import Act, existing_case, perform, raise_refusal, recorded
from gateway.application.permit_act import case_of_referral
from gateway.domain import messages as m
from gateway.domain.case import Case
from gateway.domain.consent import Consent, Purpose
from gateway.domain.people import Physician
from gateway.domain.permissions import STEP_PERMISSIONS, Permission, permission_to_say
from gateway.domain.rules.decisions import not_ahead
from gateway.domain.rules.refusal import decide
from gateway.domain.rules.situation import names_of
from gateway.domain.steps import Actor, ConsentGiven, ConsentRefused, DraftDiscussed, QuestionSettled, Step
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def say(
    services: Services, referral_id: str, content: m.Content, by: Actor, first: tuple[Step, ...] = ()
) -> m.Message:
    """Say one thing in the conversation of a referral we hold.

    Raises:
        RefusedError: A rule or the protocol table stands in the way, or there is no such referral.
    """
    case_id = await case_of_referral(services, referral_id, by, permission_to_say(content), content.kind.value)
    async with services.store.look() as work:
        partner = await work.partner_of_referral(referral_id)
    return await perform(services, Act(case_id, content, by, partner or "", referral_id, first))


async def answer_availability(
    services: Services, referral_id: str, by: Actor, *, is_available: bool, earliest_on: date | None = None
) -> m.Message:
    """Tell whether there is room."""
    return await say(services, referral_id, m.AvailabilityAnswer(is_available, earliest_on), by)


async def accept_referral(services: Services, referral_id: str, by: Actor, physician: Physician) -> m.Message:
    """Accept, naming the physician so that independence is checked again (R5)."""
    return await say(services, referral_id, m.Acceptance(physician), by)


async def decline_referral(services: Services, referral_id: str, by: Actor, reason: m.DeclineCode) -> m.Message:
    """Decline with a code (R36)."""
    return await say(services, referral_id, m.Declination(reason), by)


async def reach_milestone(
    services: Services, referral_id: str, by: Actor, milestone: m.Milestone, *, due_at: datetime | None = None
) -> m.Message:
    """Report a milestone: a code and a time (R38)."""
    return await say(services, referral_id, m.MilestoneNotice(milestone, services.clock.now(), due_at), by)


async def discuss_draft(services: Services, referral_id: str, by: Actor, corrections: str | None = None) -> m.Message:
    """Record that the draft was discussed with the employee, corrections of fact included, and report it (R39)."""
    now = services.clock.now()
    draft = DraftDiscussed(at=now, by=by, referral_id=referral_id, corrections=corrections)
    notice = m.MilestoneNotice(m.Milestone.DRAFT_WITH_EMPLOYEE, now)
    return await say(services, referral_id, notice, by, (draft,))


async def request_information(
    services: Services,
    referral_id: str,
    by: Actor,
    asked: m.InformationKind,
    *,
    employee_decided_at: datetime | None,
) -> m.Message:
    """Ask the first physician for something, on the employee's decision (R32)."""
    case = await _case_of(services, referral_id, by, Permission.INFORMATION_REQUEST, m.Kind.INFORMATION_REQUESTED)
    referral = case.referral(referral_id)
    to = names_of(referral.recipient) if referral else frozenset()
    consents = tuple(c for c in case.consents if c.purpose is Purpose.MEDICAL_TO_SO and c.recipient in to)
    carried = () if asked is m.InformationKind.WORK_CIRCUMSTANCES else consents
    content = m.InformationRequest(services.new_id(), asked, employee_decided_at, carried)
    return await say(services, referral_id, content, by)


async def release_report(services: Services, referral_id: str, by: Actor, paper: Paper) -> m.Message:
    """Send the report, when the employee consented after the draft (R39, R40)."""
    case = await _case_of(services, referral_id, by, Permission.REPORT_RELEASE, m.Kind.REPORT_RELEASED)
    referral = case.referral(referral_id)
    draft_at = referral.draft_discussed_at if referral else None
    now = services.clock.now()
    to = referral.partner if referral else None
    consents = tuple(c for c in case.consents if c.purpose is Purpose.OUTCOME_TO_FIRST and c.recipient == to)
    async with fitting(services, paper) as fits:
        report = document_of(services, m.DocumentRole.REPORT, fits, by)
        return await say(services, referral_id, m.ReportRelease(report, draft_at or now, consents), by)


async def withhold_report(services: Services, referral_id: str, by: Actor) -> m.Message:
    """Say 'finished, no report' and nothing else (R41)."""
    return await say(services, referral_id, m.ReportWithholding(), by)


async def stop_referral(services: Services, referral_id: str, by: Actor, reason: m.StopCode) -> m.Message:
    """End a second opinion that cannot be completed."""
    return await say(services, referral_id, m.ReferralStop(reason), by)


async def settle_question(services: Services, referral_id: str, by: Actor, text: str) -> None:
    """Record the question as the employee settled it with the second physician; it stays at the pool (R31)."""
    await _record(services, referral_id, by, QuestionSettled(at=services.clock.now(), by=by, text=text))


async def record_consent(services: Services, referral_id: str, by: Actor, consent: Consent) -> None:
    """Record a consent that the employee gave or refused at the pool (R25, R40)."""
    make = ConsentGiven if consent.choice == "given" else ConsentRefused
    await _record(services, referral_id, by, make(at=consent.decided_at, by=by, consent=consent))


async def _record(services: Services, referral_id: str, by: Actor, step: Step) -> None:
    permission = STEP_PERMISSIONS[type(step)]
    case_id = await case_of_referral(services, referral_id, by, permission, step.code)

    async def run(work: UnitOfWork) -> None:
        raise_refusal(decide(not_ahead(step, services.clock.now())))
        await work.append(case_id, (step,))

    await recorded(services, case_id, step.code, by, permission, run)


async def _case_of(services: Services, referral_id: str, by: Actor, permission: Permission, action: str) -> Case:
    case_id = await case_of_referral(services, referral_id, by, permission, action)
    async with services.store.look() as work:
        return await existing_case(work, case_id)
