"""What serve sees around it: a certificate or a key that ends, a disk that fills."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from adapters.keyrings import MemoryKeyring
from gateway.application.check_gateway import CheckLine, Health
from gateway.bootstrap.wiring import Directory
from gateway.domain.party import Party, Role
from gateway.entrypoints.workers.surroundings import certificate_facts, key_facts, partner_facts, space_facts
from gateway.ports.store import Partner
from gateway.ports.suites import sealing

NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_certificate_that_ends_soon_or_cannot_be_used_is_a_fact():
    lines = [CheckLine(f"certificate {health}", health, "", "") for health in Health]
    assert list(certificate_facts(lines)) == [("certificate-expiry", "attention"), ("certificate-expiry", "failed")]


def test_a_key_without_successor_is_a_fact_before_its_end_and_an_urgent_one_after():
    ring = MemoryKeyring.generate("lpbso", NOW)
    assert list(key_facts(ring.manifest().keys, NOW)) == []
    ends = min(key["exp"] for key in ring.manifest().keys)
    late = datetime.fromtimestamp(ends, UTC) - timedelta(days=19)
    assert list(key_facts(ring.manifest().keys, late)) == [("key-expiry", "enc")]
    assert list(key_facts(ring.manifest().keys, datetime.fromtimestamp(ends, UTC))) == [("key-ended", "enc")]
    ring.rotate(late)
    assert list(key_facts(ring.manifest().keys, late)) == []


def test_a_partner_whose_last_key_ends_is_a_fact_a_month_before_and_an_urgent_one_after():
    manifest = MemoryKeyring.generate("lpbso", NOW).manifest()
    ends = sealing(manifest, None, NOW).ends_at
    assert ends is not None

    def facts(at: datetime, classical_until: datetime | None = None, pinned=manifest) -> list[tuple[str, str]]:
        return list(partner_facts({"lpbso": sealing(pinned, classical_until, at)}, at))

    assert facts(ends - timedelta(days=30)) == []
    assert facts(ends - timedelta(days=29)) == [("partner-key-expiry", "lpbso")]
    assert facts(ends) == [("partner-unreachable", "lpbso")]
    assert facts(NOW, pinned=None) == [("partner-unreachable", "lpbso")]


def test_every_partner_is_looked_at_and_we_are_not():
    party = Party("lindehof", Role.OHS, "Arbo Lindehof")
    directory = Directory(party)
    ring = MemoryKeyring.generate("lpbso", NOW)
    directory.take([Partner(Party("lpbso", Role.POOL, "LPBSO"), ring.manifest().token, ring.manifest().fingerprint)])
    assert {name: found.suite for name, found in directory.sealings(NOW).items()} == {"lpbso": "HPKE-9-KE"}


@pytest.mark.parametrize(("free", "facts"), [(50, []), (10, []), (9, [("store-full", "")])])
def test_a_disk_that_fills_is_a_fact(monkeypatch, tmp_path, free, facts):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 100 - free, free))
    assert list(space_facts(tmp_path)) == facts
    assert list(space_facts(None)) == []
