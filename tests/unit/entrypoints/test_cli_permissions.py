"""Every command names one permission, and by every command employer and management do and read nothing (R35, R51)."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.domain.permissions import PERMISSIONS, Permission
from gateway.domain.steps import ActorRole
from gateway.entrypoints.reference.commands import ACTING, commands, needs_of, options_of
from tests.unit.entrypoints.conftest import FIRST_PHYSICIAN, Door

CASE = "SO-2026-0001"
COMMANDS = dict(commands())
FREE = {
    "sogw init": "makes the gateway; there is none yet",
    "sogw serve": "is the gateway",
    "sogw demo": "plays invented cases in gateways of its own",
    "sogw proof verify": "is for the employee or auditor, who has a file and no gateway",
    "sogw proof grown": "is for whoever holds a checkpoint, and has no gateway",
}
INVOICE = {
    "number": "F-1",
    "dated_on": "2026-09-30",
    "period_start": "2026-09-01",
    "period_end": "2026-09-30",
    "lines": [{"description": "Consulten", "quantity": 1, "unit_price_cents": 100}],
}


def arguments(path: str, case: str = CASE) -> list[str]:
    """The first example of a command, about a case that is there."""
    example = COMMANDS[path].epilog.partition("Examples:")[2].strip().splitlines()[0]
    words = shlex.split(re.split(r" [<>|] ", example)[0])
    return [re.sub(r"SO-2026-\d{4}|[0-9a-f]{8}-[0-9a-f-]{27}", case, word) for word in words[1:]]


@pytest.fixture
def asked(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A gateway with one case, in a folder with whatever the examples read."""
    door.submit(CASE)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for path in set(COMMANDS) - set(FREE):
        for before, word in pairwise(arguments(path)):
            name = word.rpartition("=")[2]
            if re.fullmatch(r"[\w-]+\.(txt|json|jsonl|pdf|pem)", name) and before != "--out":
                (folder / name).write_text(json.dumps(INVOICE), encoding="utf-8")
    monkeypatch.delenv("SOGW_ACTOR")
    return door


def test_every_command_names_exactly_one_permission_or_why_it_needs_none():
    needs = {path: needs_of(verb) for path, verb in COMMANDS.items()}
    assert {path for path, need in needs.items() if need is None} == set(FREE)
    assert all(Permission(need) in PERMISSIONS for need in needs.values() if need)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_who_acts_can_be_said_where_a_permission_is_needed_and_nowhere_else(path: str):
    assert (set(ACTING) <= options_of(COMMANDS[path])) is (path not in FREE)


@pytest.mark.parametrize(
    ("role", "named"),
    [(ActorRole.EMPLOYER, ("--actor", FIRST_PHYSICIAN, "--on-behalf-of", FIRST_PHYSICIAN)), (ActorRole.MANAGEMENT, ())],
)
def test_r35_r51_by_no_command_they_do_or_read_anything(asked: Door, role: ActorRole, named: tuple[str, ...]):
    for path in sorted(set(COMMANDS) - set(FREE)):
        said = asked(*arguments(path), "--role", role, *named, status=3)
        assert said.out == "", path
        assert said.err.startswith("error[role-not-permitted]: "), path
        if any(CASE in word for word in arguments(path)):
            assert asked(*arguments(path, "unknown"), "--role", role, *named, status=3) == said, path
    log = asked.data("case", "log", CASE, "--actor", FIRST_PHYSICIAN)
    assert {line["role"] for line in log if line["code"] == "action-refused"} == {role}
    assert not [line for line in log if line["code"] != "action-refused" and line["role"] == role]


def test_nobody_acts_as_the_system_and_a_role_in_the_environment_counts(asked: Door, monkeypatch: pytest.MonkeyPatch):
    for words in (("case", "list"), ("housekeeping", "run"), ("key", "list"), ("case", "withdraw", CASE)):
        assert asked(*words, "--role", "system", status=3).err.startswith("error[role-not-permitted]: ")
    monkeypatch.setenv("SOGW_ROLE", "employer")
    assert asked("case", "list", status=3).err.startswith("error[role-not-permitted]: ")


@pytest.mark.parametrize(
    "words",
    [
        *(("case", "show", CASE), ("case", "log", CASE), ("case", "export", CASE, "--out", "copy")),
        *(("case", "letter", CASE, "consent-overview"), ("consent", "list", CASE), ("case", "accept", CASE)),
    ],
    ids=" ".join,
)
def test_content_and_decisions_need_a_name_and_no_default_gives_one(
    asked: Door, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("USER", FIRST_PHYSICIAN)
    monkeypatch.setenv("LOGNAME", FIRST_PHYSICIAN)
    for named in ((), ("--actor", ""), ("--actor", "  ")):
        said = asked(*words, *named, status=3)
        assert said.out == ""
        assert said.err.startswith("error[name-required]: ")
        assert "--actor" in said.err


def test_r15_a_colleague_is_refused_and_as_a_stand_in_is_shown_as_one(asked: Door):
    colleague = ("--actor", "dr. A. Bakker")
    refused = asked("case", "accept", CASE, *colleague, status=3)
    assert refused.err.startswith("error[not-of-the-case]: ")
    assert "--on-behalf-of" in refused.err
    asked("case", "accept", CASE, *colleague, "--on-behalf-of", FIRST_PHYSICIAN)
    text = " ".join(asked("case", "log", CASE, "--actor", FIRST_PHYSICIAN).out.split())
    assert f"Door: dr. A. Bakker, waarnemer van {FIRST_PHYSICIAN} (Arbodienst Lindehof)" in text
    assert "dit mag alleen uw eigen bedrijfsarts" in text


def test_r38_r42_the_desk_sees_status_and_a_physician_content(asked: Door):
    named = ("--actor", FIRST_PHYSICIAN)
    asked("case", "settle-question", CASE, asked.text("MERKTEKEN vraag"), *named)
    assert "MERKTEKEN" not in asked("case", "show", CASE, *named).out
    assert "MERKTEKEN" in asked("case", "show", CASE, *named, "--role", "first-physician").out
    for words in (
        ("case", "log", CASE),
        ("case", "export", CASE, "--out", "copy"),
        ("case", "letter", CASE, "adoption"),
    ):
        said = asked(*words, *named, "--role", "back-office", status=3)
        assert said.err.startswith("error[role-not-permitted]: ")
    assert asked("case", "letter", CASE, "consent-overview", *named).out
