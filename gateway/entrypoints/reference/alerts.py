"""The page of alerts: what a person is told of by itself, and what to do."""

from gateway.domain.alerts import ALERTS
from gateway.entrypoints.reference.markdown import code, page, table

_INTRODUCTION = """\
`sogw serve` tells each alert once when it begins and once when it is over: `alert-raised` and `alert-cleared` in its
log, with code and subject, and a row of `sogw alert list`. Several processes and restarts tell nothing twice. An
`urgent` one is an error in the log and cannot wait; for `attention`, a warning, there is time. No subject names a
person or a case."""


def alerts_page() -> str:
    """The page."""
    rows = [(code(name), kind.severity, kind.about, kind.what, kind.remedy) for name, kind in sorted(ALERTS.items())]
    return page(
        "Alerts", _INTRODUCTION, table(["Code", "Severity", "Subject", "What is the matter", "What to do"], rows)
    )
