"""Requests of the employee under the AVG: answered once, for what was really done, or with the ground (R58)."""

from gateway.domain.case import Case
from gateway.domain.rights import RightState
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.steps import RestrictionLifted, Right, RightAnswered


def find(case: Case, request_id: str) -> RightState | None:
    """The request with that id."""
    return next((state for state in case.rights if state.request_id == request_id), None)


def may_answer(case: Case, step: RightAnswered) -> Decision:
    """A request that waits is answered: granted when it was carried out, refused with a ground (AVG 12(3), 12(4))."""
    asked = find(case, step.request_id)
    if asked is None or not asked.is_waiting:
        return decide(refuse("right-unknown"))
    return decide(carried_out(case, asked, step) if step.is_granted else has_ground(step))


def has_ground(step: RightAnswered) -> Ruling:
    """AVG 12(4): a refusal names what must be kept, or gives the reasons."""
    return PERMIT if step.grounds or (step.text or "").strip() else refuse("right-refused-without-ground")


def carried_out(case: Case, asked: RightState, step: RightAnswered) -> Ruling:
    """Nobody says that something was done that was not; the other rights are carried out by the answer itself."""
    if asked.right in {Right.ACCESS, Right.COPY}:
        return PERMIT if case.copied_at is not None and case.copied_at >= asked.asked_at else refuse("copy-not-made")
    if asked.right is Right.CORRECTION:
        return PERMIT if (step.text or "").strip() else refuse("correction-without-text")
    return PERMIT


def may_lift(case: Case, step: RestrictionLifted) -> Decision:
    """AVG 18(3): only a restriction that holds ends, and not without telling the employee why."""
    asked = find(case, step.request_id)
    has_reasons = bool((step.text or "").strip())
    return decide(
        PERMIT if asked is not None and asked.restricts else refuse("right-unknown"),
        PERMIT if has_reasons else refuse("right-refused-without-ground"),
    )


def not_restricted(case: Case) -> Ruling:
    """AVG 18(2): what the employee wants kept and not used is told to nobody."""
    return refuse("processing-restricted") if any(state.restricts for state in case.rights) else PERMIT
