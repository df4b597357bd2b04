"""Rules on the report and on what follows: R39 to R43, R47, R48."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.messages import Document, DocumentRole, ReportRelease, StopCode
from gateway.domain.party import Party, Role
from gateway.domain.policy import Policy, TransferRule
from gateway.domain.rules import aftercare, report
from gateway.domain.rules.decisions import may_record
from gateway.domain.rules.exchange import Situation, may_receive
from gateway.domain.rules.neutrality import DOUBTFUL_WORDS, OPINION_WORDS, doubtful_words_in
from gateway.domain.rules.refusal import PERMIT, CaseStatus, refuse
from gateway.domain.rules.verdict import assess
from tests.support.cases import (
    DRAFT,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    OUTCOME,
    POLICY,
    POOL,
    REFERRAL_ID,
    RELEASED,
    STARTED,
    WITHHELD,
    at,
    consent,
    decided,
    of_referral,
    ready,
    referred,
)


def _with(*steps):
    case = ready(referred(), STARTED, *steps)
    return case, case.referral(REFERRAL_ID)


def test_r39_the_draft_is_discussed_first():
    assert report.draft_discussed(_with(DRAFT)[1]) is PERMIT
    assert report.draft_discussed(_with()[1]) == refuse("draft-not-discussed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"choice": Choice.REFUSED}, "outcome-consent-refused"),
        ({"withdrawn_at": at(23, 14)}, "outcome-consent-withdrawn"),
        ({"expires_at": at(23, 14)}, "outcome-consent-expired"),
        ({"recipient": "werkgever"}, "outcome-consent-other-recipient"),
        ({"decided_at": at(23, 11)}, "outcome-consent-before-draft"),
        ({"decided_at": at(23, 12)}, "outcome-consent-before-draft"),
        ({"decided_at": at(25)}, "outcome-consent-absent"),
    ],
)
def test_r40_the_report_goes_only_with_consent_given_after_the_draft(changes, code):
    case, referral = _with(DRAFT, decided(OUTCOME))
    assert report.outcome_consent(case, referral, OHS, at(24)) is PERMIT
    case, referral = _with(DRAFT, decided(replace(OUTCOME, **changes)))
    assert report.outcome_consent(case, referral, OHS, at(24)) == refuse(code)
    assert not report.may_return_report(case, referral, OHS, at(24)).is_permitted


def test_r25_r40_an_objection_that_another_pool_told_does_not_hold_this_report():
    told = replace(OUTCOME, consent_id="no", choice=Choice.REFUSED, decided_at=at(23, 13, 30))
    for recorder, ruling in ((OTHER_POOL, PERMIT), (POOL, refuse("outcome-consent-refused"))):
        there = ready(referred(partner=POOL), STARTED, DRAFT, decided(OUTCOME, replace(told, recorder=recorder)))
        assert report.outcome_consent(there, there.referral(REFERRAL_ID), OHS, at(24)) == ruling


@pytest.mark.parametrize(
    ("decided_at", "refused"),
    [(at(23, 11), ["outcome-consent-before-draft"]), (at(23, 12), ["outcome-consent-before-draft"]), (at(23, 13), [])],
    ids=["before the draft", "at its very moment", "after it"],
)
def test_r40_a_report_that_comes_in_rests_on_a_consent_given_after_the_draft(decided_at, refused):
    told = of_referral(s.MilestoneReached, at(23, 12), milestone=s.Milestone.DRAFT_WITH_EMPLOYEE)
    case = ready(referred(partner=POOL), STARTED, told)
    ours, theirs = Party(OHS, Role.OHS, "Lindehof"), Party(POOL, Role.POOL, "Mulkens")
    situation = Situation(case, case.referral(REFERRAL_ID), POLICY, ours, theirs, at(24), is_received=True)
    document = Document("d", DocumentRole.REPORT, "Tekst.", at(23, 12))
    content = ReportRelease(document, at(23, 12), (replace(OUTCOME, decided_at=decided_at),))
    assert [refusal.code for refusal in may_receive(situation, content).refusals] == refused


def test_r40_silence_is_no_consent():
    case, referral = _with(DRAFT)
    assert report.outcome_consent(case, referral, OHS, at(24)) == refuse("outcome-consent-absent")


def test_r40_a_blanket_consent_can_be_repeated_after_the_draft():
    blanket = consent(Purpose.OUTCOME_TO_FIRST, OHS, at(14), consent_id="blanket")
    case, referral = _with(DRAFT, decided(blanket, OUTCOME))
    assert report.may_return_report(case, referral, OHS, at(24)).is_permitted


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (of_referral(s.ReferralWithdrawn, at(24)), "withdrawn"),
        (of_referral(s.ReferralStopped, at(24), reason=StopCode.NO_SHOW), "no-referral"),
    ],
)
def test_r41_after_a_withdrawal_or_a_stop_nothing_can_be_sent(end, code):
    case, referral = _with(DRAFT, decided(OUTCOME), end)
    assert report.still_open(referral) == refuse(code)
    assert report.may_return_report(case, referral, OHS, at(25)).refusals == (refuse(code),)


def test_r27_withheld_is_not_for_ever():
    late = replace(OUTCOME, consent_id="late", decided_at=at(28))
    case, referral = _with(DRAFT, WITHHELD)
    assert report.may_return_report(case, referral, OHS, at(29)).refusals == (refuse("outcome-consent-absent"),)
    case, referral = _with(DRAFT, WITHHELD, decided(late))
    assert report.may_return_report(case, referral, OHS, at(29)).is_permitted
    verdict = assess(case, POLICY)
    assert (verdict.status, verdict.may_return_report) == (CaseStatus.COMPLETED_WITHOUT_REPORT, True)
    case, referral = _with(DRAFT, WITHHELD, decided(late), of_referral(s.ReportReleased, at(29)))
    assert assess(case, POLICY).status is CaseStatus.COMPLETED
    case, referral = _with(WITHHELD, decided(late))
    assert report.may_return_report(case, referral, OHS, at(29)).refusals[0] == refuse("draft-not-discussed")


def test_r40_without_a_referral_there_is_no_report():
    assert report.may_return_report(ready(), None, OHS, at(24)).refusals == (refuse("no-referral"),)


@pytest.mark.parametrize("adoption", s.Adoption)
@pytest.mark.parametrize("reasons", [None, "", "  ", "Omdat."])
def test_r43_partly_and_not_need_reasons(adoption, reasons):
    needs = adoption in {s.Adoption.PARTLY, s.Adoption.NOT}
    expected = refuse("adoption-without-reasons") if needs and reasons != "Omdat." else PERMIT
    assert aftercare.adoption_reasoned(adoption, reasons) == expected


@pytest.mark.parametrize("adoption", s.Adoption)
def test_r43_without_a_report_the_advice_is_not_assessed(adoption):
    is_open = adoption is s.Adoption.NOT_ASSESSED
    expected = PERMIT if is_open else refuse("advice-not-received")
    assert aftercare.advice_at_hand(_with(DRAFT, WITHHELD)[0], adoption) == expected
    with_report = refuse("advice-received") if is_open else PERMIT
    assert aftercare.advice_at_hand(_with(DRAFT, decided(OUTCOME), RELEASED)[0], adoption) == with_report


def test_r42_a_practice_assistant_holds_the_follow_up_only_by_policy():
    with_assistant = Policy("x", follow_up_by=("bedrijfsarts", "praktijkondersteuner"))
    assert aftercare.follow_up_in_policy(POLICY, s.ActorRole.FIRST_PHYSICIAN) is PERMIT
    assert aftercare.follow_up_in_policy(with_assistant, s.ActorRole.PRACTICE_ASSISTANT) is PERMIT
    ruling = aftercare.follow_up_in_policy(POLICY, s.ActorRole.PRACTICE_ASSISTANT)
    assert ruling == refuse("follow-up-not-in-policy")


@pytest.mark.parametrize(
    ("rule", "is_granted", "reasons", "expected"),
    [
        (TransferRule.ALWAYS, True, None, PERMIT),
        (TransferRule.ALWAYS, False, "Omdat.", refuse("transfer-must-be-granted")),
        (TransferRule.CONSIDER, True, None, PERMIT),
        (TransferRule.CONSIDER, False, "Omdat.", PERMIT),
        (TransferRule.CONSIDER, False, " ", refuse("transfer-unanswered")),
        (TransferRule.CONSIDER, False, None, refuse("transfer-unanswered")),
    ],
)
def test_r47_a_transfer_is_granted_or_considered_with_reasons(rule, is_granted, reasons, expected):
    policy = Policy("x", transfer_on_request=rule)
    assert aftercare.transfer_answered(policy, is_granted=is_granted, reasons=reasons) == expected


def test_r47_r48_a_transfer_is_never_automatic_and_a_handover_follows_one():
    asked = s.TransferRequested(at=at(25), by=EMPLOYEE)
    answers = [s.TransferDecided(at=at(26), by=FIRST_PHYSICIAN, is_granted=granted) for granted in (False, True)]
    assert aftercare.transfer_requested(ready()) == refuse("transfer-not-requested")
    assert aftercare.transfer_requested(ready(asked)) is PERMIT
    assert aftercare.transfer_granted(ready(asked)) == refuse("transfer-not-granted")
    assert aftercare.transfer_granted(ready(asked, answers[0])) == refuse("transfer-not-granted")
    assert aftercare.transfer_granted(ready(asked, answers[1])) is PERMIT


@pytest.mark.parametrize("colleague", ["dr. J.M. Terpstra-Oud", "Terpstra", "mw. Terpstra-Oud", "99990001101", "oud"])
def test_r47_nobody_is_transferred_to_the_same_physician(colleague: str):
    assert aftercare.transfer_to_another(ready(), colleague) == refuse("transfer-to-same-physician")
    asked = ready(s.TransferRequested(at=at(25), by=EMPLOYEE))
    grant = s.TransferDecided(at=at(26), by=FIRST_PHYSICIAN, is_granted=True, colleague=colleague)
    codes = [refusal.code for refusal in may_record(POLICY, asked, grant).refusals]
    assert codes == ["transfer-to-same-physician"]
    made = s.HandoverMade(at=at(27), by=FIRST_PHYSICIAN, colleague=colleague, parts=("limitations",))
    assert "transfer-to-same-physician" in [refusal.code for refusal in may_record(POLICY, asked, made).refusals]


@pytest.mark.parametrize("colleague", ["dr. A. Bakker", "K. Terpstra", None])
def test_r47_a_colleague_or_a_namesake_takes_over(colleague):
    assert aftercare.transfer_to_another(ready(), colleague) is PERMIT


def test_r48_a_handover_is_neutral_and_with_consent():
    dossier = consent(Purpose.DOSSIER_TO_COLLEAGUE, OHS, at(25))
    parts = tuple(aftercare.HANDOVER_PARTS)
    assert aftercare.may_hand_over(ready(decided(dossier)), OHS, parts, at(26), text=None).is_permitted
    opinion = aftercare.may_hand_over(ready(decided(dossier)), OHS, (*parts, "opinion"), at(26), text=None)
    assert opinion.refusals == (refuse("handover-not-neutral"),)
    assert aftercare.may_hand_over(ready(), OHS, parts, at(26), text=None).refusals == (
        refuse("handover-consent-absent"),
    )


def _handing_over(text):
    dossier = consent(Purpose.DOSSIER_TO_COLLEAGUE, OHS, at(25))
    return aftercare.may_hand_over(ready(decided(dossier)), OHS, ("limitations",), at(26), text=text)


@pytest.mark.parametrize("words", OPINION_WORDS)
@pytest.mark.parametrize("around", ["{}", "Mevrouw zegt het: {}.", "({})", "_{}_", "« {} »"])
def test_r48_a_handover_with_words_of_opinion_is_refused_and_the_words_are_named(words, around):
    (refusal,) = _handing_over(around.format(words)).refusals
    assert refusal.code == "handover-opinion"
    assert words in refusal.message
    assert refusal.remedy == refuse("handover-opinion").remedy


@pytest.mark.parametrize(
    "text",
    [
        "IK VIND dat",
        "ik\u00a0vind dat",
        "ik  \r\n\tvind dat",
        "i\u00adk v\u200bi\u2060nd dat",
        "ik\u2003vind dat",
        "\uff49\uff4b \uff56\uff49\uff4e\uff44 dat",
    ],
)
def test_r48_no_way_of_writing_hides_a_word_of_opinion(text):
    (refusal,) = _handing_over(text).refusals
    assert refusal.message == "The text of the handover has words of opinion: ik vind."


def test_r48_a_refusal_says_nothing_of_the_text():
    (refusal,) = _handing_over("Mevrouw Kolk-van Dam OVERDRIJFT, mijns  inziens.").refusals
    assert refusal.message == "The text of the handover has words of opinion: mijns inziens, overdrijft."


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Beperkingen op 8 september: tillen tot 5 kg, staan tot 20 minuten.",
        "Het spreekuur vindt plaats op 3 november; volgens het verslag is de rug belastbaar.",
        "Luik, Luisteren en evaluatie: onwillekeurige bewegingen, dwarslaesie, belastigheid.",
        "Afspraken: vier uur per dag, opbouw na twee weken.",
    ],
)
def test_r48_facts_are_handed_over(text):
    assert _handing_over(text).is_permitted


def test_r48_the_table_is_one_that_a_text_can_meet():
    assert len(OPINION_WORDS) >= 25
    for words in (*OPINION_WORDS, *DOUBTFUL_WORDS):
        assert words == " ".join(words.casefold().split())
    assert not set(OPINION_WORDS) & set(DOUBTFUL_WORDS)
    assert doubtful_words_in("Helaas is mevrouw terecht gekomen bij de huisarts.") == ("helaas", "terecht")


def test_r48_an_imported_handover_with_an_opinion_is_a_defect_of_the_case():
    """What the live command refuses, an import does not slip past."""
    steps = [
        decided(consent(Purpose.DOSSIER_TO_COLLEAGUE, OHS, at(25))),
        s.HandoverMade(at=at(28), by=FIRST_PHYSICIAN, text="Volgens mij kan hij meer."),
    ]
    found = [refusal for refusal in assess(ready(*steps), POLICY).refusals if refusal.code == "handover-opinion"]
    assert [refusal.message for refusal in found] == ["The text of the handover has words of opinion: volgens mij."]


def test_r48_whoever_records_a_handover_is_judged_by_its_text():
    granted = s.TransferDecided(at=at(26), by=FIRST_PHYSICIAN, is_granted=True)
    case = ready(decided(consent(Purpose.DOSSIER_TO_COLLEAGUE, OHS, at(25))), granted)
    step = s.HandoverMade(at=at(28), by=FIRST_PHYSICIAN, parts=("limitations",), text="Staan: een half uur.")
    assert may_record(POLICY, case, step).is_permitted
    found = may_record(POLICY, case, replace(step, text="Zij stelt zich aan.")).refusals
    assert [refusal.code for refusal in found] == ["handover-opinion"]


def test_r42_who_is_to_hold_the_consultation_is_judged_when_it_is_planned():
    step = s.FollowUpPlanned(at=at(25), by=EMPLOYEE, for_at=at(28))
    assert may_record(POLICY, ready(), step).is_permitted
    assert may_record(POLICY, ready(), replace(step, held_by=s.ActorRole.FIRST_PHYSICIAN)).is_permitted
    refused = may_record(POLICY, ready(), replace(step, held_by=s.ActorRole.PRACTICE_ASSISTANT)).refusals
    assert refused == (refuse("follow-up-not-in-policy"),)
