"""The page of terms: how long each kind of data is kept, on what ground, and what happens then."""

from datetime import timedelta

from gateway.domain.retention import TERMS, Ending, Term
from gateway.entrypoints.reference.markdown import code, page, section, table

_INTRODUCTION = """\
What `sogw housekeeping run` goes by, and `sogw serve` once a day. Where two limits stand, a party chooses in
`[retention]` of its [settings](settings.md). **UNVERIFIED** grounds were not seen in a source: check them with your own
data protection officer, and never tell an employee that they are law. How to work with it:
[keep and delete](../how-to/keep-and-delete.md)."""
_ENDINGS = {
    Ending.DELETED: "its bytes are deleted; that it was there stays known",
    Ending.SHREDDED: "its key is destroyed; the pseudonymous log stays",
    Ending.KEPT: "the gateway never deletes it; there is nothing about a person in it",
    Ending.ELSEWHERE: "not held by the gateway: whoever holds it sees to it",
}


def retention_page() -> str:
    """The page."""
    rows = [
        (code(kind), term.words, _lasts(term), f"{term.since}", code(term.ending), _ground(term))
        for kind, term in TERMS.items()
    ]
    endings = [(code(ending), words) for ending, words in _ENDINGS.items()]
    return page(
        "Terms of keeping",
        _INTRODUCTION,
        table(["Kind", "What it is", "How long", "Counted from when", "Then", "Ground"], rows),
        section("What happens then", table(["Then", "Means"], endings)),
    )


def _lasts(term: Term) -> str:
    least = "at least " if term.ending in {Ending.KEPT, Ending.ELSEWHERE} and term.lasts.days > _YEAR else ""
    if term.shortest == term.longest:
        return f"{least}{_spoken(term.lasts)}"
    return f"{_spoken(term.lasts)} ({_spoken(term.shortest)} to {_spoken(term.longest)})"


def _ground(term: Term) -> str:
    return term.ground if term.is_verified else f"{term.ground} (**UNVERIFIED**)"


def _spoken(span: timedelta) -> str:
    if span.days and span.days % _LEAP_YEAR == 0:
        return f"{span.days // _LEAP_YEAR} years"
    hours = int(span.total_seconds() // 3600)
    number, unit = (hours, "hour") if hours % 24 or 0 < hours <= _HOURS_OF_A_FEW_DAYS else (hours // 24, "day")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


_YEAR, _LEAP_YEAR, _HOURS_OF_A_FEW_DAYS = 365, 366, 72
