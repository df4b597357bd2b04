"""Which key and suite a message to a partner gets, by the keys pinned and the exception: one judgement."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.jose.key_choice import key_to_seal_to as chosen
from adapters.keyrings import PinnedPartners
from gateway.domain.errors import OperatorError
from gateway.ports.keyring import Manifest
from gateway.ports.suites import CLASSICAL, HYBRID, NO_EXCEPTION, NO_KEY, key_to_seal_to, sealing

NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def key(alg, status="active", begins=-DAY, ends=30 * DAY, use="enc"):
    times = {"nbf": int((NOW + begins).timestamp()), "exp": int((NOW + ends).timestamp())}
    return {"kid": f"{alg}-{status}", "alg": alg, "use": use, "status": status, **times}


def manifest(*keys):
    return Manifest("lpbso", 1, "", "", keys)


RUNS, ENDED = NOW + DAY, NOW
H, C = key(HYBRID), key(CLASSICAL)
CASES = [
    # keys, exception, suite, quantum-safe, why not
    ((H,), None, HYBRID, True, ""),
    ((H, C), None, HYBRID, True, ""),
    ((H, C), ENDED, HYBRID, True, ""),
    ((H, C), RUNS, HYBRID, False, ""),  # what comes from there may be classical
    ((C,), RUNS, CLASSICAL, False, ""),
    ((C,), ENDED, None, False, NO_EXCEPTION),
    ((C,), None, None, False, NO_EXCEPTION),
    ((), None, None, False, NO_KEY),
    ((), RUNS, None, False, NO_KEY),
    ((key(HYBRID, ends=timedelta()),), None, None, False, NO_KEY),
    ((key(HYBRID, "revoked"),), None, None, False, NO_KEY),
    ((key(HYBRID, "retiring"),), None, None, False, NO_KEY),
    ((key(HYBRID, "retired"), C), RUNS, CLASSICAL, False, ""),
    ((key(HYBRID, begins=DAY),), None, None, False, NO_KEY),
    ((key(HYBRID, "next"),), None, HYBRID, True, ""),
    ((key(HYBRID, use="sig"),), None, None, False, NO_KEY),
    ((key("Ed25519"),), None, None, False, NO_KEY),
]


@pytest.mark.parametrize(("keys", "exception", "suite", "is_safe", "why_not"), CASES)
def test_what_is_said_of_a_partner_is_what_sealing_does(keys, exception, suite, is_safe, why_not):
    found = sealing(manifest(*keys), exception, NOW)
    assert (found.suite, found.is_quantum_safe, found.why_not) == (suite, is_safe, why_not)
    partners = PinnedPartners([manifest(*keys)], {"lpbso": exception} if exception else {})
    if suite is None:
        code = {NO_KEY: "partner-key-missing", NO_EXCEPTION: "suite-not-allowed"}[why_not]
        for act in (
            lambda: chosen(partners, "lpbso", NOW),
            lambda: key_to_seal_to("lpbso", manifest(*keys), exception, NOW),
        ):
            with pytest.raises(OperatorError) as refused:
                act()
            assert refused.value.code == code
    else:
        assert chosen(partners, "lpbso", NOW) == found.key


def test_nothing_pinned_is_no_key():
    assert sealing(None, None, NOW).why_not == NO_KEY


def test_it_ends_with_the_last_key_or_with_the_exception():
    later = key(HYBRID, "next", ends=60 * DAY)
    assert sealing(manifest(H, later), None, NOW).ends_at == NOW + 60 * DAY
    assert sealing(manifest(C), RUNS, NOW).ends_at == RUNS
    assert sealing(manifest(C), NOW + 90 * DAY, NOW).ends_at == NOW + 30 * DAY
    assert sealing(manifest(), None, NOW).ends_at is None
