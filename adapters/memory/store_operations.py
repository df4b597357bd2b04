"""What an operator watches, in memory: ways out, alerts, and what is stuck."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from typing_extensions import override

from gateway.domain.messages import Kind
from gateway.ports.store import (
    Alert,
    Alerts,
    Backlog,
    Backlogs,
    InboxState,
    OutboxItem,
    OutboxState,
    QuarantineState,
    Route,
    Routes,
    Witnesses,
)

_STUCK = frozenset({OutboxState.PENDING, OutboxState.SENT, OutboxState.UNDELIVERABLE})
"""Counted whatever their kind; refused ones by kind."""


class MemoryOperationsPart(Witnesses, Routes, Alerts, Backlogs):
    """What a unit of work does for who operates the gateway."""

    _rows: Any
    _put: Callable[[Any, Any, Any], None]

    @override
    async def route(self, partner: str) -> Route:
        found: Route = self._rows.routes.get(partner, Route(partner))
        return found

    @override
    async def hold_route(self, partner: str) -> Route:
        """Find the route: one unit of work runs at a time."""
        return await self.route(partner)

    @override
    async def routes(self) -> list[Route]:
        return sorted(self._rows.routes.values(), key=lambda route: route.partner)

    @override
    async def save_route(self, route: Route) -> None:
        self._put(self._rows.routes, route.partner, route)

    def _one_per_open_circuit(self, due: Sequence[OutboxItem], until: datetime) -> list[OutboxItem]:
        probing: set[str] = set()
        going = []
        for item in due:
            route = self._rows.routes.get(item.recipient, Route(item.recipient))
            if route.probe_at is not None:
                if item.recipient in probing:
                    continue
                probing.add(item.recipient)
            going.append(item)
        for partner in probing:
            self._put(self._rows.routes, partner, replace(self._rows.routes[partner], probe_at=until))
        return going

    @override
    async def alerts(self) -> list[Alert]:
        return sorted(self._rows.alerts.values(), key=lambda alert: (alert.raised_at, alert.code, alert.subject))

    @override
    async def save_alert(self, alert: Alert) -> None:
        self._put(self._rows.alerts, (alert.code, alert.subject), alert)

    @override
    async def split_views(self) -> list[str]:
        roots = {
            (partner, signed.checkpoint.size, signed.checkpoint.root)
            for partner, held in self._rows.witnessed.items()
            for signed in held
        }
        sizes = sorted((partner, size) for partner, size, _ in roots)
        return sorted({partner for (partner, _), same in groupby(sizes) if len(list(same)) > 1})

    @override
    async def backlog(self) -> list[Backlog]:
        rows = self._rows
        sent = rows.outbox.values()
        found = [(i.recipient, i.state.value, "", "", i.created_at) for i in sent if i.state in _STUCK]
        refused = (i for i in sent if i.state is OutboxState.REFUSED)
        found += [(i.recipient, i.state.value, "", i.kind.value, i.created_at) for i in refused]
        parked = (i for i in rows.inbox.values() if i.state is InboxState.PARKED)
        found += [(i.sender, i.state.value, "", "", i.received_at) for i in parked]
        held = (q for q in rows.quarantine.values() if q.state is QuarantineState.HELD)
        found += [(q.sender, q.state.value, q.reason, "", q.received_at) for q in held]
        groups = {key: list(group) for key, group in groupby(sorted(found), key=lambda row: row[:4])}
        return [
            Backlog(partner, state, len(group), group[0][4], reason or None, Kind(kind) if kind else None)
            for (partner, state, reason, kind), group in groups.items()
        ]
