"""A running referral at the command line of each side: what must be named is asked for, and nothing is sent meanwhile."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from gateway.application.receive_message import receive
from gateway.bootstrap import build
from gateway.domain import messages as m
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.party import Party, Role
from gateway.ports.store import Partner
from gateway.ports.transport import Delivery, Settlement
from gateway.settings import load_settings
from mappings.fhir.mapper import FhirBundleMapper
from tests.support.messages import BARE_REFERRAL
from tests.support.world import FIRST
from tests.unit.entrypoints.conftest import SAMPLES, Door

OHS = Party("arbo-lindehof", Role.OHS, "Arbodienst Lindehof", kvk="00000101")
POOL = Party("praktijk-mulkens", Role.POOL, "Praktijk Mulkens", kvk="00000301")
REFERRAL, NOWHERE = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b", "00000000-0000-4000-8000-000000000000"
PHYSICIAN = ("--actor", "dr. S. Mulkens")
NOW = datetime.now(UTC)


class Partners:
    """The other side of a door, which writes what it likes.

    Args:
        door: Of the gateway that receives.
        party: The other side.
        ours: Of the gateway that receives.
    """

    def __init__(self, door: Door, party: Party, ours: Party) -> None:
        self._door, self._party, self._ours = door, party, ours
        self._ring = MemoryKeyring.generate(party.party_id, NOW)
        self._numbers: Iterator[int] = count(1)

    def send(self, referral_id: str, *contents: m.Content) -> None:
        """Let messages arrive, in the order of their conversation."""
        asyncio.run(self._send(referral_id, contents))

    async def _send(self, referral_id: str, contents: tuple[m.Content, ...]) -> None:
        async with build(load_settings(self._door.home)) as gateway:
            pinned = self._ring.manifest()
            async with gateway.services.store.begin() as work:
                await work.save_partner(Partner(self._party, pinned.token, pinned.fingerprint))
            await gateway.refresh()
            keys = PinnedPartners()
            keys.pin(gateway.keyring.manifest().token, gateway.keyring.manifest().fingerprint)
            sealer = JoseSealer(self._party.party_id, self._ring, keys)
            mapper = FhirBundleMapper({one.party_id: one for one in (self._party, self._ours)}.__getitem__)
            sender, recipient = self._party.party_id, self._ours.party_id
            for content in contents:
                number = next(self._numbers)
                name, now = str(UUID(int=number, version=4)), datetime.now(UTC)
                message = m.Message(name, sender, recipient, now, content, referral_id, number)
                body = sealer.seal(mapper.to_bundle(message), recipient=recipient, message_id=name, issued_at=now).body
                delivery = Delivery(name, sender, sender, recipient, body)
                assert await receive(gateway.services, delivery) is Settlement.ACK
            async with gateway.services.store.look() as work:
                assert {item.reason for item in await work.inbox()} <= {None}


def refused(door: Door, code: str, way_out: str, *arguments: str) -> None:
    said = door(*arguments, status=3)
    assert said.out == ""
    assert f"error[{code}]: " in said.err
    assert way_out in said.err.partition(" → ")[2]


def sent(door: Door) -> list[str]:
    said = reversed(door.data("message", "list", "--direction", "out"))
    return [one["kind"] for one in said if one["kind"] != "receipt"]


@pytest.fixture
def pool(home, capsys, monkeypatch) -> Door:
    """A pool that received a referral in which no physician is named."""
    for name in ("SOGW_HOME", "SOGW_ROLE", "SOGW_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    door = Door(home, capsys)
    door("init", "--party", POOL.party_id, "--role", "pool", "--name", POOL.name)
    content = replace(
        BARE_REFERRAL,
        authored_at=NOW - timedelta(hours=1),
        requester=FIRST,
        requester_organisation=m.Organisation(OHS.party_id, OHS.name),
        performer_organisation=m.Organisation(POOL.party_id, POOL.name),
        recipient=POOL.party_id,
        consents=(Consent("T1", Purpose.CONTACT_TO_SO, Choice.GIVEN, POOL.party_id, NOW - timedelta(days=1)),),
    )
    Partners(door, OHS, POOL).send(REFERRAL, content)
    return door


@pytest.mark.parametrize(
    "verb",
    [("show",), ("accept", "--physician", "dr. S. Mulkens"), ("decline", "--reason", "not-available")],
    ids=lambda verb: verb[0],
)
def test_a_referral_that_is_not_here_is_told_with_where_to_look(pool: Door, verb):
    refused(pool, "referral-unknown", "sogw referral list", "referral", verb[0], NOWHERE, *verb[1:], *PHYSICIAN)


def test_r05_who_accepts_names_the_physician_where_the_employee_chose_none(pool: Door):
    refused(pool, "physician-missing", "--physician NAME", "referral", "accept", REFERRAL, *PHYSICIAN)
    assert sent(pool) == []
    named = ("--physician", "dr. S. Mulkens", "--big", "99990005101")
    pool("referral", "accept", REFERRAL, *named, *PHYSICIAN)
    assert sent(pool) == ["referral-accepted"]


@pytest.fixture
def asked(door: Door, tmp_path) -> tuple[Door, str]:
    """An arbodienst whose pool started, and asked for two things; and the referral."""
    partners = Partners(door, POOL, OHS)
    partners.send(NOWHERE)
    file = tmp_path / "case.jsonl"
    vector = SAMPLES.parents[1] / "tests" / "vectors" / "hostile-exports" / "04-phone-corrected.1.jsonl"
    file.write_bytes(vector.read_bytes())
    door("case", "submit", str(file))
    [referral] = door.data("referral", "list")
    now = datetime.now(UTC)
    second = m.Physician("dr. S. (Saskia) Mulkens", "99990005101", "84990051", organisation=POOL.party_id)
    partners.send(
        referral["referral"],
        m.Acceptance(second),
        m.MilestoneNotice(m.Milestone.SO_STARTED, now),
        *(m.InformationRequest(name, m.InformationKind.REASONING, now, ()) for name in ("IV-1", "IV-2")),
    )
    return door, referral["referral"]


def test_r32_of_two_open_requests_the_one_that_is_answered_is_named(asked):
    door, referral = asked
    before = sent(door)
    answer = ("referral", "answer-information", referral, "--decline", "not-available")
    refused(door, "request-not-named", f"--request; see: sogw referral show {referral}", *answer)
    refused(door, "request-unknown", f"sogw referral show {referral}", *answer, "--request", "IV-3")
    assert sent(door) == before
    door(*answer, "--request", "IV-1")
    door(*answer)
    assert sent(door) == [*before, "information-declined", "information-declined"]
    refused(door, "request-unknown", "sogw referral show", *answer)
