"""R36, R38: where the state of a referral stands in the way, the refusal names the state and the commands that it permits."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.messages import InformationKind
from gateway.domain.party import Role
from gateway.domain.permissions import KIND_PERMISSIONS
from gateway.domain.protocol import PROTOCOL, BusinessStatus
from gateway.domain.rules import next_acts
from gateway.domain.rules.refusal import decide, refuse
from tests.support.cases import REFERRAL_ID, STARTED, at, of_referral, ready, referred


def referral(*steps: s.Step):
    found = ready(referred(), *steps).referral(REFERRAL_ID)
    assert found is not None
    return found


ASKED = of_referral(s.InformationRequested, at(18), request_id="v1", asked=InformationKind.REASONING)


@pytest.mark.parametrize(
    ("steps", "role", "expected"),
    [
        ((), Role.POOL, ("referral accept", "referral decline", "referral stop")),
        ((), Role.OHS, ("case withdraw",)),
        ((STARTED,), Role.OHS, ("case withdraw",)),
        ((STARTED, ASKED), Role.OHS, ("referral answer-information", "case withdraw")),
        ((of_referral(s.ReferralWithdrawn, at(18)),), Role.OHS, ("referral erase",)),
        ((of_referral(s.ReferralWithdrawn, at(18)),), Role.POOL, ()),
    ],
)
def test_what_is_possible_follows_from_the_protocol(steps, role, expected):
    assert set(next_acts.possible_now(referral(*steps), role)) == set(expected)


def test_the_way_out_names_state_and_commands_and_leaves_other_refusals():
    other = refuse("not-the-partner")
    state, kept = next_acts.with_way_out(decide(refuse("wrong-state"), other), referral(), Role.POOL).refusals
    assert kept == other
    assert (state.code, state.message) == ("wrong-state", refuse("wrong-state").message)
    assert state.remedy.startswith("The referral stands at 'referred'. Possible now: sogw referral accept, ")
    over = replace(referral(), state=BusinessStatus.RELEASED)
    assert (
        next_acts.with_way_out(decide(refuse("wrong-state")), over, Role.POOL).refusals[0].remedy.endswith("nothing.")
    )
    assert next_acts.with_way_out(decide(refuse("wrong-state")), None, Role.OHS) == decide(refuse("wrong-state"))


def test_every_message_that_a_person_says_in_a_referral_has_its_command():
    opening = {kind for kind, row in PROTOCOL.items() if row.opens or not row.is_sequenced}
    elsewhere = {"contact-corrected", "consent-withdrawn", "information-declined"}
    said = {kind for kind in set(KIND_PERMISSIONS) - opening if kind.value not in elsewhere}
    assert set(next_acts.COMMANDS) == said
