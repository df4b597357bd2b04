"""Check a gateway: one line per part, with what is wrong, why it matters and what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.errors import GatewayError
from gateway.ports.services import Services
from gateway.ports.store import OutboxState, QuarantineState

Probe = Callable[[], Awaitable[str]]
"""Looks at one part; returns what it found, or raises GatewayError."""


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    ATTENTION = "attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the check.

    Attributes:
        what: The part.
        health: How it is.
        why: What was found, or what is wrong.
        remedy: What to do; empty when nothing.
        exit_status: Of the error behind it; 0 when there is none.
    """

    what: str
    health: Health
    why: str
    remedy: str = ""
    exit_status: int = 0


async def check(what: str, probe: Probe) -> CheckLine:
    """Look at one part; an error becomes a line."""
    try:
        return CheckLine(what, Health.OK, await probe())
    except GatewayError as error:
        where = f"{error.where}: " if error.where else ""
        return CheckLine(what, Health.FAILED, where + error.message, error.remedy, error.exit_status)


async def check_store(services: Services) -> str:
    """The journal can be read, and its tree computed."""
    async with services.store.begin() as work:
        checkpoint = await work.checkpoint()
        cases = await work.case_ids()
    return f"{checkpoint.size} journal entries, {len(cases)} cases"


async def check_partners(services: Services) -> CheckLine:
    """Somebody to exchange with, and nobody on an exception that ends or has ended."""
    async with services.store.begin() as work:
        partners = await work.partners()
    names = ", ".join(partner.party.party_id for partner in partners)
    if not partners:
        remedy = "Run: sogw partner add FILE --fingerprint FINGERPRINT"
        return CheckLine("partners", Health.ATTENTION, "Nobody was onboarded yet.", remedy)
    classical = [partner.party.party_id for partner in partners if partner.classical_until]
    if classical:
        why = f"{names}; not quantum-safe: {', '.join(classical)}."
        return CheckLine("partners", Health.ATTENTION, why, "Let them move to the hybrid suite.")
    return CheckLine("partners", Health.OK, names)


async def check_deliveries(services: Services) -> CheckLine:
    """Nothing is held, and nothing has been given up."""
    async with services.store.begin() as work:
        outbox = await work.outbox()
        held = [item for item in await work.quarantine() if item.state is QuarantineState.HELD]
    waiting = sum(item.state in {OutboxState.PENDING, OutboxState.SENT} for item in outbox)
    lost = sum(item.state is OutboxState.UNDELIVERABLE for item in outbox)
    why = f"{waiting} under way, {lost} undeliverable, {len(held)} held"
    if lost or held:
        return CheckLine("messages", Health.ATTENTION, why, "See: sogw message list")
    return CheckLine("messages", Health.OK, why)
