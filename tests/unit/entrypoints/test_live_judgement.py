"""What a person records here is judged like an export that says the same: moments, recipients, what took place."""

import json

import pytest

from tests.unit.entrypoints.conftest import SAMPLES, Door
from tests.unit.entrypoints.test_cli_aftercare import refused

CASE = "SO-2026-0001"
GIVE = ("consent", "give", CASE, "CONTACT-TO-SO", "--recipient", "praktijk-mulkens")
TO = ("consent", "give", CASE, "CONTACT-TO-SO", "--recipient")


@pytest.fixture
def asked(door: Door) -> Door:
    door.submit(CASE)
    return door


def consents(door: Door) -> list[str]:
    return [consent["recipient"] for consent in door.data("consent", "list", CASE)]


@pytest.mark.parametrize(
    ("code", "moments"),
    [
        ("decided-before-birth", ("--decided-at", "1970-01-01T10:00")),
        ("decided-before-birth", ("--decided-at", "1979-03-14T10:00")),
        ("decided-before-birth", ("--decided-at", "1900-01-01T10:00+01:00")),
        ("expired-before-decided", ("--decided-at", "2026-09-14T10:00", "--expires-at", "2026-09-14T09:59")),
        ("expired-before-decided", ("--expires-at", "2026-09-14T10:00")),
        ("expired-before-decided", ("--expires-at", "1901-01-01T10:00")),
        ("dated-in-future", ("--decided-at", "2999-01-01T10:00")),
    ],
)
def test_a_consent_is_decided_after_birth_and_before_its_end(asked: Door, code, moments):
    refused(asked, code, *GIVE, *moments)
    assert consents(asked) == []


@pytest.mark.parametrize(
    "moment", ["2026-03-29T02:30", "2026-03-29T02:00", "2025-03-30T02:59:59", "2025-10-26T02:30", "2025-10-26T02:00"]
)
def test_a_dutch_time_that_does_not_exist_or_comes_twice_needs_its_offset(asked: Door, moment):
    for command in ((*GIVE, "--decided-at"), ("follow-up", "plan", CASE, "--for")):
        said = asked(*command, moment, status=2)
        assert "add the offset" in " ".join(said.err.split())
    assert consents(asked) == []
    asked("consent", "refuse", *GIVE[2:], "--decided-at", f"{moment}+01:00")


@pytest.mark.parametrize("nobody", ["*", "iedereen", "Everybody", "Praktijk Onbekend", "praktijk-elders", "mulkens"])
def test_a_consent_to_nobody_that_is_known_is_refused(asked: Door, nobody):
    refused(asked, "recipient-unknown", *TO, nobody)
    assert consents(asked) == []


@pytest.mark.parametrize("purpose", ["TREATING-INFO", "EMPLOYER-AWARE"])
def test_a_consent_to_everybody_is_refused_for_every_purpose(asked: Door, purpose):
    refused(asked, "recipient-unknown", "consent", "give", CASE, purpose, "--recipient", "Iedereen ")


@pytest.mark.parametrize("spelt", ["PRAKTIJK-MULKENS", " praktijk-mulkens\u200b", "dr. S. (Saskia) Mulkens"])
def test_a_recipient_is_named_by_its_id_however_it_is_spelt(asked: Door, spelt):
    asked(*TO, spelt)
    assert consents(asked) == ["praktijk-mulkens"]


def test_the_name_of_a_partner_is_its_id(lindehof: Door):
    lindehof("case", "submit", str(SAMPLES / "new-case.jsonl"), "--no-refer")
    said = lindehof.data(*TO, "Praktijk Mulkens", "--actor", "M. de Planner")
    assert said["recipient"] == "praktijk-mulkens"


@pytest.mark.parametrize("nobody", ["*", "iedereen", "Praktijk Onbekend"])
def test_an_objection_to_nobody_that_is_known_is_to_everybody(asked: Door, nobody):
    asked("consent", "refuse", CASE, "CONTACT-TO-SO", "--recipient", nobody)
    assert consents(asked) == ["*"]


@pytest.mark.parametrize(
    "moment", ["2999-01-01T10:00", "1970-01-01T10:00", "1979-03-14T10:00", "1900-01-01T10:00+01:00"]
)
def test_r25_a_refusal_whose_date_cannot_be_counts_from_now_and_the_referral_stays_home(asked: Door, moment):
    asked("case", "accept", CASE)
    asked(*GIVE)
    said = asked("consent", "refuse", *GIVE[2:], "--decided-at", moment)
    assert "it counts from now" in said.err
    assert [row["choice"] for row in asked.data("consent", "list", CASE)] == ["given", "refused"]
    given, no = (row["decided_at"] for row in asked.data("consent", "list", CASE))
    assert given < no
    assert "contact-consent-refused" in asked("case", "refer", CASE, status=3).err


