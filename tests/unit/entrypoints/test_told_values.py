"""Nothing that a back office wrote is said again on standard error or in a table; what is said, is so (R25, R29, R49)."""

import copy
import json
from typing import Any

import pytest

from gateway.entrypoints.cli.main import main
from tests.unit.entrypoints.conftest import Door, outgoing
from tests.unit.entrypoints.test_case_numbers import AT_DESK, NUMBER, canonical, record, rows, written

MARK = "Jurriaan_Kolk"


def _with(path: tuple[str | int, ...], key: str, value: Any, made=record) -> dict[str, Any]:
    found = copy.deepcopy(made(NUMBER))
    holder: Any = found
    for part in path:
        holder = holder[part]
    holder[key] = value
    return found


PLANTED = {
    "a policy": lambda: _with(("arbodienst",), "beleid_id", MARK),
    "a policy on two lines": lambda: _with(("arbodienst",), "beleid_id", f"{MARK}\nerror: x"),
    "a key": lambda: _with((), MARK, 1),
    "a key that decides": lambda: _with(("werknemer",), MARK, 1),
    "a key of a consent": lambda: _with(("toestemmingen", 0), MARK, 1),
    "a key in the canonical format": lambda: _with(("steps", 0, "employee"), MARK, 1, canonical),
    "half a character under a key": lambda: _with(("werknemer",), MARK, "\ud800"),
    "a consent to nobody": lambda: {
        **record(),
        "toestemmingen": [{**record()["toestemmingen"][0], "id": MARK, "ontvanger": "Onbekend"}],
    },
    "the id of the organisation": lambda: _with(("arbodienst",), "id", MARK),
    "a recipient": lambda: _with(("toestemmingen", 0), "ontvanger", MARK),
    "a word": lambda: _with(("toestemmingen", 0), "keuze", MARK),
    "a BIG number": lambda: _with(("contract", "opties", 0, "arts"), "big", MARK),
}


def _said(door: Door, *arguments: str) -> str:
    door.capsys.readouterr()
    main(["--home", str(door.home), "case", *arguments])
    return door.capsys.readouterr().err


@pytest.mark.parametrize("made", PLANTED.values(), ids=PLANTED.keys())
def test_no_value_of_a_record_is_said_on_standard_error(lindehof: Door, made):
    file = lindehof.home.parent / "planted.jsonl"
    file.write_text(json.dumps(made()) + "\n", encoding="utf-8")
    for command in (("check", str(file)), ("submit", str(file), *AT_DESK), ("submit", str(file), *AT_DESK)):
        said = _said(lindehof, *command)
        assert MARK not in said
        assert not any(line.startswith("error: x") for line in said.splitlines())


def test_a_consent_that_disappears_is_told_without_its_id(lindehof: Door):
    first = _with(("toestemmingen", 0), "id", MARK)
    rows(lindehof, first, status=0)
    said = lindehof("case", "submit", written(lindehof, {**first, "toestemmingen": []}), *AT_DESK, status=3)
    assert "consent-missing (consent-given, see: sogw consent list)" in said.err
    assert MARK not in said.out + said.err


def test_a_number_on_two_lines_stays_on_its_line(lindehof: Door):
    case = _with(("toestemmingen", 0), "keuze", "geweigerd")
    case["zaak_id"] = "K-1\nerror: forged"
    said = lindehof("case", "submit", written(lindehof, case), *AT_DESK)
    lines = [*said.err.splitlines(), *said.out.splitlines()]
    assert not any(line.startswith("error: forged") for line in lines)


def test_a_referral_that_never_left_is_no_incident(lindehof: Door):
    rows(lindehof, record(), status=0)
    assert outgoing(lindehof) == ["referral-requested"]
    refused = [{**c, "keuze": "geweigerd", "datum": "2026-09-15T10:00:00+02:00"} for c in record()["toestemmingen"]]
    said = lindehof("case", "submit", written(lindehof, record(toestemmingen=refused)), *AT_DESK, status=3)
    assert "nothing has left, and it is dropped there" in said.err
    assert "incident" not in said.err


@pytest.mark.parametrize("before", [(), ("--no-refer",)])
def test_a_document_that_did_not_go_along_is_told(lindehof: Door, before):
    rows(lindehof, record(), status=0)
    text = lindehof.text("Werkt nu vier uur per dag.")
    attach = ("--attach", f"work-circumstances={text}", *before)
    said = lindehof("case", "submit", written(lindehof, record()), *attach, *AT_DESK, status=3)
    assert "attachment-not-sent" in said.err
    assert "sogw case refer CASE --attach" in said.err


def test_a_document_of_a_case_that_waits_is_told(lindehof: Door):
    text = lindehof.text("Werkt nu vier uur per dag.")
    case = record(toestemmingen=[])
    said = lindehof(
        "case", "submit", written(lindehof, case), "--attach", f"work-circumstances={text}", *AT_DESK, status=3
    )
    assert "attachment-not-sent" in said.err


def test_without_policies_nothing_is_judged(tmp_path, capsys):
    file = tmp_path / "case.jsonl"
    file.write_text(json.dumps(record()) + "\n", encoding="utf-8")
    assert main(["--home", str(tmp_path / "no-home"), "case", "check", str(file)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "--policies" in said.err
