"""A row whose number, or organisation, reads like a known one is not read, and holds what it is perhaps about (R25, R58).

Seen as ``case check`` and ``case submit`` say it, in both formats where the format matters.
"""

import json
from typing import Any

import pytest

from gateway.entrypoints.cli.main import main
from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.canonical import write_case
from tests.unit.entrypoints.conftest import SAMPLES, Door, outgoing

NUMBER = "SO-2026-0007"
SPELT = {
    "small letters": "so-2026-0007",
    "a blank behind": "SO-2026-0007 ",
    "no width": "SO-2026-\u200b0007",
    "another hyphen": "SO\u20112026\u20110007",
    "a lost zero": "SO-2026-007",
    "other separators": "SO/2026/0007",
    "no separators": "SO20260007",
    "a decimal": "SO-2026-0007.0",
}
AT_DESK = ("--actor", "M. de Planner")


def record(number: Any = NUMBER, **changes: Any) -> dict[str, Any]:
    [line] = (SAMPLES / "new-case.jsonl").read_text(encoding="utf-8").splitlines()
    return {**json.loads(line), "zaak_id": number, **changes}


def canonical(number: str) -> dict[str, Any]:
    [case] = ArbodienstExport().read([json.dumps(record(number))])
    return json.loads(write_case(case))


def written(door: Door, *lines: dict[str, Any] | bytes) -> str:
    file = door.home.parent / "export.jsonl"
    raw = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    file.write_bytes(b"".join(line + b"\n" for line in raw))
    return str(file)


def rows(door: Door, *lines: dict[str, Any] | bytes, status: int = 3) -> Any:
    said = door("case", "submit", written(door, *lines), *AT_DESK, "--output", "json", status=status)
    return json.loads(said.out)


def checked(door: Door, *lines: dict[str, Any] | bytes) -> Any:
    """What checking says of one line, whatever the exit status."""
    door.capsys.readouterr()
    main(["--home", str(door.home), "case", "check", written(door, *lines)])
    return json.loads(door.capsys.readouterr().out)


def in_the_way(door: Door, number: str = NUMBER) -> list[str]:
    """What holds a case, besides what every referral waits for on its way."""
    found = next(row for row in door.data("case", "list") if row["case"] == number)["stands_in_the_way"]
    return [code for code in found if code not in {"draft-not-discussed", "outcome-consent-absent"}]


@pytest.mark.parametrize("made", [record, canonical])
@pytest.mark.parametrize("number", SPELT.values(), ids=SPELT.keys())
def test_a_withdrawal_under_a_number_that_reads_like_a_known_one_holds_the_case(lindehof: Door, number, made):
    [row] = rows(lindehof, record(), status=0)
    assert row["outcome"] == "referred"
    [row] = rows(lindehof, made(number))
    assert (row["outcome"], row["waits_for"]) == ("not-read", ["case-number-alike"])
    assert in_the_way(lindehof) == ["case-number-alike"]
    [row] = rows(lindehof, record())
    assert (row["outcome"], in_the_way(lindehof)) == ("held", ["not-explained"])  # it says nothing of what was not read
    lindehof("case", "confirm", NUMBER, *AT_DESK)
    [row] = rows(lindehof, record(), status=0)
    assert (row["outcome"], in_the_way(lindehof)) == ("running", [])


def test_a_person_may_say_that_it_is_another_case(lindehof: Door):
    rows(lindehof, record(), status=0)
    rows(lindehof, record("so-2026-0007"))
    lindehof("case", "confirm", NUMBER, *AT_DESK)
    assert in_the_way(lindehof) == []


def test_a_number_that_is_no_text_holds_the_case_of_that_number(lindehof: Door):
    rows(lindehof, record("20260003"), status=0)
    for number in (20260003, 20260003.0, 2.0260003e7):
        [row] = rows(lindehof, record(number))
        assert (row["outcome"], len(row["waits_for"])) == ("not-read", 1)
        assert in_the_way(lindehof, "20260003") == row["waits_for"]
        rows(lindehof, record("20260003"))
        lindehof("case", "confirm", "20260003", *AT_DESK)
        rows(lindehof, record("20260003"), status=0)


def _broken(how: str) -> bytes:
    line = json.dumps(record()).encode()
    return {
        "a byte that is not UTF-8": line.replace(b"Assen", b"Ass\xe9n"),
        "a comma too many": line[:-1] + b",}",
        "a BOM in the file": b"\n\xef\xbb\xbf" + line,
        "NaN": line.replace(b"214", b"NaN"),
        "a key twice": line[:-1] + b', "synthetisch": true}',
        "a newline in a text": line.replace(b"Assen", b"As\nsen"),
        "a list around it": b"[" + line + b"]",
        "UTF-16": json.dumps(record()).encode("utf-16-le"),
        "quotes around nothing": line.replace(b"Assen", b'As"sen'),
        "a key of another name": line[:-1].replace(b"zaak_id", b"dossier") + b",}",
        "another key in small letters": line.replace(b"zaak_id", b"Zaaknummer"),
        "no closing brace": line[:-1],
        "a row of a spreadsheet": b"SO-2026-0007;P10037;ingetrokken",
        "a row with commas": b"P10037,SO-2026-0007,ingetrokken",
    }[how]


