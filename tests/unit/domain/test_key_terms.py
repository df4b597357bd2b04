"""Until when the keys that a party publishes can be used."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.keyrings import MemoryKeyring
from gateway.application.check_gateway import Health, check_keys
from gateway.domain.key_terms import KEY_WARNING, ends_of_use

NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
ENC = timedelta(days=90)
SIG = timedelta(days=365)


@pytest.fixture
def ring() -> MemoryKeyring:
    return MemoryKeyring.generate("lpbso", NOW)


@pytest.mark.parametrize(
    ("later", "health", "ended"),
    [
        (timedelta(), Health.OK, []),
        (ENC - KEY_WARNING, Health.OK, []),
        (ENC - KEY_WARNING + timedelta(seconds=1), Health.ATTENTION, []),
        (ENC, Health.FAILED, ["enc"]),
        (SIG, Health.FAILED, ["checkpoint", "enc", "sig"]),
    ],
)
def test_check_tells_a_key_that_ends_and_one_that_ended_of_every_use(ring, later, health, ended):
    line = check_keys(ring.manifest(), NOW + later)
    assert line.health is health
    assert line.exit_status == (78 if ended else 0)
    assert [use for use, end in ends_of_use(ring.manifest().keys, NOW + later).items() if end is None] == ended
    assert bool(line.remedy) is (health is not Health.OK)


def test_a_successor_that_is_published_counts(ring):
    late = NOW + ENC - timedelta(days=20, hours=12)
    assert ring.rotate(late)
    assert check_keys(ring.manifest(), late + timedelta(days=1)).health is Health.OK


def test_partners_seal_to_a_successor_from_its_time_on_and_we_sign_with_it_when_rotation_took_it_up(ring):
    ring.rotate(NOW + ENC - timedelta(days=20))
    assert ends_of_use(ring.manifest().keys, NOW + ENC)["enc"] is not None
    ring.rotate(NOW + SIG - timedelta(days=20))
    assert ends_of_use(ring.manifest().keys, NOW + SIG)["enc"] is not None
    assert ends_of_use(ring.manifest().keys, NOW + SIG)["sig"] is None


@pytest.mark.parametrize("days", [100, 400])
def test_one_rotation_is_enough_when_the_successor_ended_too(ring, days):
    ring.rotate(NOW + ENC - timedelta(days=20))
    late = NOW + ENC + timedelta(days=days)
    ring.rotate(late)
    assert check_keys(ring.manifest(), late).health is Health.OK


def test_every_algorithm_of_a_use_needs_a_key(ring):
    keys = [{**key, "exp": key["nbf"]} if key["alg"] == "HPKE-9-KE" else key for key in ring.manifest().keys]
    assert ends_of_use(keys, NOW)["enc"] is None
    assert ends_of_use([key for key in keys if key["use"] != "sig"], NOW)["sig"] is None
