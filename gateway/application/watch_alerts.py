"""Watch for what a person should know: facts become alerts, each told once when it begins and once when it ends.

What is true is worked out anew every time, from the store and from what this process sees of its surroundings; what was
known is kept in the store, so that several processes and restarts tell nothing twice. A change is written before it is
told: who dies in between leaves a line out of the log, and never out of ``sogw alert list``.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.application.read_case import every_case
from gateway.domain.alerts import ALERTS
from gateway.domain.case import Case
from gateway.domain.protocol import TAKES_BACK
from gateway.domain.receipts import Returned
from gateway.domain.rules.verdict import assess
from gateway.domain.rules.waiting import CLOCKS, Awaited, clocks
from gateway.ports.alerts import Alerts
from gateway.ports.services import Services
from gateway.ports.store import Alert, Backlog, UnitOfWork

Fact = tuple[str, str]
"""Code of an alert and its subject."""

OVERREACH = "partner-overreach"
"""A partner said what it may not say; the alert ends a week after the last time."""
_REMEMBERED = timedelta(days=7)
PATIENCE = timedelta(hours=1)
"""How long a message may wait before somebody hears of it."""
_OF_OTHER_BYTES = frozenset({Returned.ALTERED, Returned.RECEIPT_DIGEST_MISMATCH})
OF_ONE_MACHINE = frozenset({"not-consuming", "ceiling-reached"})
"""Only the machine that the subject ends with knows whether it is over."""
_LONGEST_SUBJECT = 200


async def watch(
    services: Services, seen: Collection[Fact], alerts: Alerts, machine: str, unjudged: Collection[str] = ()
) -> list[Alert]:
    """Compare what is true with what was known, and tell the difference.

    Args:
        services: Ours.
        seen: What this process sees outside the store.
        alerts: Where changes go.
        machine: Ours, among those that share the store.
        unjudged: Codes of alerts of which this process cannot say yet that they are over.

    Returns:
        What changed.
    """
    async with services.store.look() as work:
        if not await _changes(services, work, seen, machine, unjudged):
            return []
    async with services.store.begin() as work:
        await work.hold_journal()  # Two processes that see the same tell it once.
        changes = await _changes(services, work, seen, machine, unjudged)
        for alert in changes:
            await work.save_alert(alert)
    for alert in changes:
        alerts.tell(alert)
    return changes


async def _changes(
    services: Services, work: UnitOfWork, seen: Collection[Fact], machine: str, unjudged: Collection[str]
) -> list[Alert]:
    now = services.clock.now()
    true = {(code, subject[:_LONGEST_SUBJECT]) for code, subject in (*seen, *await facts_of(work, now))}
    up = {(alert.code, alert.subject): alert for alert in await work.alerts() if alert.cleared_at is None}
    begun = [Alert(code, subject, now) for code, subject in sorted(true - up.keys())]
    over = [
        replace(alert, cleared_at=now)
        for (code, subject), alert in up.items()
        if (code, subject) not in true
        and code not in unjudged
        and (code not in OF_ONE_MACHINE or _machine_of(subject) == machine)
    ]
    return [alert for alert in (*begun, *over) if alert.code in ALERTS]


def _machine_of(subject: str) -> str:
    return subject.rpartition(" ")[2]


def ceiling_facts(services: Services, machine: str) -> list[Fact]:
    """Which ceilings partners reached within the last hour, as this process saw."""
    reached = services.reached.since(services.clock.now())
    return [("ceiling-reached", f"{partner} {ceiling} {machine}") for partner, ceiling in reached]


async def facts_of(work: UnitOfWork, now: datetime) -> list[Fact]:
    """What the store itself says."""
    facts = [fact for part in await work.backlog() for fact in _of_backlog(part, now - PATIENCE)]
    facts += [(OVERREACH, alert.subject) for alert in await work.alerts() if _is_recent(alert, now)]
    facts += [("partner-resting", route.partner) for route in await work.routes() if route.opened_at]
    facts += [("partner-journal-split", partner) for partner in await work.split_views()]
    return facts


def came_to_light(code: str, subject: str, at: datetime) -> Alert:
    """Make the mark that a unit of work leaves of something of which a person must hear; the next look tells it."""
    return Alert(code, subject, at, cleared_at=at)


def _is_recent(alert: Alert, now: datetime) -> bool:
    """Whether something came to light that was not told yet, or was told less than a week ago."""
    is_new = alert.cleared_at == alert.raised_at
    return alert.code == OVERREACH and (is_new or (alert.cleared_at is None and now - alert.raised_at < _REMEMBERED))


CLOCK_ALERTS = frozenset({"right-due", "erasure-kept", *(f"{what}-overdue" for what in CLOCKS - {Awaited.RIGHT})})
"""Codes of ``overdue_facts``: of every clock one."""


async def overdue_facts(services: Services) -> set[Fact]:
    """What every case says of its clocks; which case, the work list tells, and no alert.

    It folds every case there is, a few at a time, and keeps of each only the codes.
    """
    facts: set[Fact] = set()
    async for case in every_case(services):
        facts |= {(code, "") for code in _overdue(services, case)}
    return facts


def _overdue(services: Services, case: Case) -> Iterator[str]:
    now = services.clock.now()
    verdict = assess(case, services.policy, now) if case.dossier else None
    for waiting in clocks(case, services.policy, verdict, now):
        if waiting.what is not Awaited.RIGHT and waiting.is_overdue(now):
            yield f"{waiting.what}-overdue"
    if case.dossier is not None and any(referral.erasure_kept_because for referral in case.referrals):
        yield "erasure-kept"
    if any(right.is_due(now) for right in case.rights):
        yield "right-due"


def _of_backlog(part: Backlog, limit: datetime) -> list[Fact]:
    is_old = part.oldest_at <= limit
    return [
        (code, part.partner)
        for code, holds in (
            ("outbox-old", part.state in {"pending", "sent"} and is_old),
            ("message-undeliverable", part.state == "undeliverable"),
            ("message-held", part.state == "held"),
            ("digest-mismatch", part.state == "held" and part.reason == Returned.DIGEST_MISMATCH),
            ("altered-on-the-way", part.state == "held" and part.reason in _OF_OTHER_BYTES),
            ("message-refused", part.state == "refused"),
            ("withdrawal-refused", part.state == "refused" and part.kind in TAKES_BACK),
            ("gap-parked", part.state == "parked" and is_old),
        )
        if holds
    ]
