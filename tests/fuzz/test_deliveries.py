"""Deliveries as a partner turned against us would make them: rightly sealed nonsense, wrong properties, noise.

Nothing is lost: what has no effect is in quarantine with its bytes, or in the inbox with its reason; the next good
message has its effect.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import strategies as st

from gateway.ports.transport import Delivery, Lane
from tests.fuzz.mutations import TEXTS, changed_bytes, trees, write
from tests.fuzz.stage import SENT, Stage
from tests.support.world import OHS, POOL


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def good_or_changed(sample):
    """A good message now and then: what came before it must not stand in its way."""
    payloads = st.one_of(st.just(write(sample.tree)), *[trees((sample.tree,)).map(write)] * 5)
    return st.tuples(st.just(sample), payloads)


def test_rightly_sealed_nonsense_is_held_or_refused_and_stops_nothing(stage, search):
    """Every kind of message, changed in places that are drawn, sealed by a real partner's own keys."""
    found = search(st.sampled_from(SENT).flatmap(good_or_changed), lambda drawn: stage.send(*drawn), examples=150)
    assert {"processed", "bundle-element-not-allowed", "object-absent"} <= set(found)


PROPERTIES = st.one_of(
    st.sampled_from([*TEXTS, "", OHS.party_id, POOL.party_id, "guest", "../in", "*", "#", "arbo\u200b-lindehof"]),
    st.text(max_size=255),
).filter(lambda text: "\ud800" not in text)


def test_properties_the_broker_did_not_make_are_held(stage, search):
    """Routing key, user and message id are words of others; only the signature decides, and all must agree."""
    sample = SENT[0]

    def check(drawn):
        claimed_id, key, user, to, lane, is_redelivered = drawn
        message_id = str(uuid4())
        payload = write(sample.tree).replace(sample.message.message_id.encode(), message_id.encode())
        body = stage.sealed(sample.message, payload, message_id)
        delivery = Delivery(claimed_id, key, user, to, body, lane, is_redelivered)
        return stage.take(sample.message.recipient, delivery, message_id)

    properties = st.tuples(*[PROPERTIES] * 4, st.sampled_from(Lane), st.booleans())
    found = search(properties, check, examples=100)
    assert "processed" not in found


def test_noise_from_a_partner_is_held_with_its_bytes(stage, search):
    message = SENT[0].message
    body = stage.sealed(message, write(SENT[0].tree), message.message_id)

    def check(data):
        if data == body:
            return "unchanged"
        delivery = Delivery(message.message_id, message.sender, message.sender, message.recipient, data)
        return stage.take(message.recipient, delivery, message.message_id)

    search(changed_bytes([body]), check, examples=100)
