"""The list of mutants that may live: it is about the code as it is, and says why."""

import ast
from pathlib import Path

import pytest

from tests.mutation.survivors import Survivor, explained
from tests.support.cli import ROOT

LISTED = list(explained().values())


def source_of(function: str) -> str:
    """The lines of a function, or of a method, on one line."""
    parts = function.split(".")
    depth = next(n for n in range(len(parts), 0, -1) if ROOT.joinpath(*parts[:n]).with_suffix(".py").is_file())
    text = Path(ROOT, *parts[:depth]).with_suffix(".py").read_text(encoding="utf-8")
    found: ast.AST = ast.parse(text)
    for name in parts[depth:]:
        found = next(node for node in ast.iter_child_nodes(found) if getattr(node, "name", None) == name)
    return " ".join(line.strip() for line in (ast.get_source_segment(text, found) or "").splitlines())


@pytest.mark.parametrize("survivor", LISTED, ids=lambda one: f"{one.function.rpartition('.')[2]}: {one.becomes[:40]}")
def test_a_survivor_is_a_change_of_what_the_function_says_today(survivor: Survivor):
    assert survivor.was in source_of(survivor.function)
    assert survivor.was != survivor.becomes
    assert survivor.why.endswith(".")


def test_no_survivor_is_listed_twice():
    listed = (ROOT / "tests" / "mutation" / "survivors.toml").read_text(encoding="utf-8").count("{ was = ")
    assert listed == len(LISTED)
