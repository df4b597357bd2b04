"""The documentation as it is built: links that lead somewhere, commands that exist, reference pages that are the code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.domain.protocol import PROTOCOL
from gateway.domain.rules.refusal import CATALOGUE
from gateway.entrypoints.reference.commands import commands, options_of
from gateway.entrypoints.reference.pages import PAGES
from gateway.entrypoints.reference.settings import sections, words_of
from tests.support.cli import ROOT
from tests.support.walkthrough import blocks, shown_in

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES_OF_THE_PROJECT = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RUN = {"README.md", "docs/tutorial/README.md"}
"""Documents whose ``console`` blocks are run by the acceptance tests."""
VERBS = dict(commands())

_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_TEST = re.compile(r"\[`(test_\w+)`\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """As a forge makes them of headings."""
    titles = (found["title"] for found in _HEADING.finditer(text_of(path)))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def sogw_lines(path: Path) -> Iterator[str]:
    """Every ``sogw`` command line of a page's ``sh`` and ``console`` blocks, on one line each."""
    typed = "\n".join([*blocks(path, "sh"), *(shown.command for shown in shown_in(path))]).replace("\\\n", " ")
    for line in typed.splitlines():
        for part in re.split(r"&&|\||\$\(", line):
            command = re.search(r"^(?:until |docker .* exec \S+ )?(sogw .*)", part.strip())
            if command:
                yield re.split(r" 2?[<>&]|[;)]", command[1])[0]


@pytest.mark.parametrize("path", PAGES_OF_THE_PROJECT, ids=name_of)
def test_every_link_leads_somewhere(path: Path):
    for link in _LINK.finditer(text_of(path)):
        target, _, anchor = link["target"].partition("#")
        if "://" in target:
            continue
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), link["target"]
        assert not anchor or anchor in anchors(found), link["target"]


def test_every_test_that_the_threat_model_names_is_there():
    """A link ``[`test_name`](file)``; each attack has at least one."""
    page = DOCS / "explanation" / "threat-model.md"
    text = text_of(page)
    named = _TEST.findall(text)
    for name, target in named:
        assert re.search(
            rf"^(async )?def {name}\(", (page.parent / target).resolve().read_text("utf-8"), re.MULTILINE
        ), name
    attacks = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| They try")]
    assert len(attacks) > 40
    assert [line for line in attacks if not _TEST.search(line)] == []


@pytest.mark.parametrize("path", PAGES_OF_THE_PROJECT, ids=name_of)
def test_every_command_exists_with_its_options(path: Path):
    for line in sogw_lines(path):
        words = shlex.split(line, comments=True)[1:]
        while words[0] in {"--home", "--output"}:
            words = words[2:]
        verb = next((v for n in (3, 2, 1) if (v := VERBS.get(" ".join(["sogw", *words[:n]])))), None)
        assert verb is not None, line
        given = {word.split("=")[0] for word in words if word.startswith("--")}
        assert given <= {*options_of(verb), "--help"}, line


@pytest.mark.parametrize("path", PAGES_OF_THE_PROJECT, ids=name_of)
def test_what_looks_like_a_session_is_one_that_is_run(path: Path):
    assert not blocks(path, "console") or name_of(path) in RUN


def test_the_first_steps_of_the_readme_are_those_of_the_tutorial():
    tutorial = [line for shown in shown_in(DOCS / "tutorial/README.md") for line in shown.command.splitlines()]
    typed = [line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines()]
    assert len(typed) >= 10
    assert [line for line in typed if line not in tutorial] == []


@pytest.mark.parametrize("name", sorted(RUN))
def test_what_is_run_names_no_day_for_it_would_stop_working_on_another(name: str):
    """A day that is past is refused, and so is one too far ahead: such a page counts from today."""
    commands = [shown.command for shown in shown_in(ROOT / name)]
    assert [command for command in commands if re.search(r"\b20\d\d-\d\d-\d\d", command)] == []


@pytest.mark.parametrize("path", PAGES_OF_THE_PROJECT, ids=name_of)
def test_no_page_names_a_machine(path: Path):
    assert not re.search(r"/(work|home|root|tmp|Users)/", path.read_text(encoding="utf-8"))


def test_every_page_can_be_found_from_the_map():
    reached, waiting = set(), [DOCS / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        waiting += [(path.parent / link["target"].split("#")[0]).resolve() for link in _LINK.finditer(text_of(path))]
    assert {name_of(path) for path in DOCS.rglob("*.md")} <= {name_of(path) for path in reached if path.exists()}


def test_every_decision_is_in_the_index():
    index = (DOCS / "adr/README.md").read_text(encoding="utf-8")
    for path in sorted((DOCS / "adr").glob("[0-9]*.md")):
        number, title = re.match(r"# (\d+)\. (.+)", path.read_text(encoding="utf-8")).groups()
        assert path.name.startswith(f"{int(number):04}-")
        assert f"| {number} | [{title}]({path.name}) |" in index


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_says(name: str):
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


def test_a_generated_page_never_stops_a_merge():
    attributes = (ROOT / ".gitattributes").read_text(encoding="utf-8")
    for name in PAGES:
        assert f"docs/reference/{name} merge=union" in attributes


def test_every_setting_is_described():
    for section, model in sections():
        keys = {key for key in model.model_fields if f"{section}.{key}" not in dict(sections())}
        assert keys <= set(words_of(model)), f"[{section}]: describe each key in the docstring"


def test_every_rule_that_something_rests_on_is_explained():
    explained = set(re.findall(r"^\| (R\d+) \|", (REFERENCE / "rules.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert explained == {f"R{number}" for number in range(1, 59)}
    named = {rule for row in PROTOCOL.values() for rule in row.rules}
    assert named | {rule for refusal in CATALOGUE.values() for rule in refusal.rules} <= explained
