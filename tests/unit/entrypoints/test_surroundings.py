"""What serve sees around it: a certificate or a key that ends, a disk that fills."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from adapters.keyrings import MemoryKeyring
from gateway.application.check_gateway import CheckLine, Health
from gateway.domain.errors import OperatorError
from gateway.entrypoints.workers import surroundings
from gateway.entrypoints.workers.surroundings import certificate_facts, key_facts, space_facts

NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("health", "facts"),
    [
        (None, []),
        (Health.OK, []),
        (Health.ATTENTION, [("certificate-expiry", "")]),
        (Health.FAILED, [("certificate-expiry", "")]),
    ],
)
def test_a_certificate_that_ends_soon_is_a_fact(monkeypatch, health, facts):
    line = None if health is None else CheckLine("certificate", health, "", "")
    monkeypatch.setattr(surroundings, "certificate_line", lambda _settings, _now: line)
    assert list(certificate_facts(None, NOW)) == facts


def test_a_certificate_that_cannot_be_read_is_a_fact(monkeypatch):
    def unreadable(_settings, _now):
        raise OperatorError("tls-files-unreadable", "It is gone.", remedy="Put it back.")

    monkeypatch.setattr(surroundings, "certificate_line", unreadable)
    assert list(certificate_facts(None, NOW)) == [("certificate-expiry", "")]


def test_a_key_without_successor_is_a_fact_a_month_before_its_end():
    ring = MemoryKeyring.generate("lpbso", NOW)
    assert list(key_facts(ring.manifest().keys, NOW)) == []
    ends = min(key["exp"] for key in ring.manifest().keys)
    late = datetime.fromtimestamp(ends, UTC) - timedelta(days=29)
    assert "enc" in {use for _, use in key_facts(ring.manifest().keys, late)}
    ring.rotate(late, at_once=True)
    assert "enc" not in {use for _, use in key_facts(ring.manifest().keys, late)}


@pytest.mark.parametrize(("free", "facts"), [(50, []), (10, []), (9, [("store-full", "")])])
def test_a_disk_that_fills_is_a_fact(monkeypatch, tmp_path, free, facts):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 100 - free, free))
    assert list(space_facts(tmp_path)) == facts
    assert list(space_facts(None)) == []
