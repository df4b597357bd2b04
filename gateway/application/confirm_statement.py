"""Confirm that what an export left out still stands, after asking the employee or the physician (R25)."""

from gateway.application.perform_act import existing_case, raise_refusal, recorded
from gateway.domain.permissions import Permission
from gateway.domain.rules.refusal import decide, refuse
from gateway.domain.steps import Actor, StatementConfirmed
from gateway.domain.unexplained import NOT_EXPLAINED
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork

CONFIRMABLE = (
    *("consent-missing", "decision-missing", "dossier-widened", "person-changed", "case-number-alike"),
    NOT_EXPLAINED,
)
"""Doubts that a person can settle; the others need a record that can be understood."""


async def confirm_statement(services: Services, case_id: str, by: Actor) -> tuple[str, ...]:
    """Let a case go on that is held because its last export left something out.

    Returns:
        Codes of the doubts that hold it still.

    Raises:
        RefusedError: Somebody may not confirm it, or ``nothing-to-confirm``.
    """

    async def run(work: UnitOfWork) -> tuple[str, ...]:
        case = await existing_case(work, case_id)
        settled = tuple(code for code in case.doubts if code in CONFIRMABLE)
        if not settled:
            raise_refusal(decide(refuse("nothing-to-confirm")))
        await work.append(case_id, (StatementConfirmed(at=services.clock.now(), by=by, doubts=settled),))
        return tuple(code for code in case.doubts if code not in settled)

    return await recorded(services, case_id, "statement-confirmed", by, Permission.CONSENT_GIVE, run)
