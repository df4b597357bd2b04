"""The order in which tests are asked about a mutant, and how many are asked.

A test that reaches few functions says more about each of them than one that runs a whole course of a case. Of a thousand
tests that reach a function the nearest notice what most of the others would notice, in a hundredth of the time.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

FIRST = 25
"""So many are asked first, one of each test function: pytest collects no more files than these are in."""
NEAREST = 60
"""So many of the nearest are asked, whichever function they are of: a table has a test for each of its rows."""
MOST = 120
"""So many are asked at most, one of each test function. What only others would notice is a survivor."""


def in_groups(tests: Collection[str], reaching: Mapping[str, Collection[str]]) -> Iterator[tuple[str, ...]]:
    """Give the tests to ask, in groups: those that reach the fewest functions first."""
    reach = Counter(test for found in reaching.values() for test in found)
    nearest = sorted(tests, key=lambda name: (reach[name], name))
    of_function: defaultdict[str, list[str]] = defaultdict(list)
    for test in nearest:
        of_function[test.partition("[")[0]].append(test)
    spread = tuple(_in_turn(of_function.values()))
    asked = set(nearest[:NEAREST]) | set(spread[:MOST])
    groups = (spread[:FIRST], tuple(test for test in nearest if test in asked and test not in spread[:FIRST]))
    yield from filter(None, groups)


def _in_turn(rows: Collection[list[str]]) -> Iterator[str]:
    for turn in range(max(map(len, rows), default=0)):
        yield from (row[turn] for row in rows if turn < len(row))
