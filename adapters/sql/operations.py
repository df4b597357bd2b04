"""What an operator watches: ways out, alerts, and what is stuck, counted without opening more than a reason."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, insert, literal_column, select, update
from typing_extensions import override

from adapters.sql.tables import (
    IS_LOST,
    IS_PARKED,
    IS_REFUSED,
    IS_UNSETTLED,
    alerts,
    inbox,
    outbox,
    quarantine,
    routes,
    witnessed,
)
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.messages import Kind
from gateway.ports.store import Alert, Alerts, Backlog, Backlogs, QuarantineState, Route, Routes, Witnesses

_ROUTE = select(routes).where(routes.c.partner == bindparam("wanted"))
_ROUTES = select(routes).order_by(routes.c.partner)


class OperationsPart(Witnesses, Routes, Alerts, Backlogs):
    """What a unit of work does for who operates the gateway."""

    _transaction: Transaction

    @override
    async def route(self, partner: str) -> Route:
        return await self._found_route(partner, _ROUTE)

    @override
    async def hold_route(self, partner: str) -> Route:
        return await self._found_route(partner, _ROUTE.with_for_update())

    async def _found_route(self, partner: str, query: Select[Any]) -> Route:
        row = await self._transaction.row(query, {"wanted": partner})
        return Route(partner) if row is None else self._route(await self._transaction.ledger_key(), row)

    @override
    async def routes(self) -> list[Route]:
        found = await self._transaction.rows(_ROUTES)
        return [self._route(await self._transaction.ledger_key(), row) for row in found]

    @override
    async def save_route(self, route: Route) -> None:
        reason = None
        if route.paused_because is not None:
            key = await self._transaction.ledger_key()
            reason = self._transaction.seal_values(key, [route.paused_because], "routes", route.partner)
        values = {
            "failures": route.failures,
            "cause": route.cause,
            "opened_at": route.opened_at,
            "probe_at": route.probe_at,
            "paused_at": route.paused_at,
            "sealed_reason": reason,
        }
        changed = await self._transaction.execute(
            update(routes).where(routes.c.partner == route.partner).values(values)
        )
        if not changed.rowcount:
            await self._transaction.execute(insert(routes), [{"partner": route.partner, **values}])

    def _route(self, key: CaseKey, row: Row[Any]) -> Route:
        reason = None
        if row.sealed_reason is not None:
            (reason,) = self._transaction.open_values(key, row.sealed_reason, "routes", row.partner)
        return Route(row.partner, row.failures, row.cause, row.opened_at, row.probe_at, row.paused_at, reason)

    @override
    async def alerts(self) -> list[Alert]:
        order = (alerts.c.raised_at, alerts.c.code, alerts.c.subject)
        found = await self._transaction.rows(select(alerts).order_by(*order))
        return [Alert(row.code, row.subject, row.raised_at, row.cleared_at) for row in found]

    @override
    async def save_alert(self, alert: Alert) -> None:
        values = {"raised_at": alert.raised_at, "cleared_at": alert.cleared_at}
        changed = await self._transaction.execute(
            update(alerts).where(alerts.c.code == alert.code, alerts.c.subject == alert.subject).values(values)
        )
        if not changed.rowcount:
            row = {"code": alert.code, "subject": alert.subject, **values}
            await self._transaction.execute(insert(alerts), [row])

    @override
    async def split_views(self) -> list[str]:
        roots = func.count(witnessed.c.root.distinct())
        found = await self._transaction.rows(
            select(witnessed.c.partner).group_by(witnessed.c.partner, witnessed.c.size).having(roots > 1)
        )
        return sorted({row.partner for row in found})

    @override
    async def backlog(self) -> list[Backlog]:
        counted = [*await self._transaction.rows(_UNDER_WAY), *await self._transaction.rows(_LOST)]
        counted += await self._transaction.rows(_PARKED)
        found = [Backlog(row.partner, row.state, row.many, row.oldest_at) for row in counted]
        refused = await self._transaction.rows(_REFUSED)
        found += [Backlog(row.partner, row.state, row.many, row.oldest_at, kind=Kind(row.kind)) for row in refused]
        return [*found, *await self._held()]

    async def _held(self) -> list[Backlog]:
        """Sender and reason are sealed; few are held at a time, and their bodies stay where they are."""
        held = quarantine.c.state == QuarantineState.HELD.value
        rows = await self._transaction.rows(select(quarantine).where(held).order_by(quarantine.c.position))
        counts = Counter[tuple[str, str]]()
        oldest: dict[tuple[str, str], datetime] = {}
        for row in rows:
            key = await self._transaction.ledger_key()
            values = self._transaction.open_values(key, row.sealed, "quarantine", row.item_id, "claims")
            _, sender, reason, *_ = values
            counts[sender, reason] += 1
            oldest.setdefault((sender, reason), row.received_at)
        state = QuarantineState.HELD.value
        return [Backlog(who, state, count, oldest[who, why], why) for (who, why), count in counts.items()]


def _counted(table: Any, partner: Any, since: Any, condition: Any, *also: Any) -> Select[Any]:
    count, oldest = func.count().label("many"), func.min(since).label("oldest_at")
    return (
        select(partner.label("partner"), table.c.state, *also, count, oldest)
        .where(literal_column(f"{table.name}.{condition}"))
        .group_by(partner, table.c.state, *also)
        .order_by(partner, table.c.state, *also)
    )


_UNDER_WAY = _counted(outbox, outbox.c.recipient, outbox.c.created_at, IS_UNSETTLED)
_LOST = _counted(outbox, outbox.c.recipient, outbox.c.created_at, IS_LOST)
_REFUSED = _counted(outbox, outbox.c.recipient, outbox.c.created_at, IS_REFUSED, outbox.c.kind)
_PARKED = _counted(inbox, inbox.c.sender, inbox.c.received_at, IS_PARKED)
