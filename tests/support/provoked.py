"""A ledger of the codes that a run of the tests provoked: every code that can be said is said in some test.

Errors, findings and refusals are written down where they are made, in this process, while a test runs. A code that a
test only repeats, or looks for in a source file, is not in the ledger.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.rabbitmq import audit
from gateway.application import verify_journal
from gateway.domain.errors import EnvelopeError, GatewayError
from gateway.domain.rules.refusal import CATALOGUE, Decision
from gateway.entrypoints.reference.raised import broker_findings, envelope_reasons, journal_findings, raised_errors

Ledger = set[str]


def every_code() -> Mapping[str, str]:
    """List every code that can be said, with the list it stands on."""
    return {
        **dict.fromkeys((error.code for error in raised_errors()), "error"),
        **dict.fromkeys(envelope_reasons(), "reason for holding an envelope"),
        **dict.fromkeys(broker_findings(), "finding of an audit"),
        **dict.fromkeys(journal_findings(), "finding in a journal"),
        **dict.fromkeys(CATALOGUE, "refusal"),
    }


@contextmanager
def written_down(ledger: Ledger) -> Iterator[None]:
    """Write down what is said while this lasts."""
    said = [
        (GatewayError, lambda error: [error.code]),
        (EnvelopeError, lambda error: [error.reason]),
        (audit.Finding, lambda finding: [finding.code]),
        (verify_journal.Finding, lambda finding: [finding.code]),
        (Decision, lambda decision: [refusal.code for refusal in decision.refusals]),
    ]
    whole = [(kind, kind.__init__) for kind, _ in said]
    for kind, codes in said:
        kind.__init__ = _noting(kind.__init__, codes, ledger)
    try:
        yield
    finally:
        for kind, made in whole:
            kind.__init__ = made


def _noting(made: Callable[..., None], codes: Callable[[Any], list[str]], ledger: Ledger) -> Callable[..., None]:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        ledger.update(codes(self))

    return init
