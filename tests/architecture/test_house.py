"""The house as it is built: what the rooms may use, how large a module may grow, how things are named."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gateway", "mappings", "adapters")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
TABLES = {
    "gateway/domain/steps.py",
    "gateway/domain/rules/refusal.py",
    "gateway/domain/messages.py",
    "mappings/letters/sentences.py",
}
"""Modules that are data: one row after another."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", [m for m in MODULES if name_of(m).startswith("gateway/domain/")], ids=name_of)
def test_the_domain_uses_the_standard_library_and_itself(path: Path):
    for module in imports_of(path):
        assert module.split(".")[0] in sys.stdlib_module_names or module.startswith("gateway.domain"), module


@pytest.mark.parametrize("path", [m for m in MODULES if name_of(m).startswith("gateway/ports/")], ids=name_of)
def test_ports_speak_domain_values(path: Path):
    for module in imports_of(path):
        known = module.startswith(("gateway.domain", "gateway.ports"))
        assert module.split(".")[0] in sys.stdlib_module_names or known, module


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_outgrows_its_room(path: Path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400 or name_of(path) in TABLES, f"{name_of(path)} has {lines} lines: split it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_names_say_what_is_inside(path: Path):
    assert path.stem not in VAGUE
    assert path.parent.name not in VAGUE


@pytest.mark.parametrize("path", [m for m in MODULES if m.name == "__init__.py"], ids=name_of)
def test_every_package_says_what_it_is_for(path: Path):
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert len(words) > 40, f"{name_of(path)}: say what the room is for and what always holds"


def test_no_test_is_skipped_quietly():
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            is_skip = isinstance(node, ast.Call) and ast.unparse(node.func) in {"pytest.skip", "pytest.mark.skip"}
            assert not (is_skip and not node.args and not node.keywords), f"{path.name}: a skip without a reason"
            assert "xfail" not in (ast.unparse(node) if isinstance(node, ast.Attribute) else ""), path.name


def test_nothing_is_left_unfinished():
    marks = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "Not" + "ImplementedError")
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert not [mark for mark in marks if mark in text], name_of(path)
