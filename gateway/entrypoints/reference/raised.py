"""Which errors the program raises, read from its source: code, words and remedy stand where the error is raised.

There is no second list of them that could be forgotten. What cannot be read as a literal shows as an ellipsis.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import gateway
from adapters.rabbitmq.explanations import EXPLANATIONS
from adapters.rabbitmq.topology_findings import POLICY_WHY
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from mappings.fhir.refusals import WORDS

FAMILIES = {family.__name__: family for family in (RefusedError, TemporaryError, OperatorError)}
_ROOT = Path(gateway.__file__).parents[1]
_PACKAGES = ("gateway", "mappings", "adapters")


@dataclass(frozen=True, slots=True)
class Raised:
    """One place where an error is made.

    Attributes:
        code: Its code.
        family: Name of its class.
        message, remedy: Its words, with an ellipsis for what is filled in.
        rules: The rules it names.
    """

    code: str
    family: str
    message: str
    remedy: str
    rules: tuple[str, ...]


@cache
def raised_errors() -> tuple[Raised, ...]:
    """Every error with a literal code, and those of a bundle and of a TLS connection, by code."""
    remedy = "Nothing was taken over; let the sender correct and send a new message."
    of_bundles = [
        Raised(f"bundle-{why}", "RefusedError", f"The bundle {said}.", remedy, ()) for why, said in WORDS.items()
    ]
    of_tls = [Raised(code, "OperatorError", said, way_out, ()) for code, said, way_out in EXPLANATIONS]
    found = {*of_bundles, *of_tls, *(error for call in _calls(*FAMILIES) if (error := _error(call)))}
    return tuple(sorted(found, key=lambda error: (error.code, error.family, error.message, error.remedy)))


@cache
def broker_findings() -> tuple[str, ...]:
    """Codes of what an audit of the broker finds."""
    return tuple(
        sorted({*_codes(_calls("Finding", below="adapters/rabbitmq")), *(code for code, _ in POLICY_WHY.values())})
    )


@cache
def journal_findings() -> tuple[str, ...]:
    """Codes of what a verification of the journal finds."""
    return tuple(sorted(set(_codes(_calls("Finding", below="gateway/application")))))


@cache
def envelope_reasons() -> tuple[str, ...]:
    """Why an envelope is held; these stay in the local journal."""
    calls = [*_calls("EnvelopeError"), *_calls("refuse", below="adapters/jose")]
    return tuple(sorted(set(_codes(calls))))


def _codes(calls: Iterable[ast.Call]) -> Iterator[str]:
    """Every code that is written where it is given."""
    return (_text(call.args[0]) for call in calls if call.args and isinstance(call.args[0], ast.Constant))


def _calls(*names: str, below: str = "") -> Iterator[ast.Call]:
    """Calls of these names, in any package."""
    for package in [below] if below else _PACKAGES:
        for source in sorted((_ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                call = _whole(node) if isinstance(node, ast.Call) else None
                if call is not None and isinstance(call.func, ast.Name) and call.func.id in names:
                    yield call


def _whole(call: ast.Call) -> ast.Call:
    """A call; ``partial(Error, ...)`` is one of ``Error(...)`` that is made later."""
    if call.args and isinstance(call.func, ast.Name) and call.func.id == "partial":
        return ast.Call(call.args[0], call.args[1:], call.keywords)
    return call


def _error(call: ast.Call) -> Raised | None:
    if not call.args or not isinstance(call.args[0], ast.Constant):
        return None
    named = {word.arg: word.value for word in call.keywords}
    message = _text(call.args[1]) if len(call.args) > 1 else ""
    remedy = _text(named["remedy"]) if "remedy" in named else ""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return Raised(_text(call.args[0]), name, message, remedy, _rules(named.get("rules")))


def _text(node: ast.expr) -> str:
    """A literal text; what is filled in at run time becomes an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    return "…"


def _rules(node: ast.expr | None) -> tuple[str, ...]:
    if not isinstance(node, ast.Tuple):
        return ()
    return tuple(str(part.value) for part in node.elts if isinstance(part, ast.Constant))
