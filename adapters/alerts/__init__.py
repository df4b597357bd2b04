"""Where alerts go: the structured log, one line when an alert begins and one when it ends.

Invariants: a line holds a code, a subject that names an organisation, a machine or an object of the broker, and words
from the table in ``gateway.domain.alerts``; never anything about a person or a case. Telling never raises.
"""

from adapters.alerts.log import LogAlerts

__all__ = ["LogAlerts"]
