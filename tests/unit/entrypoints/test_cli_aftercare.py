"""A live arbodienst records by command line what an export would bring: triage, reassessment, aftercare, complaints."""

from datetime import UTC, datetime

import pytest

from tests.unit.entrypoints.conftest import Door

NEXT_YEAR = datetime.now(UTC).year + 1
CASE = "SO-2026-0001"
OLD = "SO-2026-0004"
"""Asked on the fifteenth day, where the policy has fourteen."""


def codes(door: Door, case: str = CASE) -> list[str]:
    """What is in the employee's log, in order; that the back office stated the case is said beside it."""
    return [line["code"] for line in door.data("case", "log", case) if line["code"] != "case-stated"]


def refused(door: Door, code: str, *arguments: str) -> None:
    """A rule stands in the way, says so by its code, and the attempt is in the log."""
    said = door(*arguments, status=3)
    assert said.err.startswith(f"error[{code}]: ")
    assert said.out == ""
    assert "action-refused" in codes(door)


@pytest.fixture
def asked(door: Door) -> Door:
    """A request that waits for the first physician."""
    door.submit(CASE)
    return door


def test_r18_unspecified_only_after_the_employee_was_asked_to_explain(asked: Door):
    reasons = asked.text("De vraag is ondanks navraag niet toegelicht.")
    decline = ("case", "decline", CASE, "--reason", "unspecified-after-clarification", "--reasons", reasons)
    refused(asked, "refusal-without-clarification", *decline, "--written-on", "today")
    asked("case", "ask-clarification", CASE, "--reply-by", f"{NEXT_YEAR}-01-31")
    listed = asked.data("case", "list")[0]
    assert (listed["waits_for"], listed["whom"], listed["due"]) == ("decision", "first-physician", None)
    assert "not-accepted" in listed["stands_in_the_way"]
    asked(*decline, "--written-on", "today")
    listed = asked.data("case", "list")[0]
    assert (listed["waits_for"], listed["stands_in_the_way"]) == (None, [])
    assert "clarification-asked" in codes(asked)
    assert "De vraag is ondanks navraag niet toegelicht." in asked("case", "letter", CASE, "decline").out


def test_r18_a_day_that_has_passed_is_no_time_to_answer(asked: Door):
    refused(asked, "clarification-without-reply-period", "case", "ask-clarification", CASE, "--reply-by", "2026-01-01")


def test_r11_a_request_is_found_inadmissible_on_its_own_grounds_and_the_employee_hears_why(asked: Door):
    reasons = asked.text("De keuring had een eigen procedure.")
    find = ("case", "find-inadmissible", CASE, "--reasons", reasons, "--reason")
    refused(asked, "inadmissible-ground-unknown", *find, "improper-use")
    asked(*find, "pre-employment-exam")
    assert asked.data("case", "list")[0]["status"] == "inadmissible"
    letter = asked("case", "letter", CASE, "inadmissible")
    assert "De keuring had een eigen procedure." in letter.out
    refused(asked, "request-decided", *find, "pre-employment-exam")


def test_r20_an_alternative_never_blocks(asked: Door):
    asked("case", "record", CASE, "decision-aid-discussed")
    asked("case", "offer-alternative", CASE, "mediation", "--insists")
    asked("case", "settle-question", CASE, asked.text("Is vier uur per dag verantwoord?"))
    asked("case", "accept", CASE)
    assert asked.data("case", "show", CASE)["question"] is None
    shown = asked.data("case", "show", CASE, "--role", "first-physician")
    assert (shown["triage"], shown["question"]) == ("accepted", "Is vier uur per dag verantwoord?")
    assert codes(asked)[:5] == [
        "request-submitted",
        "decision-aid-discussed",
        "alternative-offered",
        "question-settled",
        "request-accepted",
    ]


def test_r09_nobody_at_the_employer_agrees_to_what_they_may_not_know(asked: Door):
    refused(asked, "outside-contract-unaware", "case", "record", CASE, "employer-agreed", "--payer", "employer")
    asked("consent", "give", CASE, "EMPLOYER-AWARE", "--recipient", "werkgever")
    asked("case", "record", CASE, "employer-agreed", "--payer", "employer")
    assert "employer-agreement-recorded" in codes(asked)


def test_r13_an_old_advice_is_given_anew_and_never_refused(door: Door, monkeypatch):
    monkeypatch.setenv("SOGW_ACTOR", "R. el Amrani")
    door.submit(OLD)
    assert door.data("case", "list")[0]["status"] == "awaiting-reassessment"
    passed = door("case", "plan-reassessment", OLD, "--for", "2026-10-20T09:30", status=3)
    assert passed.err.startswith("error[planned-in-past]: ")
    assert "[R13]" in passed.err
    door("case", "plan-reassessment", OLD, "--for", f"{NEXT_YEAR}-10-20T09:30")
    assert f"20 oktober {NEXT_YEAR}" in door("case", "letter", OLD, "reassessment").out
    too_soon = door("case", "maintain", OLD, status=3)
    assert too_soon.err.startswith("error[advice-not-renewed]: ")
    door("case", "renew-advice", OLD, "--feedback", door.text("Zes uur per dag aangepast werk."))
    door("case", "maintain", OLD)
    door("case", "accept", OLD)
    assert door.data("case", "list")[0]["status"] != "awaiting-reassessment"


