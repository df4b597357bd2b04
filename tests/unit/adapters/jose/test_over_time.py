"""Messages in flight while keys rotate, are revoked, and exceptions end: what opens when, and why not."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from gateway.domain.errors import EnvelopeError, OperatorError

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
DAYS = 460
LAG = 14
BUNDLE = b'{"resourceType":"Bundle","type":"message"}'


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def history(party: str) -> list[MemoryKeyring]:
    """The key set as it is on every day, rotated daily as the operator is told to."""
    ring = MemoryKeyring.generate(party, START)
    days = []
    for number in range(DAYS):
        ring.rotate(day(number))
        days.append(MemoryKeyring(ring.manifest(), ring.secrets))
    return days


@pytest.fixture(scope="module")
def ohs():
    return history("ohs")


@pytest.fixture(scope="module")
def pool():
    return history("pool")


def sealer(ring, *manifests, **exceptions) -> JoseSealer:
    return JoseSealer(ring.manifest().party_id, ring, PinnedPartners(manifests, exceptions))


def sealed(ring, partner, at) -> bytes:
    return sealer(ring, partner).seal(BUNDLE, recipient=partner.party_id, message_id=str(uuid4()), issued_at=at).body


def reason(ring, partner, body, at, **exceptions) -> str:
    with pytest.raises(EnvelopeError) as caught:
        sealer(ring, partner, **exceptions).open(body, at=at)
    return caught.value.reason


@settings(max_examples=150)
@given(
    sent=st.integers(LAG, DAYS - 8),
    sender_lag=st.integers(0, LAG),
    receiver_lag=st.integers(0, LAG),
    travel=st.floats(0, 6.9),
)
def test_no_rotation_loses_a_message_in_flight_while_manifests_travel_up_to_two_weeks(
    ohs, pool, sent, sender_lag, receiver_lag, travel
):
    body = sealed(ohs[sent], pool[sent - sender_lag].manifest(), day(sent))
    arrived = sent + travel
    ours = pool[int(arrived)]
    known = ohs[max(0, int(arrived) - receiver_lag)].manifest()
    assert sealer(ours, known).open(body, at=day(arrived)).payload.rstrip() == BUNDLE


def test_a_message_to_the_old_key_opens_while_it_retires_and_is_refused_with_a_reason_after(ohs, pool):
    late = pool[60].manifest()  # the sender learned of no successor, and seals to the first key on its last day
    body = sealed(ohs[89], late, day(89))
    assert {key["status"] for key in pool[95].manifest().keys if key["kid"] == late.keys[1]["kid"]} == {"retiring"}
    assert sealer(pool[95], ohs[89].manifest()).open(body, at=day(95))
    assert reason(pool[105], ohs[89].manifest(), body, day(105)) == "encryption-key-unknown"
    with pytest.raises(OperatorError) as caught:
        sealed(ohs[91], late, day(91))
    assert caught.value.code == "partner-key-missing"


# --- emergency revocation


@pytest.fixture(scope="module")
def revoked(ohs):
    """The arbodienst's signing key is known on day 10 to have been stolen on day 8."""
    ring = MemoryKeyring(ohs[0].manifest(), ohs[0].secrets)
    ring.revoke(ring.signing_key(day(10)).kid, day(10), since=day(8))
    return ring


@pytest.mark.parametrize(
    ("issued", "received", "refusal"),
    [
        (6, 7, None),
        (6, 7.9, None),
        (8, 8, "signing-key-revoked"),
        (9, 9, "signing-key-revoked"),
        (6, 8, "signing-key-revoked"),
        (7, 11, "signing-key-revoked"),
        (7.9, 8.1, "signing-key-revoked"),
    ],
)
def test_a_revoked_key_is_believed_only_for_what_our_own_record_has_from_before(
    ohs, pool, revoked, issued, received, refusal
):
    body = sealed(ohs[0], pool[0].manifest(), day(issued))
    if refusal is None:
        assert sealer(pool[0], revoked.manifest()).open(body, at=day(received))
    else:
        assert reason(pool[0], revoked.manifest(), body, day(received)) == refusal


def test_after_a_revocation_the_new_key_signs_and_is_believed(pool, revoked):
    body = sealed(revoked, pool[0].manifest(), day(11))
    assert sealer(pool[0], revoked.manifest()).open(body, at=day(11))


def test_a_key_is_not_revoked_from_a_moment_to_come(ohs):
    ring = MemoryKeyring(ohs[0].manifest(), ohs[0].secrets)
    with pytest.raises(OperatorError) as caught:
        ring.revoke(ring.signing_key(day(1)).kid, day(1), since=day(2))
    assert caught.value.code == "revocation-in-future"


def test_a_revoked_encryption_key_opens_nothing_more_and_is_not_sealed_to(ohs, pool):
    ring = MemoryKeyring(pool[0].manifest(), pool[0].secrets)
    body = sealed(ohs[0], ring.manifest(), day(1))
    first = next(key["kid"] for key in ring.manifest().keys if key["alg"] == "HPKE-9-KE")
    ring.revoke(first, day(2))
    assert reason(ring, ohs[0].manifest(), body, day(2)) == "encryption-key-unknown"
    assert sealer(ring, ohs[0].manifest()).open(sealed(ohs[0], ring.manifest(), day(2)), at=day(2))


# --- the exception for the suite that is not quantum-safe


def classical_only(ring):
    manifest = ring.manifest()
    keys = tuple(key for key in manifest.keys if key["alg"] != "HPKE-9-KE")
    return type(manifest)(manifest.party_id, manifest.counter, manifest.token, manifest.fingerprint, keys)


@pytest.mark.parametrize(("at", "is_allowed"), [(19, True), (19.999, True), (20, False), (21, False)])
def test_an_exception_ends_on_its_date_for_sealing_and_for_opening(ohs, pool, at, is_allowed):
    partner, until = classical_only(pool[0]), day(20)

    def seal(sender):
        return sender.seal(BUNDLE, recipient="pool", message_id=str(uuid4()), issued_at=day(at))

    body = seal(sealer(ohs[0], partner, pool=day(400))).body
    if is_allowed:
        assert seal(sealer(ohs[0], partner, pool=until))
        opened = sealer(pool[0], ohs[0].manifest(), ohs=until).open(body, at=day(at))
        assert not opened.is_quantum_safe
        return
    with pytest.raises(OperatorError) as caught:
        seal(sealer(ohs[0], partner, pool=until))
    assert caught.value.code == "suite-not-allowed"
    assert reason(pool[0], ohs[0].manifest(), body, day(at), ohs=until) == "downgrade"
