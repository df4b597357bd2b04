"""R54, R55: the employer's invoice names nobody and has a number of its own, by command, by export and in print."""

import json
from pathlib import Path

import pytest

from tests.unit.entrypoints.conftest import SAMPLES, Door
from tests.unit.entrypoints.test_cli_aftercare import refused

CASE, OTHER = "SO-2026-0001", "SO-2026-0015"
PLAIN = "Arbodienstverlening conform basiscontract"


def record_of(case_id: str, **changes) -> dict:
    lines = (SAMPLES / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    record = next(case for line in lines if (case := json.loads(line))["zaak_id"] == case_id)
    record["factuur"].update(changes)
    return record


def exported(door: Door, *records: dict, status: int = 0) -> str:
    file = door.home.parent / "cases.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return door("case", "submit", str(file), "--no-refer", status=status).err


def invoice(folder: Path, description: str = PLAIN, **changes) -> str:
    made = {"number": "F-2026-0090", "period_start": "2026-09-01", "period_end": "2026-09-30"}
    line = {"description": description, "quantity": 1, "unit_price_cents": 69500}
    file = folder / "invoice.json"
    file.write_text(json.dumps({**made, "lines": [line], **changes}), encoding="utf-8")
    return str(file)


NAMES = [
    "Advies Kolk",
    "Advies Kolk-Jansen",
    "Advies Terpstra",
    "Advies Mulkens",
    "Advies Wiarda",
    "Advies dhr. Onbekend",
    "Advies J.P. Onbekend",
    "nr 12345678",
]


@pytest.mark.parametrize("text", NAMES)
def test_r54_an_export_s_invoice_that_names_somebody_is_not_taken_over(door: Door, text: str):
    record = record_of(CASE)
    record["factuur"]["regels"][0]["omschrijving"] = text
    exported(door, record)
    log = [line["code"] for line in door.data("case", "log", CASE)]
    assert "employer-invoiced" not in log
    assert "action-refused" in log


def test_r54_of_an_export_one_invoice_has_a_number(door: Door):
    exported(door, record_of(CASE))
    assert "employer-invoiced" in [line["code"] for line in door.data("case", "log", CASE)]
    refused(door, "invoice-number-used", "invoice", "employer", CASE, invoice(door.home.parent, number="F-2026-0031"))


@pytest.mark.parametrize("text", NAMES)
def test_r54_a_command_s_invoice_that_names_somebody_is_refused(door: Door, text: str):
    door.submit(CASE)
    refused(door, "invoice-identifies", "invoice", "employer", CASE, invoice(door.home.parent, text))


def test_r54_no_invoice_is_printed_whose_number_another_one_has(door: Door):
    exported(door, record_of(CASE), record_of(OTHER))
    door("case", "letter", CASE, "employer-invoice")
    exported(door, record_of(OTHER, nummer="f-2026-0031"))
    for case in (CASE, OTHER):
        said = door("case", "letter", case, "employer-invoice", status=3)
        assert said.err.startswith("error[invoice-number-used]: ")
