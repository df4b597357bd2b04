"""Alerts as structured log events."""

import structlog
from typing_extensions import override

from gateway.domain.alerts import ALERTS, Severity
from gateway.ports.alerts import Alerts
from gateway.ports.store import Alert

_log = structlog.get_logger(__name__)


class LogAlerts(Alerts):
    """Writes ``alert-raised`` and ``alert-cleared``.

    Args:
        party: Whose gateway it is.
    """

    def __init__(self, party: str) -> None:
        self._party = party

    @override
    def tell(self, alert: Alert) -> None:
        """One line; an urgent alert is an error, another a warning."""
        kind = ALERTS[alert.code]
        facts = {"party": self._party, "code": alert.code, "subject": alert.subject}
        if alert.cleared_at is not None:
            _log.info("alert-cleared", **facts)
            return
        say = _log.error if kind.severity is Severity.URGENT else _log.warning
        say("alert-raised", reason=kind.what, remedy=kind.remedy, **facts)
