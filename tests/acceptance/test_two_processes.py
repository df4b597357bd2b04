"""Two gateways as two processes with their own folders and stores, over a real RabbitMQ, by the command line only."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest

from tests.support.broker import TestBroker
from tests.support.cli import ROOT, House, eventually, sogw
from tests.support.houses import SAMPLES, two_houses
from tests.support.walkthrough import Shell, Shown, shown_in

SURNAME = "Zwartkruisbes"
TELEPHONE = "+31 6 0000 7788"
FEEDBACK = "MERKTEKEN terugkoppeling: werknemer kan vier uur per dag aangepast werken."
REASONING = "MERKTEKEN onderbouwing: belastbaarheid telefonisch geschat.\n"
SCAN = b"%PDF-1.7\n" + REASONING.encode() * 50_000 + b"\n%%EOF\n"
"""Nearly 3 MB: too large for a message."""
REPORT = "MERKTEKEN verslag: start met 2 x 1,5 uur zittend werk.\n"
MARKERS = (SURNAME, TELEPHONE, FEEDBACK, REASONING.strip(), REPORT.strip())
TUTORIAL = ROOT / "docs" / "tutorial" / "README.md"
TOLD = (
    "j.vanderkolk@post.example",
    "Houtduifpad",
    "Werknemer kan per 14 september starten",
    "De belastbaarheid is telefonisch geschat",
    "Start met 2 x 1,5 uur zittend werk",
)
"""What the tutorial's people say to each other."""


class Tap:
    """A queue of the test's own that gets a copy of everything that crosses the broker."""

    def __init__(self, broker: TestBroker) -> None:
        self._url = broker.admin_url
        self._name = f"tap-{uuid4()}"

    def open(self) -> None:
        asyncio.run(self._open())

    async def _open(self) -> None:
        for vhost in ("so", "so-billing"):
            async with await aio_pika.connect(f"{self._url}/{vhost}") as connection:
                channel = await connection.channel()
                queue = await channel.declare_queue(self._name, durable=True)
                await queue.bind("msg", "#")

    def drain(self) -> list[aio_pika.abc.AbstractIncomingMessage]:
        """Everything it got, and the end of the queue."""
        return asyncio.run(self._drain())

    async def _drain(self) -> list[aio_pika.abc.AbstractIncomingMessage]:
        caught = []
        for vhost in ("so", "so-billing"):
            async with await aio_pika.connect(f"{self._url}/{vhost}") as connection:
                channel = await connection.channel()
                queue = await channel.get_queue(self._name)
                while (message := await queue.get(no_ack=True, fail=False)) is not None:
                    caught.append(message)
                await queue.delete(if_unused=False, if_empty=False)
        return caught


@pytest.fixture
def tap(rabbitmq: TestBroker) -> Tap:
    rabbitmq.provision("arbo-lindehof", "praktijk-mulkens")
    tap = Tap(rabbitmq)
    tap.open()
    return tap