def test_r21_an_upheld_complaint_reopens_what_was_declined_for_a_physicians_own_act(asked: Door):
    reasons = asked.text("Het doel is uitstel.")
    refused(asked, "complaint-without-decision", "complaint", "file", CASE, "refusal")
    asked("case", "decline", CASE, "--reason", "improper-use", "--reasons", reasons, "--written-on", "today")
    refused(asked, "complaint-unknown", "complaint", "decide", CASE, "refusal", "--upheld")
    refused(asked, "role-not-permitted", "complaint", "file", CASE, "refusal", "--role", "employer")
    written = asked("case", "letter", CASE, "decline").out
    assert "klachtenprocedure" in written
    asked("complaint", "file", CASE, "refusal")
    judge = ("complaint", "decide", CASE, "refusal", "--upheld", "--outcome", asked.text("De klacht is gegrond."))
    refused(asked, "role-not-permitted", *judge, "--role", "first-physician")
    refused(asked, "complaint-judged-by-involved", *judge, "--actor", "mw. J. Terpstra")
    asked(
        "case",
        "ask-clarification",
        CASE,
        "--reply-by",
        "2026-12-24",
        "--role",
        "back-office",
        "--actor",
        "mw. I. Balie",
    )
    refused(asked, "complaint-judged-by-involved", *judge, "--actor", "I. Balie")
    said = asked(*judge, "--actor", "mr. P. Kist").err
    assert f"open again, and waits for the physician: sogw case accept {CASE}" in said
    assert asked.data("case", "show", CASE)["triage"] == "received"
    listed = asked.data("case", "list")[0]
    assert (listed["status"], listed["waits_for"], listed["whom"]) == ("received", "decision", "first-physician")
    assert "mr. P. Kist" in asked("case", "log", CASE).out
    refused(asked, "not-of-the-case", "case", "accept", CASE, "--actor", "drs. A. Collega")
    judge_accepts = ("--actor", "P. Kist", "--on-behalf-of", "dr. J.M. Terpstra-Oud")
    refused(asked, "not-of-the-case", "case", "accept", CASE, *judge_accepts)
    asked("case", "accept", CASE, "--actor", "drs. A. Collega", "--on-behalf-of", "dr. J.M. Terpstra-Oud")
    assert asked.data("case", "show", CASE)["triage"] == "accepted"
    assert "request-declined" in codes(asked)
    assert asked("case", "letter", CASE, "decline").out == written


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        (("case", "withdraw", CASE), "has withdrawn the request, so that it stays closed."),
        (("case", "renew-advice", CASE), f"the employee's word on the new advice: sogw case maintain {CASE}"),
        (("complaint", "decide", CASE, "refusal", "--upheld", "--actor", "mr. P. Kist"), "complaint-unknown"),
    ],
)
def test_r21_of_an_upheld_complaint_it_is_told_where_the_request_stands(asked: Door, meanwhile, told):
    reasons = asked.text("Het doel is uitstel.")
    asked("case", "decline", CASE, "--reason", "improper-use", "--reasons", reasons, "--written-on", "today")
    asked("complaint", "file", CASE, "refusal")
    asked(*meanwhile)
    is_judged = "complaint-unknown" in told
    said = asked("complaint", "decide", CASE, "refusal", "--upheld", "--actor", "mr. P. Kist", status=3 * is_judged)
    assert told in said.err
    assert ("open again" in said.err) is ("renew-advice" in meanwhile)


def test_r42_of_two_invitations_the_letter_is_of_the_last_one_or_of_the_one_that_is_asked_for(asked: Door):
    asked("case", "accept", CASE)
    asked.finish()
    for moment in ("2026-11-03T10:00", "2026-11-05T10:00"):
        said = asked("follow-up", "plan", CASE, "--for", moment)
        assert f"sogw case letter {CASE} follow-up" in said.err
    letter = ("case", "letter", CASE, "follow-up")
    assert "5 november 2026" in asked(*letter).out
    numbers = [line["sequence"] for line in asked.data("case", "log", CASE) if line["code"] == "follow-up-planned"]
    assert "3 november 2026" in asked(*letter, "--step", str(numbers[0])).out
    assert "5 november 2026" in asked(*letter, "--step", str(numbers[1])).out
    wrong = asked(*letter, "--step", str(numbers[0] - 1), status=3)
    assert wrong.err.startswith("error[letter-without-ground]: ")


