"""A second export over two real gateways and a broker: what it takes back has not left, or is taken back there too."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import TestBroker
from tests.support.cli import ROOT, House, eventually
from tests.support.houses import SAMPLES, two_houses

FILES = ROOT / "tests" / "vectors" / "hostile-exports"
BAD = {
    "01-refusal-under-known-id": "A-REFUSED",
    "02-expiry-added-later": "C2-EXPIRED-KEUZE",
    "05-recipient-corrected": "D-RECIPIENT",
    "19-consent-removed": "W-DELETED",
}
LOGGED = {
    "01-refusal-under-known-id": "consent-refused",
    "02-expiry-added-later": "consent-given",
    "05-recipient-corrected": "case-stated",
    "19-consent-removed": "case-stated",
}
QUIET_SECONDS = 3.0
"""How long the pool's inbox is watched after the last bad export; the relay looks many times in it."""


@pytest.fixture(scope="module")
def houses(rabbitmq: TestBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    rabbitmq.provision("arbo-lindehof", "praktijk-mulkens")
    with two_houses(rabbitmq, tmp_path_factory.mktemp("second-export")) as both:
        yield both


def submitted(house: House, name: str, *arguments: str, status: int = 0) -> list[dict]:
    ran = house.run(
        "case",
        "submit",
        str(FILES / f"{name}.jsonl"),
        *arguments,
        "--output",
        "json",
        "--actor",
        "M. de Planner",
        status=status,
    )
    return json.loads(ran.out)


def test_nothing_has_left_after_a_bad_second_export_and_the_log_says_what_happened(houses: tuple[House, House]):
    ohs, pool = houses
    for name in BAD:
        submitted(ohs, f"{name}.1", "--no-refer")
        held = name.startswith(("05", "19"))
        [row] = submitted(ohs, f"{name}.2", status=3 if held else 0)
        assert row["referral_message"] is None
        assert row["waits_for"]
    submitted(ohs, "03-two-people-one-number", status=3)
    time.sleep(QUIET_SECONDS)
    assert pool.json("referral", "list") == []
    assert pool.json("message", "list") == []
    assert ohs.json("message", "list") == []
    for name, case in BAD.items():
        log = ohs.json("case", "log", case, "--actor", "dr. J.M. Terpstra-Oud", "--role", "first-physician")
        assert LOGGED[name] in [line["code"] for line in log]


def test_what_a_second_export_takes_back_is_taken_back_at_the_pool(houses: tuple[House, House], tmp_path: Path):
    ohs, pool = houses
    with (SAMPLES / "cases.jsonl").open(encoding="utf-8") as lines:
        record = json.loads(next(lines))
    record.update(zaak_id="SO-2026-0101", verwijzing=None, informatieverzoeken=[], second_opinion=None, vervolg=None)
    record.update(factuur=None)
    file = tmp_path / "case.jsonl"
    file.write_text(json.dumps(record), encoding="utf-8")
    [row] = json.loads(ohs.run("case", "submit", str(file), "--output", "json").out)
    assert row["outcome"] == "referred"
    [arrived] = eventually(lambda: pool.json("referral", "list"), "the referral arrives")
    record["werknemer"]["telefoon"] = "+31 6 0000 0999"
    record["toestemmingen"][0].update(keuze="geweigerd", datum="2026-11-20T10:00:00+01:00")
    file.write_text(json.dumps(record), encoding="utf-8")
    said = ohs.run("case", "submit", str(file), status=3)
    assert "Report it as an incident" in said.err  # The refusal is dated before the referral went.
    eventually(
        lambda: pool.json("referral", "list")[0]["state"] == "withdrawn", "the pool hears that it was taken back"
    )
    log = ohs.json("case", "log", "SO-2026-0101", "--actor", "dr. J.M. Terpstra-Oud", "--role", "first-physician")
    codes = [line["code"] for line in log]
    assert {"consent-refused", "dossier-corrected", "referral-withdrawn"} <= set(codes)
    assert arrived["referral"]
