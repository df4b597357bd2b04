"""The demo, as a person and as a machine see it: every verdict, every message kind, and nothing in clear."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from gateway.domain.messages import Kind
from gateway.domain.receipts import PADDED_SIZE
from gateway.domain.size_class import SMALLEST_MESSAGE_BYTES
from gateway.entrypoints.demo.broker import prepared_broker
from gateway.entrypoints.demo.cast import CAST
from gateway.entrypoints.demo.run import Sample, run_demo
from gateway.entrypoints.demo.show import Lines
from gateway.ports.services import DeliveryTerms
from tests.support.broker import TestBroker
from tests.support.fhir_judge import judged, needs_judge

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "arbodienst-export"


def records() -> list[dict]:
    lines = (SAMPLE / "cases.jsonl").read_bytes() + (SAMPLE / "extra-cases.jsonl").read_bytes()
    return [json.loads(line) for line in lines.split(b"\n") if line]


def personal_texts(record: dict) -> set[str]:
    """What may never be seen outside an envelope."""
    employee = record["werknemer"]
    feedback = (record["beslissing"]["terugkoppeling_werkgever"] or {}).get("tekst") or ""
    report = (record["second_opinion"] or {}).get("verslag_tekst") or ""
    texts = {employee["naam"]["achternaam"], employee["telefoon"], employee["email"], feedback[:60], report[:60]}
    return {text for text in texts if text}


LONG_ENOUGH = 9
"""A shorter text may turn up in the base64url of an envelope by chance."""


def sogw_demo(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.entrypoints.cli", "demo", *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("demo")
    return sogw_demo("--output", "ndjson", "--keep", str(folder)), folder


def lines_of(done: subprocess.CompletedProcess[str], kind: str) -> list[dict]:
    parsed = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in parsed if line["type"] == kind]


def test_every_verdict_is_as_expected_and_every_kind_is_seen(kept):
    done, _ = kept
    assert done.returncode == 0, done.stderr
    (summary,) = lines_of(done, "summary")
    assert summary == {"type": "summary", "cases": 21, "as_expected": 21, "kinds_seen": len(Kind), "kinds": len(Kind)}
    assert len(lines_of(done, "verdict")) == len(records())


def test_refusals_are_shown_with_their_rules(kept):
    refused = {(line["case_id"], line["because"]): line["rules"] for line in lines_of(kept[0], "refused")}
    assert "R25" in refused["SO-2026-0013", "contact-consent-refused"]
    assert "R41" in refused["SO-2026-0015", "outcome-consent-refused"]


def test_a_wrong_verdict_makes_the_demo_fail(tmp_path: Path):
    for file in SAMPLE.iterdir():
        shutil.copy(file, tmp_path)
    text = (tmp_path / "cases.jsonl").read_text(encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text(
        text.replace('"eindstatus":"wacht-op-contract"', '"eindstatus":"afgerond"'), encoding="utf-8"
    )
    done = sogw_demo("--sample", str(tmp_path))
    assert done.returncode == 1
    assert "20 of 21 verdicts as expected" in done.stdout
    assert "\x1b[" not in done.stdout, "plain text in a pipe"


def test_nothing_in_an_envelope_can_be_read(kept):
    _, folder = kept
    texts = {text.encode() for record in records() for text in personal_texts(record) if len(text) >= LONG_ENOUGH}
    ids = {record["zaak_id"].encode() for record in records()}
    envelopes = sorted((folder / "envelopes").iterdir())
    assert len(envelopes) > 150
    for envelope in envelopes:
        body = envelope.name.encode() + envelope.read_bytes()
        assert not [text for text in texts | ids if text in body]


def test_a_broker_sees_three_lengths_whatever_is_said(kept):
    """Of receipts, of the pairs that must look alike, and of all else; longer is one referral with a long text."""
    seen = defaultdict(Counter)
    for envelope in (kept[1] / "envelopes").iterdir():
        sender, recipient = envelope.stem.partition("-")[2].split(".")
        seen[frozenset((sender, recipient))][envelope.stat().st_size] += 1
    classes = {pair: {length: _class_of(length) for length in lengths} for pair, lengths in seen.items()}
    assert all(len(set(found.values()) - {None}) == len(set(found) - _longer(found)) for found in classes.values())
    assert {size for found in classes.values() for size in found.values()} == {*_CLASSES, None}
    assert sum(seen[pair][length] for pair, found in classes.items() for length in _longer(found)) == 1


_CLASSES = (PADDED_SIZE, SMALLEST_MESSAGE_BYTES, DeliveryTerms().common_size)
_HEADERS = 4 * 1024


def _class_of(length: int) -> int | None:
    """Give the padded size whose envelope has this length: twice base64url, and headers; None when it is another."""
    return next((size for size in _CLASSES if 0 < length - size * 16 // 9 < _HEADERS), None)


def _longer(found: dict[int, int | None]) -> set[int]:
    return {length for length, size in found.items() if size is None}


def test_employers_get_invoices_that_name_nobody(kept):
    _, folder = kept
    invoices = {
        path.name.rsplit("-", 1)[0]: path.read_text(encoding="utf-8") for path in (folder / "invoices").iterdir()
    }
    assert set(invoices) >= {"SO-2026-0001", "SO-2026-0015"}
    for record in records():
        text = invoices.get(record["zaak_id"], "")
        assert not [word for word in personal_texts(record) if word in text]


def test_every_case_leaves_a_log_and_refused_ones_a_letter(kept):
    _, folder = kept
    assert {path.stem for path in (folder / "logs").iterdir()} == {record["zaak_id"] for record in records()}
    letters = {path.name for path in (folder / "letters").iterdir()}
    wanted = {"SO-2026-0006-decline.txt", "SO-2026-0008-redirect.txt", "SO-2026-0011-general-answer.txt"}
    assert wanted | {"SO-2026-0020-handover.txt", "SO-2026-0021-transfer-refused.txt"} <= letters


@needs_judge
def test_every_bundle_of_the_demo_is_valid_fhir(kept):
    _, folder = kept
    bundles = sorted(str(path) for path in (folder / "bundles").iterdir())
    assert {path.split("-", 1)[1] for path in map(os.path.basename, bundles)} >= {f"{kind.value}.json" for kind in Kind}
    done = judged("-q", *bundles)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert (done.returncode, failed) == (0, []), done.stderr[-500:]


async def test_the_same_demo_over_rabbitmq(rabbitmq: TestBroker):
    out = io.StringIO()
    transport_of = prepared_broker(rabbitmq.admin_url, rabbitmq.control)
    assert await run_demo(Sample.read(SAMPLE), Lines(out), lambda _: None, transport_of=transport_of)
    parcels = [line for line in map(json.loads, out.getvalue().splitlines()) if line["type"] == "parcel"]
    assert {parcel["vhost"] for parcel in parcels} == {"so", "so-billing"}
    assert {parcel["sender"] for parcel in parcels} == {member.party.party_id for member in CAST}
