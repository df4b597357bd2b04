"""When things go wrong, by command line: pause and resume a partner, open and discard a message; the journal says so."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from gateway.application.receive_message import receive
from gateway.bootstrap import build
from gateway.domain.days import dutch_time
from gateway.domain.party import Party, Role
from gateway.ports.store import Partner
from gateway.ports.transport import Delivery, Settlement
from gateway.settings import load_settings
from tests.unit.entrypoints.conftest import Door

US, POOL = "arbo-lindehof", "lpbso"
HELD = "0d1f7a52-3c9e-4f0b-8a55-2b6f1c9e7d10"
SECRET = "Wat de werknemer vertelde"
NO_BUNDLE = f'{{"note": "{SECRET}\x1b[2J"}}'
WHY = ("--reason", "Zij verhuizen")
NAMED = ("--actor", "B. de Beheerder")


@pytest.fixture
def operated(door: Door) -> Door:
    """A gateway that knows a pool, and holds a delivery of it: rightly sealed, and no message."""
    asyncio.run(_meet_and_receive(door))
    return door


async def _meet_and_receive(door: Door) -> None:
    now = datetime.now(UTC)
    ring = MemoryKeyring.generate(POOL, now)
    manifest = ring.manifest()
    async with build(load_settings(door.home)) as gateway:
        async with gateway.services.store.begin() as work:
            await work.save_partner(Partner(Party(POOL, Role.POOL, "LPBSO"), manifest.token, manifest.fingerprint))
        await gateway.refresh()
        ours = gateway.keyring.manifest()
        keys = PinnedPartners()
        keys.pin(ours.token, ours.fingerprint)
        sealed = JoseSealer(POOL, ring, keys).seal(NO_BUNDLE.encode(), recipient=US, message_id=HELD, issued_at=now)
        assert await receive(gateway.services, Delivery(HELD, POOL, POOL, US, sealed.body)) is Settlement.ACK


def journalled(door: Door, code: str) -> list[str]:
    """Who did it, by the public part of the journal."""
    return [entry["role"] for entry in door.data("journal", "list") if entry["step"] == code]


def in_three_forms(door: Door, between: Callable[[], object], *arguments: str) -> list[str]:
    """The same command in each form of output; what it did is undone in between."""
    said = []
    for form in ("table", "json", "ndjson"):
        said.append(door(*arguments, "--output", form).out)
        between()
    return said


def refused(door: Door, code: str, *arguments: str, status: int = 3) -> None:
    """Nothing on standard output, and an error with a way out."""
    said = door(*arguments, status=status)
    assert said.out == ""
    assert said.err.startswith(f"error[{code}]: ")
    assert " → " in said.err


# --- pause and resume


def test_a_partner_is_paused_until_it_is_resumed_and_both_are_journalled(operated: Door):
    paused = operated("partner", "pause", POOL, *WHY, *NAMED)
    assert "way out:" in paused.out
    assert "Withdrawals of consent wait too." in paused.err
    shown = operated.data("partner", "show", POOL)
    assert (shown["way_out"], shown["paused_because"]) == ("paused", "Zij verhuizen")
    refused(operated, "partner-paused", "partner", "pause", POOL, *WHY)
    resumed = operated("partner", "resume", POOL, *WHY, *NAMED)
    assert "goes out within seconds" in resumed.err
    assert operated.data("partner", "show", POOL)["way_out"] == "open"
    refused(operated, "partner-not-paused", "partner", "resume", POOL, *WHY)
    assert journalled(operated, "partner-paused") == journalled(operated, "partner-resumed") == ["operator"]


def test_a_moment_is_told_in_one_way_and_with_its_offset_wherever_it_is_shown(operated: Door):
    paused = operated("partner", "pause", POOL, *WHY).out
    at = dutch_time(datetime.fromisoformat(operated.data("partner", "show", POOL)["paused_at"]))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0[12]:00", at)
    assert at in paused
    assert f"paused since {at}" in operated("check").out


def test_how_a_partner_is_paused_and_resumed_is_told_in_three_forms(operated: Door):
    table, whole, line = in_three_forms(
        operated, lambda: operated("partner", "resume", POOL, *WHY), "partner", "pause", POOL, *WHY
    )
    assert "way out:" in table
    assert json.loads(whole)["way_out"] == json.loads(line)["way_out"] == "paused"
    assert line.count("\n") == 1
    operated("partner", "pause", POOL, *WHY)
    table, whole, line = in_three_forms(
        operated, lambda: operated("partner", "pause", POOL, *WHY), "partner", "resume", POOL, *WHY
    )
    assert "open" in table
    assert json.loads(whole) == json.loads(line)
    assert json.loads(line)["party"] == POOL


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_a_reason_and_a_partner_that_is_known_are_needed(operated: Door, verb: str):
    refused(operated, "partner-not-onboarded", "partner", verb, "nobody", *WHY, status=78)
    assert operated("partner", verb, POOL, status=2).err.startswith("error[usage]: ")


# --- open


def test_a_held_message_is_opened_by_somebody_with_a_name_and_the_journal_says_so(operated: Door):
    refused(operated, "name-required", "message", "open", HELD, *WHY, "--actor", " ")
    refused(operated, "opening-without-reason", "message", "open", HELD, "--reason", " ", *NAMED)
    assert journalled(operated, "message-opened") == []
    opened = operated("message", "open", HELD, *WHY, *NAMED)
    assert SECRET in opened.out
    assert SECRET not in opened.err
    assert "is in the journal" in opened.err
    assert journalled(operated, "message-opened") == ["operator"]


def test_what_a_message_says_is_told_in_three_forms_and_moves_no_cursor(operated: Door):
    table, whole, line = in_three_forms(operated, lambda: None, "message", "open", HELD, *WHY, *NAMED)
    assert "\x1b" not in table + whole + line
    assert json.loads(whole) == json.loads(line)
    assert (json.loads(line)["partner"], json.loads(line)["content"].rstrip()) == (POOL, NO_BUNDLE)
    assert journalled(operated, "message-opened") == ["operator"] * 3


# --- discard


def test_a_discarded_message_is_out_of_the_way_for_good(operated: Door):
    assert len(operated.data("message", "list", "--state", "held")) == 1
    said = operated("message", "discard", HELD, *WHY, *NAMED)
    assert "discarded" in said.out
    assert "It has no effect, now or later." in said.err
    assert operated.data("message", "list", "--state", "held") == []
    refused(operated, "message-not-replayable", "message", "replay", HELD)
    refused(operated, "message-unknown", "message", "discard", HELD, *WHY)
    assert journalled(operated, "message-discarded") == ["operator"]


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_a_discarded_message_is_told_to_a_program(operated: Door, form: str):
    said = operated("message", "discard", HELD, *WHY, "--output", form)
    assert json.loads(said.out) == {"message_id": HELD, "state": "discarded"}


@pytest.mark.parametrize("verb", ["open", "discard"])
def test_an_unknown_message_and_a_missing_reason_change_nothing(operated: Door, verb: str):
    refused(operated, "message-unknown", "message", verb, "nothing-like-it", *WHY, *NAMED)
    assert operated("message", verb, HELD, *NAMED, status=2).err.startswith("error[usage]: ")
    assert len(operated.data("message", "list", "--state", "held")) == 1
