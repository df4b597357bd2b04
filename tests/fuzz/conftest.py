"""The fixture ``search``, and the account of what all searches tried and found."""

from collections import Counter

import pytest

from tests.fuzz.search import MINUTES, Outcomes, Search

_tally = pytest.StashKey[dict[str, Outcomes]]()
_share = pytest.StashKey[float]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    searches = sum("search" in getattr(item, "fixturenames", ()) for item in items)
    config.stash[_share] = MINUTES * 60 / max(searches, 1)
    config.stash[_tally] = {}


@pytest.fixture
def search(request: pytest.FixtureRequest) -> Search:
    """Draw examples of a strategy and hold each to a check."""
    tally = request.config.stash[_tally]
    outcomes = tally.setdefault(request.node.name, Counter())
    return Search(request.node.name, request.config.stash[_share], outcomes)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tally = config.stash.get(_tally, {})
    if not tally:
        return
    total = sum(outcomes.total() for outcomes in tally.values())
    terminalreporter.write_line(f"fuzz: {total} hostile inputs in {len(tally)} searches")
    if not MINUTES:
        return
    for name, outcomes in sorted(tally.items()):
        shown = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common(8))
        terminalreporter.write_line(f"  {outcomes.total():>8}  {name}: {shown}")