def test_r41_r42_r43_r46_what_follows_an_opinion_of_which_no_report_came(asked: Door):
    asked("case", "accept", CASE)
    asked.finish()
    employer = asked("follow-up", "completed", CASE, "--told-by", "employer")
    assert "Answer nothing" in employer.err
    asked("follow-up", "completed", CASE, "--told-by", "employee")
    asked("follow-up", "plan", CASE, "--for", f"{NEXT_YEAR}-11-03T10:00", "--actor", "M. de Planner")
    invitation = asked("case", "letter", CASE, "follow-up")
    assert f"3 november {NEXT_YEAR} om 10:00 uur" in invitation.out
    assert "Terpstra" in invitation.out
    assert "opinion" not in invitation.err
    weigh = ("follow-up", "weigh", CASE)
    refused(asked, "advice-not-received", *weigh, "wholly")
    asked(*weigh, "not-assessed", "--reasons", asked.text("U houdt het verslag voor uzelf; dat mag."))
    assert "U houdt het verslag voor uzelf; dat mag." in asked("case", "letter", CASE, "adoption").out
    asked("follow-up", "guidance", CASE, "--continues")
    words = " ".join(asked("case", "log", CASE).out.split())
    assert "nog niet bevestigd. De melder heeft geen antwoord gekregen." in words
    assert f"3 november {NEXT_YEAR}" in words
    assert "M. de Planner" in words
    assert "uw eerste bedrijfsarts u blijft begeleiden" in words


def test_r42_a_practice_assistant_weighs_only_where_the_policy_has_it_so(asked: Door):
    asked("case", "accept", CASE)
    asked.finish()
    assistant = ("--role", "practice-assistant", "--actor", "P. Ondersteuner")
    refused(asked, "not-of-the-case", "follow-up", "weigh", CASE, "not-assessed", *assistant)
    assistant += ("--on-behalf-of", "dr. J.M. Terpstra-Oud")
    asked("follow-up", "weigh", CASE, "not-assessed", *assistant)
    strict = asked.home / "sogw.toml"
    strict.write_text(strict.read_text().replace("beleid-vaste-groep", "beleid-stappenplan"))
    refused(asked, "follow-up-not-in-policy", "follow-up", "weigh", CASE, "not-assessed", *assistant)
    plan = ("follow-up", "plan", CASE, "--for", "2026-11-03T10:00", "--with", "Noor de Haan", "--held-by")
    refused(asked, "follow-up-not-in-policy", *plan, "practice-assistant")
    asked(*plan, "first-physician")
    assert "Noor de Haan, bedrijfsarts" in asked("case", "letter", CASE, "follow-up").out


def test_r47_r48_a_transfer_that_was_asked_is_granted_and_handed_over_neutrally(asked: Door):
    colleague = ("--colleague", "dr. A. Bakker")
    refused(asked, "transfer-not-requested", "transfer", "decide", CASE, "--grant", *colleague)
    asked("transfer", "request", CASE)
    refused(
        asked,
        "transfer-must-be-granted",
        *("transfer", "decide", CASE, "--refuse", "--reasons", asked.text("Een wissel kost tijd.")),
    )
    hand_over = ("transfer", "hand-over", CASE, *colleague)
    refused(asked, "transfer-not-granted", *hand_over, "--part", "limitations")
    asked("transfer", "decide", CASE, "--grant", *colleague)
    refused(asked, "handover-consent-absent", *hand_over, "--part", "limitations")
    asked("consent", "give", CASE, "DOSSIER-TO-COLLEAGUE", "--recipient", "arbo-lindehof")
    refused(asked, "handover-not-neutral", *hand_over, "--part", "opinion")
    opinion = asked.text("Mevrouw kan mijns inziens meer.")
    refused(asked, "handover-opinion", *hand_over, "--part", "limitations", "--text", opinion)
    assert "handover-made" not in codes(asked)
    asked(*hand_over, "--part", "limitations", "--text", asked.text("Staan: een half uur aaneen."))
    letter = asked("case", "letter", CASE, "handover")
    assert "Staan: een half uur aaneen." in letter.out
    assert "For: colleague." in letter.err


def test_r47_where_the_policy_weighs_a_refused_transfer_has_reasons_a_letter_and_a_complaint(asked: Door):
    settings = asked.home / "sogw.toml"
    settings.write_text(settings.read_text().replace("beleid-vaste-groep", "beleid-stappenplan"))
    asked("transfer", "request", CASE)
    refused(asked, "transfer-unanswered", "transfer", "decide", CASE, "--refuse")
    asked("transfer", "decide", CASE, "--refuse", "--reasons", asked.text("De begeleiding loopt bijna af."))
    assert "De begeleiding loopt bijna af." in asked("case", "letter", CASE, "transfer-refused").out
    asked("complaint", "file", CASE, "transfer")
    asked("complaint", "decide", CASE, "transfer", "--dismissed", "--actor", "mr. P. Kist")
    assert codes(asked)[-3:] == ["complaint-filed", "complaint-decided", "case-read"]


def test_r38_a_pool_records_none_of_this(door: Door, tmp_path):
    pool = Door(tmp_path / "pool", door.capsys)
    pool("init", "--party", "praktijk-mulkens", "--role", "pool", "--name", "Praktijk Mulkens")
    assert pool("transfer", "request", "unknown", status=3).err.startswith("error[case-unknown]: ")