@pytest.fixture
def houses(rabbitmq: TestBroker, tap: Tap, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """An arbodienst with the fixed-group policy and the practice of the second physician, both serving."""
    with two_houses(rabbitmq, tmp_path) as both:
        yield both


def planted(folder: Path) -> Path:
    """A sample case with texts that can be found again."""
    with (SAMPLES / "new-case.jsonl").open(encoding="utf-8") as lines:
        case = next(record for line in lines if (record := json.loads(line))["zaak_id"] == "SO-2026-0001")
    case["werknemer"]["naam"]["achternaam"] = SURNAME
    case["werknemer"]["telefoon"] = TELEPHONE
    case["beslissing"]["terugkoppeling_werkgever"]["tekst"] = FEEDBACK
    file = folder / "cases.jsonl"
    file.write_text(json.dumps(case, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def referred(ohs: House, pool: House, folder: Path) -> str:
    """Submit the case; returns the referral's id once the pool has it."""
    rows = ohs.json("case", "submit", str(planted(folder)), "--case", "SO-2026-0001", "--actor", "M. de Planner")
    assert rows[0]["waits_for"] == []
    arrived = eventually(lambda: pool.json("referral", "list"), "the referral arrives")
    return arrived[0]["referral"]


def state(house: House, referral: str) -> str:
    return next(row["state"] for row in house.json("referral", "list") if row["referral"] == referral)


def until(house: House, referral: str, wanted: str) -> None:
    eventually(lambda: state(house, referral) == wanted, f"{wanted} at {house.party}")


def examined(ohs: House, pool: House, referral: str, folder: Path) -> None:
    """Accept, milestones, a question and its answer - a scan that lies beside its message - and the draft."""
    scan, taken = folder / "scan.pdf", folder / "taken.pdf"
    scan.write_bytes(SCAN)
    pool.run("referral", "accept", referral)
    until(ohs, referral, "so-accepted")
    pool.run("referral", "milestone", referral, "appointment-planned", "--due-at", "2026-12-17T14:00")
    pool.run("referral", "milestone", referral, "so-started")
    pool.run("referral", "request-information", referral, "reasoning", "--employee-decided-at", "now")
    eventually(lambda: ohs.json("referral", "list")[0]["open_requests"], "the request arrives")
    ohs.run("referral", "answer-information", referral, "--file", str(scan))
    answer = eventually(lambda: answers(pool, referral), "the answer arrives")[-1]
    assert answer["file"] == {"media_type": "application/pdf", "size": len(SCAN)}
    pool.run("referral", "document", referral, answer["document"], "--out", str(taken))
    assert taken.read_bytes() == SCAN
    scan.unlink()
    taken.unlink()
    pool.run("referral", "discuss-draft", referral)
    until(ohs, referral, "draft-with-employee")


def answers(house: House, referral: str) -> list[dict]:
    shown = house.json("referral", "show", referral)
    return [document for document in shown["documents"] if document["role"] == "reasoning"]


def kinds(house: House, direction: str) -> set[str]:
    return {row["kind"] for row in house.json("message", "list", "--limit", "500") if row["direction"] == direction}


def settled(house: House) -> bool:
    """Nothing is under way any more: every message has its receipt."""
    return all(
        row["state"] not in {"pending", "sent", "parked", "held"}
        for row in house.json("message", "list", "--limit", "500")
    )


def traces(text: str) -> list[bytes]:
    """A text as it could be found in bytes: plain, escaped as JSON, and in base64 at every offset."""
    raw = text.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    return [raw, json.dumps(text)[1:-1].encode(), *(part for part in shifted if len(part) > 8)]


def assert_no_clear_text(place: str, content: bytes, markers: tuple[str, ...]) -> None:
    for marker in markers:
        assert not any(trace in content for trace in traces(marker)), f"{place} holds: {marker}"


def test_the_tutorial_brings_a_report_back_and_shows_everybody_what_happened(
    rabbitmq: TestBroker, tap: Tap, tmp_path: Path
):
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    shell = Shell(tmp_path)
    try:
        said = {shown.command: kept(shown, shell, rabbitmq, tmp_path) for shown in shown_in(TUTORIAL)}
    finally:
        shell.close()

    log = said["sogw --home lindehof case log SO-2026-0001"]
    assert not [name for name in ("Kolk", "Jurriaan") if name in log]
    trace = said["sogw --home mulkens message trace $MESSAGE"]
    assert "journal: message-delivered" in trace
    seen = tap.drain()
    assert len(seen) > 10
    assert_the_broker_saw_nothing(seen, TOLD, "SO-2026-0001")
    for home in ("lindehof", "mulkens"):
        assert_no_clear_text(f"the disk of {home}", House(home, tmp_path / "tutorial" / home).files(), TOLD)


def kept(shown: Shown, shell: Shell, broker: TestBroker, folder: Path) -> str:
    """Run one command of the tutorial and hold it to what is shown; returns what it printed."""
    if shown.command.startswith("rabbitmqctl "):
        # However the broker of this run was found, this is how its operator reaches it.
        broker.import_definitions(json.loads((folder / "tutorial" / "definitions.json").read_text(encoding="utf-8")))
        return ""
    return shell.hold(shown, shown.command.replace("127.0.0.1:5672", f"{broker.host}:{broker.port}"))


def test_without_consent_the_pool_only_says_that_it_is_finished(houses: tuple[House, House], tap: Tap, tmp_path: Path):
    ohs, pool = houses
    referral = referred(ohs, pool, tmp_path)
    examined(ohs, pool, referral, tmp_path)
    pool.run("consent", "refuse", referral, "OUTCOME-TO-FIRST")
    refused = pool.run("referral", "release", referral, "--report", "-", given=REPORT, status=3)
    assert refused.err.startswith("error[outcome-consent-refused]: ")
    pool.run("referral", "withhold", referral)
    until(ohs, referral, "finished-without-report")

    eventually(lambda: settled(ohs) and settled(pool), "every message has its receipt")
    assert "report-withheld" in kinds(pool, "out")
    assert "report-released" not in kinds(pool, "out")
    assert ohs.json("referral", "show", referral, "--role", "first-physician")["report"] is None
    assert ohs.json("case", "list")[0]["status"] == "completed-without-report"
    assert_the_journals_prove_themselves(ohs, pool, tmp_path)
    assert_the_report_may_come_late(ohs, pool, referral)
    assert_both_erase_when_the_employee_asks(ohs, pool, referral)

    stopped(houses)
    assert_the_broker_saw_nothing(tap.drain(), MARKERS, referral, "SO-2026-0001")
    for house in houses:
        assert_no_clear_text(f"the disk of {house.party}", house.files(), MARKERS)
    (lying_out,) = (tmp_path / "shared" / ohs.party).iterdir()
    assert_no_clear_text("the file beside the message", lying_out.read_bytes(), MARKERS)


def assert_the_journals_prove_themselves(ohs: House, pool: House, folder: Path) -> None:
    """Each is the other's witness, and the pool proves to the employee that nothing but the end was told."""
    for house, other in ((ohs, pool), (pool, ohs)):
        held = folder / f"{house.party}-as-held-by-{other.party}.txt"
        other.run("journal", "witnessed", house.party, "--out", str(held))
        report = house.json("journal", "verify", "--checkpoint", str(held))
        assert report["is_whole"]
        assert (report["outside_checkpoints"], report["findings"]) == (1, [])
        assert report["covered_by_a_checkpoint"] > 0
        growth, known = folder / f"{house.party}.growth", folder / f"{house.party}.json"
        house.run("journal", "grown", str(held), "--out", str(growth))
        assert sogw("proof", "grown", str(growth), "--since", str(held), "--party", str(known)).status == 0
    proof = folder / "withheld.tlog-proof"
    case = pool.json("case", "list")[0]["case"]
    pool.run("journal", "prove", "--case", case, "--step", "report-withheld", "--out", str(proof))
    fingerprint = pool.json("party", "show")["fingerprint"]
    verified = sogw("proof", "verify", str(proof), "--fingerprint", fingerprint)
    assert (verified.status, verified.err) == (0, "")
    assert "BEWEZEN. In het logboek van praktijk-mulkens" in verified.out
    assert "report-withheld" in verified.out


def assert_the_report_may_come_late(ohs: House, pool: House, referral: str) -> None:
    """R27: withheld is not for ever; the employee consents after all, and the first physician has the report."""
    pool.run("consent", "give", referral, "OUTCOME-TO-FIRST")
    pool.run("referral", "release", referral, "--report", "-", given=REPORT)
    until(ohs, referral, "released")
    physician = ("--role", "first-physician", "--actor", "dr. J.M. Terpstra-Oud")
    assert ohs.json("referral", "show", referral, *physician)["report"]["text"] == REPORT
    assert ohs.json("case", "list")[0]["status"] == "completed"
    eventually(lambda: settled(ohs) and settled(pool), "every message has its receipt")


def assert_both_erase_when_the_employee_asks(ohs: House, pool: House, referral: str) -> None:
    """The pool first, and it confirms; the employee sees so in the log. What is left at both is a log of nobody."""
    case = "SO-2026-0001"
    asked = ohs.json("rights", "request", case, "erasure")["request"]
    passed_on = ohs.run("rights", "done", case, asked)
    assert "Not erased yet" in passed_on.err
    codes = eventually(
        lambda: [c for line in ohs.json("case", "log", case) if "erasure" in (c := line["code"])][1:],
        "the pool confirms that it erased",
    )
    assert codes == ["erasure-confirmed"]
    eventually(lambda: settled(ohs), "the arbodienst has its receipts")
    ohs.run("rights", "done", case, asked)
    for house, name in ((ohs, case), (pool, referral)):
        left = house.run("case", "log", name).out
        assert "De gegevens uit de zaak zijn op verzoek vernietigd." in left
        assert not [person for person in ("Mulkens", "Planner", "Terpstra", SURNAME) if person in left]


def stopped(houses: tuple[House, House]) -> None:
    """A service manager's way: SIGTERM, a clean end, and one line that says so."""
    for house in houses:
        serving = house._serving[-1]
        assert serving.stop() == 0, serving.said()
        assert f"stopped: {house.party}" in serving.said()
        assert not (house.home / "ready").exists()


def assert_the_broker_saw_nothing(
    seen: list[aio_pika.abc.AbstractIncomingMessage], markers: tuple[str, ...], *ids: str
) -> None:
    for message in seen:
        outside = repr((message.routing_key, message.properties, message.headers)).encode()
        assert_no_clear_text("a message", message.body + outside, (*markers, *ids))
        assert b"report" not in outside
        assert message.routing_key.endswith(".m")