BROKEN = (
    *("a byte that is not UTF-8", "a comma too many", "a BOM in the file", "NaN", "a key twice", "a newline in a text"),
    *("a list around it", "UTF-16", "quotes around nothing", "a key of another name", "another key in small letters"),
    *("no closing brace", "a row of a spreadsheet", "a row with commas"),
)


@pytest.mark.parametrize("how", BROKEN)
def test_a_line_that_cannot_be_read_holds_the_case_it_names(lindehof: Door, how):
    rows(lindehof, record(), record("SO-2026-0008"), status=0)
    found = rows(lindehof, _broken(how))
    assert {row["outcome"] for row in found} == {"not-read"}
    assert found[0]["case"] == NUMBER
    assert len(in_the_way(lindehof)) == 1
    assert in_the_way(lindehof, "SO-2026-0008") == []


def test_a_line_that_names_no_known_case_or_quotes_two_says_so(lindehof: Door):
    rows(lindehof, record("K-1"), record("K-2"), status=0)
    found = rows(lindehof, b'{"dossier": "K-1", "eerder": "K-2",}', b"{", b'{"zaak_id": "NEW-1",}')
    assert [(row["case"], row["waits_for"]) for row in found] == [(None, ["case-not-told"])] * 3
    assert (in_the_way(lindehof, "K-1"), in_the_way(lindehof, "K-2")) == ([], [])
    found = rows(lindehof, b'[{"zaak_id": "K-1"}, {"zaak_id": "k-2"}]')
    assert [row["outcome"] for row in found] == ["not-read"]
    assert (in_the_way(lindehof, "K-1"), in_the_way(lindehof, "K-2")) == (["not-understood"], ["not-understood"])


@pytest.mark.parametrize("number", SPELT.values(), ids=SPELT.keys())
def test_an_erased_case_does_not_come_back_under_a_number_that_reads_like_it(lindehof: Door, number):
    lindehof("case", "submit", written(lindehof, record()), "--no-refer", *AT_DESK)
    physician = ("--actor", "dr. J.M. Terpstra-Oud", "--role", "first-physician")
    lindehof("case", "withdraw", NUMBER, *AT_DESK)
    right = lindehof.data("rights", "request", NUMBER, "erasure", *AT_DESK)
    lindehof("rights", "done", NUMBER, right["request"], *physician)
    assert lindehof.data("case", "list") == []
    [row] = rows(lindehof, record(number), status=0)
    assert (row["outcome"], row["waits_for"]) == ("erased-skipped", ["case-number-alike"])
    assert (lindehof.data("case", "list"), outgoing(lindehof)) == ([], [])
    now = checked(lindehof, record(number))["now"]
    assert [refusal["code"] for refusal in now["refusals"]] == ["case-number-alike"]
    [row] = rows(lindehof, record(), status=0)
    assert (row["outcome"], row["waits_for"]) == ("erased-skipped", [])


@pytest.mark.parametrize("number", SPELT.values(), ids=SPELT.keys())
def test_checking_says_what_submitting_does_with_such_a_number(lindehof: Door, number):
    rows(lindehof, record(), status=0)
    said = lindehof("case", "check", written(lindehof, record(number)), status=3)
    now = json.loads(said.out)["now"]
    assert (now["may_refer"], now["holds"]) == (False, [NUMBER])
    assert [refusal["code"] for refusal in now["refusals"]] == ["case-number-alike"]
    assert f"error: line 1: submitting it holds {NUMBER}" in said.err
    said = lindehof("case", "check", written(lindehof, _broken("a comma too many")), status=3)
    assert f"error: line 1: submitting it holds {NUMBER}" in said.err
    assert in_the_way(lindehof) == []


@pytest.mark.parametrize(
    "said", ["Arbo-Lindehof", "arbo-lindehof ", "arbo lindehof", "arbo_lindehof", "Arbodienst Lindehof B.V."]
)
def test_our_own_id_in_another_spelling_is_not_another_organisation(lindehof: Door, said):
    case = record()
    case["arbodienst"]["id"] = said
    [row] = rows(lindehof, case)
    assert (row["outcome"], row["waits_for"]) == ("not-read", ["organisation-id-alike"])
    rows(lindehof, record(), status=0)
    now = checked(lindehof, case)["now"]
    assert (now["holds"], [refusal["code"] for refusal in now["refusals"]]) == ([NUMBER], ["organisation-id-alike"])
    rows(lindehof, case)
    assert in_the_way(lindehof) == ["organisation-id-alike"]