def test_r25_a_refusal_that_names_nobody_is_to_everybody(asked: Door):
    for nobody in ((), ("--recipient", ""), ("--recipient", "Praktijk Onbekend")):
        said = asked("consent", "refuse", CASE, "MEDICAL-TO-SO", *nobody)
        assert "it counts for everybody" in said.err
    assert consents(asked) == ["*"] * 3
    assert "counts" not in asked("consent", "refuse", CASE, "MEDICAL-TO-SO", "--recipient", "praktijk-mulkens").err


CHOOSE = ("case", "choose", CASE)


@pytest.mark.parametrize(
    ("code", "choice"),
    [
        ("recipient-unknown", ("Praktijk Onbekend",)),
        ("recipient-unknown", ("iedereen",)),
        ("recipient-unknown", ("praktijk-elders",)),
        ("chosen-option-unknown", ("praktijk-mulkens", "--option", "opt-99")),
        ("choice-contradicts", ("praktijk-mulkens", "--option", "opt-2")),
    ],
)
def test_r08_a_choice_that_names_nobody_or_two_is_refused_with_the_reason(asked: Door, code, choice):
    refused(asked, code, *CHOOSE, *choice)
    assert "recipient-chosen" not in [line["code"] for line in asked.data("case", "log", CASE)]
    asked(*CHOOSE, "Praktijk-Mulkens", "--option", "opt-1")


def test_a_right_is_not_asked_before_birth(asked: Door):
    refused(asked, "decided-before-birth", "rights", "request", CASE, "access", "--asked-at", "1970-01-01T10:00")


AFTERWARDS = {
    "plan": ("follow-up", "plan", CASE, "--for", "2026-11-03T10:00"),
    "weigh": ("follow-up", "weigh", CASE, "not-assessed"),
    "guidance": ("follow-up", "guidance", CASE, "--continues"),
}
COMPLETED = ("follow-up", "completed", CASE, "--told-by", "employee")


@pytest.mark.parametrize("arguments", [*AFTERWARDS.values(), COMPLETED], ids=[*AFTERWARDS, "completed"])
def test_what_follows_an_opinion_needs_one(asked: Door, arguments):
    refused(asked, "opinion-not-held", *arguments)
    asked("case", "accept", CASE)
    refused(asked, "opinion-not-held", *arguments)
    asked.finish()
    asked(*arguments)


@pytest.mark.parametrize("arguments", AFTERWARDS.values(), ids=AFTERWARDS.keys())
def test_a_request_that_was_taken_back_is_followed_by_nothing(asked: Door, arguments):
    asked("case", "accept", CASE)
    asked.finish()
    asked("case", "withdraw", CASE)
    refused(asked, "opinion-not-held", *arguments)


@pytest.mark.parametrize(
    ("code", "moment"),
    [
        ("planned-before-case", "2020-01-01T10:00"),
        ("follow-up-before-opinion", "2026-09-14T10:00"),
        ("follow-up-before-opinion", "2026-10-19T23:59"),
        ("planned-out-of-reach", "2062-11-03T10:00"),
    ],
)
def test_a_consultation_is_not_held_before_the_opinion_it_is_about_nor_years_later(asked: Door, code, moment):
    asked("case", "accept", CASE)
    asked.finish()
    refused(asked, code, "follow-up", "plan", CASE, "--for", moment)
    asked("follow-up", "plan", CASE, "--for", "2026-10-20T09:00")


def test_no_export_gives_a_consent_to_everybody_by_a_word_for_it(lindehof: Door, tmp_path):
    [line] = (SAMPLES / "new-case.jsonl").read_text(encoding="utf-8").splitlines()
    record, file = json.loads(line), tmp_path / "case.jsonl"
    record["toestemmingen"][0]["ontvanger"] = "iedereen"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    said = lindehof("case", "submit", str(file), "--output", "json", status=3)
    assert "recipient-unknown" in json.loads(said.out)[0]["waits_for"]


def test_r27_what_was_withdrawn_already_is_said_since_when_and_told_once(asked: Door):
    asked(*GIVE)
    [consent] = asked.data("consent", "list", CASE)
    assert asked("consent", "withdraw", CASE, consent["consent"]).err == "Withdrawn.\n"
    [withdrawn] = asked.data("consent", "list", CASE)
    log = [line["code"] for line in asked.data("case", "log", CASE)]
    again = asked("consent", "withdraw", CASE, consent["consent"]).err
    assert again.startswith("It was withdrawn already, since 20")
    assert again.endswith("; nothing changed.\n")
    assert asked.data("consent", "list", CASE) == [withdrawn]
    assert [line["code"] for line in asked.data("case", "log", CASE)].count("consent-withdrawn") == log.count(
        "consent-withdrawn"
    )
