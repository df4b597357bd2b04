"""A ledger of the codes that a run of the tests provoked: every code that can be said is said in some test.

Errors, findings, refusals and doubts are written down where the program makes them, in this process, while a test runs.
One that a test makes itself, only repeats, or looks for in a source file, is not in the ledger.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.rabbitmq.topology_findings import Finding
from gateway.application import verify_journal
from gateway.application.plan_submission import Plan
from gateway.domain.errors import EnvelopeError, GatewayError
from gateway.domain.messages import Receipt
from gateway.domain.receipts import RECEIPT_CODES, RETURNED
from gateway.domain.restatement import Doubt
from gateway.domain.rules.refusal import CATALOGUE, Decision
from gateway.domain.rules.statement import Defect
from gateway.domain.rules.verdict import Verdict
from gateway.domain.steps import MessageQuarantined
from gateway.entrypoints.reference.raised import broker_findings, envelope_reasons, journal_findings, raised_errors
from gateway.ports.backoffice import ImportProblem

Ledger = set[str]

PROGRAM = ("gateway", "adapters", "mappings")
"""Packages whose word counts."""
_SAID: tuple[tuple[type, Callable[[Any], Iterable[str]], str], ...] = (
    (GatewayError, lambda error: [error.code], ""),
    (EnvelopeError, lambda error: [error.reason], ""),
    (Finding, lambda finding: [finding.code], ""),
    (verify_journal.Finding, lambda finding: [finding.code], ""),
    (Decision, lambda decision: [refusal.code for refusal in decision.refusals], ""),
    (Verdict, lambda verdict: [refusal.code for refusal in verdict.refusals], ""),
    (Plan, lambda plan: [refusal.code for refusal in (*plan.refusals, *plan.unsent)], ""),
    (Defect, lambda defect: [refusal.code for refusal in defect.refusals], ""),
    (Doubt, lambda doubt: [doubt.code], ""),
    (ImportProblem, lambda problem: [problem.code], ""),
    (MessageQuarantined, lambda step: [step.reason], "gateway"),
    (Receipt, lambda receipt: [receipt.code], "gateway"),
)
"""What carries codes, the codes it carries, and where it is made when not only read again from a store or a bundle."""


_HELPERS = frozenset({__name__, "dataclasses", GatewayError.__module__, Decision.__module__})
"""Modules that only help to make something: who asks them says it."""


def every_code() -> Mapping[str, str]:
    """List every code that can be said, with the list it stands on."""
    return {
        **dict.fromkeys((error.code for error in raised_errors()), "error"),
        **dict.fromkeys(envelope_reasons(), "reason for holding an envelope"),
        **dict.fromkeys(broker_findings(), "finding of an audit"),
        **dict.fromkeys(journal_findings(), "finding in a journal"),
        **dict.fromkeys(CATALOGUE, "refusal"),
        **dict.fromkeys(RECEIPT_CODES, "code of a receipt"),
        **dict.fromkeys(map(str, RETURNED), "reason for holding a message that was opened"),
    }


@contextmanager
def written_down(ledger: Ledger) -> Iterator[None]:
    """Write down what the program says while this lasts."""
    whole = [(kind, kind.__init__) for kind, _, _ in _SAID]
    for kind, codes, place in _SAID:
        kind.__init__ = _noting(kind, codes, place, ledger)
    try:
        yield
    finally:
        for kind, made in whole:
            kind.__init__ = made


def _noting(kind: type, codes: Callable[[Any], Iterable[str]], place: str, ledger: Ledger) -> Callable[..., None]:
    made = kind.__init__

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        if _is_said_by(_maker(), place):
            ledger.update(map(str, codes(self)))

    return init


def _maker() -> str:
    """Name the module that makes something, past those that only help to make it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "") in _HELPERS:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))


def _is_said_by(maker: str, place: str) -> bool:
    return maker.startswith(place) if place else maker.partition(".")[0] in PROGRAM
