"""Policies: what an arbodienst chose, key by key; what is not known is refused and named, and stops no other policy."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.policy import (
    Eligibility,
    FixedGroup,
    InvoiceMode,
    PoolEligibility,
    PoolModel,
    QuestionMoment,
    TransferRule,
)
from mappings.backoffices.policies import (
    DESCRIPTIVE,
    PolicyRecord,
    json_schema,
    read_each_policy,
    read_policies,
    read_policy,
)
from tests.support.cases import SAMPLES, sample_policies

REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"
GROUP = b'{"p": {"group": [{"valid_from": "%s", "decided_by": "d", "decided_on": "%s", "members": ["%s"]}]}}'


def test_the_sample_policies():
    policies = sample_policies()
    fixed, steps, clinic, defence = (
        policies[f"beleid-{name}"] for name in ("vaste-groep", "stappenplan", "poli", "defensie")
    )
    assert (fixed.decision_age_limit_days, fixed.pool_model) == (14, PoolModel.FIXED_GROUP)
    assert fixed.transfer_on_request is TransferRule.ALWAYS
    assert fixed.follow_up_by == ("bedrijfsarts", "praktijkondersteuner")
    assert (steps.decision_age_limit_days, steps.question_moment) == (None, QuestionMoment.AT_REQUEST)
    assert steps.medical_data_before_first_contact
    assert not clinic.contested_feedback_with_referral
    assert clinic.invoice_mode is InvoiceMode.QUARTERLY
    assert (defence.invoice_mode, defence.same_organisation_allowed) == (InvoiceMode.NONE, True)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{", "policies: $: Not valid JSON"),
        (b"[]", "policies: $: The line is not a JSON object"),
        (b"\xff", "policies: $: Byte 1"),
        (b'{"p": 3}', "policies: $.p: This must be an object"),
        (b'{"p": {"decision_age_limit_days": "14"}}', "policies: $.p.decision_age_limit_days: This must be a whole"),
        (b'{"p": {"decision_age_limit_days": -1}}', "too small"),
        (b'{"p": {"on_expired_decision": "decline"}}', "policies: $.p.on_expired_decision: This must be one of"),
        (b'{"p": {"invoice_mode": "named"}}', "policies: $.p.invoice_mode"),
        (
            b'{"p": {"decision_age_limit_day": 14}}',
            "$.p.decision_age_limit_day: An unknown key. Did you mean 'decision_a",
        ),
        (b'{"p": {"something": 1}}', "policies: $.p.something: An unknown key."),
        (b'{"p": {"pool_model": null}}', "policies: $.p.pool_model"),
        (
            b'{"p": {"follow_up_by": ["bedrijfsarts", "secretariaat"]}}',
            "policies: $.p.follow_up_by[1]: This must be one",
        ),
        (b'{"p": {"group_reviewed": "monthly"}}', "policies: $.p.group_reviewed: This must be one of"),
        (b'{"p": {"eligibility": {"lpbso": ["LPBSO"]}}}', "policies: $.p.eligibility.lpbso[0]: This must be one of"),
        (b'{"p": {"eligibility": {" ": []}}}', "policies: $.p.eligibility: The name of a pool is blank"),
        (b'{"p": {"eligibility": ["OVAL"]}}', "policies: $.p.eligibility: This must be an object"),
        (b'{"p": {"refer_within_working_days": 0}}', "policies: $.p.refer_within_working_days"),
        (b'{"p": {"answer_within_working_days": "5"}}', "policies: $.p.answer_within_working_days"),
        (b'{"p": {"group": [{}]}}', "policies: $.p.group[0].valid_from: A required key is missing"),
        (b'{"p": {"group": [{"from": "2026-01-01"}]}}', "policies: $.p.group[0].from: An unknown key"),
        (
            GROUP % (b"2026-01-01", b"2026-01-02", b"x"),
            "policies: $.p.group[0].valid_from: This list is valid from before",
        ),
        (GROUP % (b"2026-13-01", b"2026-01-02", b"x"), "policies: $.p.group[0].valid_from: This date or time does not"),
        (GROUP % (b"2026-01-01", b"2026-01-01", b" "), "policies: $.p.group[0].members[0]: This text may not be"),
    ],
)
def test_r13_policies_that_cannot_be_are_refused(raw, words):
    with pytest.raises(RefusedError) as caught:
        read_policies(raw)
    assert caught.value.code == "policies-unreadable"
    assert words in str(caught.value)


def test_comments_are_passed_over_everywhere_at_the_top():
    assert b"_over" in (SAMPLES / "policies.json").read_bytes()
    assert list(read_policies(b'{"_about": "x", "p": {"_why": {"a": 1}}}')) == ["p"]


def test_what_is_new_in_a_policy():
    written = {
        "group": [
            {"valid_from": "2026-07-01", "decided_by": "directie", "decided_on": "2026-06-20", "members": ["b"]},
            {"valid_from": "2026-01-01", "decided_by": "directie", "decided_on": "2025-12-15", "members": ["a", "b/c"]},
        ],
        "eligibility": {"lpbso": ["OVAL", "ZFB"]},
        "refer_within_working_days": 2,
        "answer_within_working_days": 10,
        "complaint_contact": "klachten@lindehof.example",
    }
    policy = read_policies(json.dumps({"p": written}).encode())["p"]
    assert policy.group == (
        FixedGroup(date(2026, 1, 1), "directie", date(2025, 12, 15), ("a", "b/c")),
        FixedGroup(date(2026, 7, 1), "directie", date(2026, 6, 20), ("b",)),
    )
    assert policy.eligibility == (PoolEligibility("lpbso", (Eligibility.OVAL, Eligibility.ZFB)),)
    assert (policy.refer_within_working_days, policy.answer_within_working_days) == (2, 10)
    assert policy.complaint_contact == "klachten@lindehof.example"
    jsonschema.Draft202012Validator(json.loads(json_schema())).validate({"p": written})


def test_two_lists_of_one_day_are_refused():
    one = {"valid_from": "2026-01-01", "decided_by": "d", "decided_on": "2025-12-15", "members": ["a"]}
    with pytest.raises(RefusedError, match="valid from the same day"):
        read_policies(json.dumps({"p": {"group": [one, one]}}).encode())


def test_a_bad_policy_that_is_not_ours_stops_nobody(tmp_path):
    file = tmp_path / "policies.json"
    file.write_bytes(b'{"bad": {"decision_age_limit_day": 14}, "ours": {"decision_age_limit_days": 14}}')
    assert read_policy(file, "ours").decision_age_limit_days == 14
    with pytest.raises(RefusedError, match=r"\$\.bad\.decision_age_limit_day"):
        read_policy(file, "bad")
    with pytest.raises(OperatorError) as caught:
        read_policy(file, "other")
    assert (caught.value.code, caught.value.where) == ("policy-unknown", str(file))
    found = read_each_policy(file.read_bytes())
    assert (set(found.usable), set(found.refused)) == ({"ours"}, {"bad"})
    with pytest.raises(RefusedError):
        read_policies(file.read_bytes())


def test_the_schema_fits_the_samples_and_names_a_wrong_key():
    validator = jsonschema.Draft202012Validator(json.loads(json_schema()))
    validator.validate(json.loads((SAMPLES / "policies.json").read_bytes()))
    [error] = validator.iter_errors({"p": {"decision_age_limit_day": 14}})
    assert "decision_age_limit_day" in error.message
    assert (REFERENCE / "policies.schema.json").read_text(encoding="utf-8") == json_schema()


def test_every_key_is_described_and_says_whether_it_decides():
    page = (REFERENCE / "policies.md").read_text(encoding="utf-8")
    for key, field in PolicyRecord.model_fields.items():
        assert field.description, key
        assert f"| `{key}` |" in page
    assert {"pool_model", "registration_by_secretariat", "suitability_aid_step"} <= DESCRIPTIVE
