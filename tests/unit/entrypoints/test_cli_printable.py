"""No value reaches a terminal, or a file somebody will look at there, with characters that a terminal might obey."""

import io
import json
import shutil

import pytest
import structlog

from gateway.domain.errors import RefusedError
from gateway.entrypoints.cli import case_check
from gateway.entrypoints.cli.failures import report, report_usage, say
from gateway.entrypoints.cli.output import Output, show_record, show_rows, show_text
from gateway.entrypoints.demo.show import Lines, Screen
from gateway.logging import configure_logging
from gateway.settings import load_settings
from tests.unit.entrypoints.conftest import SAMPLES, Door

HOSTILE = "a\x1b[2J\u202eb\x9b\u200bc\u00ad\ufeff\U000e0041\u2028d"
SIGNS = [letter for letter in HOSTILE if not letter.isprintable()]
CASE = "SO-2026-0001"


def assert_harmless(text: str) -> None:
    assert [letter for letter in SIGNS if letter in text] == []
    assert "\\u001b[2J\\u202e" in text


@pytest.mark.parametrize("output", Output)
@pytest.mark.parametrize("show", [lambda o: show_rows([{"x": HOSTILE}], o), lambda o: show_record({"x": HOSTILE}, o)])
def test_data_is_harmless_in_every_form(capsys, output, show):
    show(output)
    said = capsys.readouterr().out
    assert_harmless(said)
    if output is not Output.TABLE:
        found = json.loads(said)
        assert (found[0] if isinstance(found, list) else found) == {"x": HOSTILE}


@pytest.mark.parametrize(
    "tell",
    [
        lambda: show_text(HOSTILE),
        lambda: say(HOSTILE),
        lambda: report(RefusedError("x", HOSTILE, where=HOSTILE)),
        lambda: report_usage(HOSTILE, "y"),
    ],
)
def test_texts_and_errors_are_harmless(capsys, tell):
    tell()
    assert_harmless("".join(capsys.readouterr()))


POLICIES = SAMPLES / "policies.json"


def test_a_check_of_an_export_is_harmless(tmp_path):
    out, err = io.StringIO(), io.StringIO()
    case_check.check(tmp_path / HOSTILE, POLICIES, out, err)
    assert_harmless(err.getvalue())
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({"zaak_id": HOSTILE, HOSTILE: 1}) + "\n", encoding="utf-8")
    said = io.StringIO()
    case_check.check(file, POLICIES, said, said)
    assert [letter for letter in SIGNS if letter in said.getvalue()] == []


@pytest.mark.parametrize("view", [Screen, Lines])
def test_the_demo_is_harmless(view):
    out = io.StringIO()
    view(out).log(HOSTILE, HOSTILE)
    assert_harmless(out.getvalue())


def test_a_line_of_the_log_is_harmless():
    for form in ("text", "json"):
        out = io.StringIO()
        configure_logging("info", form, out)
        structlog.get_logger().info("said", reason=HOSTILE)
        assert [letter for letter in SIGNS if letter in out.getvalue()] == []


def test_a_copy_and_a_letter_in_a_file_are_harmless(door: Door, tmp_path):
    door.submit(CASE)
    door("rights", "request", CASE, "correction", "--text", door.text(HOSTILE))
    door("case", "export", CASE, "--out", str(tmp_path / "copy"))
    for file in (tmp_path / "copy").iterdir():
        text = file.read_text(encoding="utf-8")
        assert [letter for letter in SIGNS if letter in text] == []
    assert_harmless((tmp_path / "copy" / "copy.json").read_text(encoding="utf-8"))


def test_a_path_is_in_the_settings_as_it_was_given_and_shows_no_sign(door: Door, tmp_path):
    home, policies = tmp_path / "other", tmp_path / HOSTILE
    other = Door(home, door.capsys)
    shutil.copy(SAMPLES / "policies.json", policies)
    given = ("--policy-file", str(policies), "--policy", "beleid-vaste-groep")
    other("init", "--party", "other", "--role", "pool", "--name", "Other", *given)
    text = (home / "sogw.toml").read_text(encoding="utf-8")
    assert [letter for letter in SIGNS if letter in text] == []
    assert load_settings(home).policy.file == policies


@pytest.mark.parametrize("given", [("--name", HOSTILE), ("--name", "Other", "--recipient", HOSTILE)])
def test_no_party_names_itself_with_hidden_signs(door: Door, tmp_path, given):
    other = Door(tmp_path / "other", door.capsys)
    assert "error[settings-invalid]" in other("init", "--party", "other", "--role", "pool", *given, status=78).err
