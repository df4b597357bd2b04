"""Every rule about a step is asked when the step is recorded: what refuses it, and when it holds."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.rules.decisions import may_record
from tests.support.cases import (
    BACK_OFFICE,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    POLICY,
    a_case,
    a_request,
    at,
    completed,
    consent,
    decided,
    ready,
)

ASSISTANT = s.Actor(s.ActorRole.PRACTICE_ASSISTANT, OHS, "P. Assistent")
WITH_ASSISTANT = replace(POLICY, follow_up_by=("bedrijfsarts", "praktijkondersteuner"))
AWARE = decided(consent(Purpose.EMPLOYER_AWARE, "werkgever"))
COLLEAGUE = decided(consent(Purpose.DOSSIER_TO_COLLEAGUE, OHS, at(28)))
REQUESTED = s.TransferRequested(at=at(28), by=EMPLOYEE)
GRANTED = s.TransferDecided(at=at(28, 10), by=FIRST_PHYSICIAN, is_granted=True)
REFUSED = replace(GRANTED, is_granted=False, reasons="Omdat.")
AGREED = s.EmployerAgreementRecorded(at=at(15), by=BACK_OFFICE, payer="employer")
HANDOVER = s.HandoverMade(at=at(29), by=FIRST_PHYSICIAN, colleague="B. Arts")
PLANNED = s.FollowUpPlanned(at=at(25), by=FIRST_PHYSICIAN, for_at=at(29), held_by=s.ActorRole.PRACTICE_ASSISTANT)


def weighed(adoption=s.Adoption.WHOLLY, reasons=None, by=FIRST_PHYSICIAN):
    return s.AdviceWeighed(at=at(25), by=by, adoption=adoption, reasons=reasons)


@pytest.mark.parametrize(
    ("case", "step", "codes"),
    [
        (completed(), weighed(), []),
        (completed(), weighed(by=ASSISTANT), ["follow-up-not-in-policy"]),
        (completed(), weighed(s.Adoption.NOT), ["adoption-without-reasons"]),
        (completed(), weighed(s.Adoption.NOT, "Omdat."), []),
        (ready(), weighed(), ["advice-not-received"]),
        (completed(), PLANNED, ["follow-up-not-in-policy"]),
        (completed(), replace(PLANNED, held_by=s.ActorRole.FIRST_PHYSICIAN), []),
        (completed(), replace(PLANNED, held_by=None), []),
        (completed(REQUESTED), GRANTED, []),
        (completed(), GRANTED, ["transfer-not-requested"]),
        (completed(REQUESTED), REFUSED, []),
        (completed(REQUESTED), replace(REFUSED, reasons=None), ["transfer-unanswered"]),
        (completed(REQUESTED), replace(REFUSED, reasons=" "), ["transfer-unanswered"]),
        (completed(REQUESTED, GRANTED, COLLEAGUE), HANDOVER, []),
        (completed(REQUESTED, GRANTED), HANDOVER, ["handover-consent-absent"]),
        (completed(REQUESTED, REFUSED, COLLEAGUE), HANDOVER, ["transfer-not-granted"]),
        (
            completed(REQUESTED, GRANTED, COLLEAGUE),
            replace(HANDOVER, by=replace(FIRST_PHYSICIAN, organisation="elders")),
            [],
        ),
        (a_case(request=a_request()), AGREED, ["outside-contract-unaware"]),
        (a_case(AWARE), AGREED, []),
    ],
)
def test_a_step_is_judged_by_its_rules_before_it_joins_the_case(case, step, codes):
    assert [refusal.code for refusal in may_record(POLICY, case, step).refusals] == codes


@pytest.mark.parametrize("step", [weighed(by=ASSISTANT), PLANNED])
def test_r42_a_practice_assistant_holds_the_consultation_where_the_policy_has_it_so(step):
    assert may_record(WITH_ASSISTANT, completed(), step).is_permitted
