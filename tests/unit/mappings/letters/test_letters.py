"""Each letter against a golden file, and what no letter may do."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.policy import Policy, TransferRule
from gateway.domain.rules.triage import DECLINE_CODES, INADMISSIBLE_CODES, REDIRECT_CODES
from gateway.ports.letters import NEUTRAL_SUBJECT, Audience, LetterKind
from mappings.letters import DutchLetters, letterhead_of
from mappings.letters.grounds import GROUNDS
from mappings.letters.layout import COLUMNS, on_paper
from mappings.letters.titles import TITLES
from tests.unit.mappings.letters.samples import (
    BACK_OFFICE,
    CONTACT,
    FIRST,
    POOL,
    at,
    consent,
    folded,
    given,
    person,
    submitted,
    whole_path,
)

HOSTILE = (
    "{{ 7*7 }} {% raw %} {# weg #} {% include 'x' %} <b onclick=\"x\">&amp;</b> '; DROP TABLE x;-- =1+1\n"
    "\tLetters: ß é e\u0301 \u202eomgekeerd\u202c a\u200db zacht\u00adteken \U0001f468\u200d\U0001f469\n\n\nEinde  twee spaties "
)


def declined(**changes) -> s.RequestDeclined:
    step = s.RequestDeclined(
        at=at("2026-09-14T10:00"),
        by=FIRST,
        reason_code="repeat-same-question",
        reasons="U hebt in juni en in augustus over dezelfde vraag een second opinion gehad. Er zijn sindsdien geen "
        "nieuwe feiten.",
        written_to_employee_on=date(2026, 9, 14),
        complaints_procedure_named=True,
    )
    return replace(step, **changes)


def redirected(**changes) -> s.RequestRedirected:
    step = s.RequestRedirected(
        at=at("2026-09-14T10:00"),
        by=FIRST,
        reason_code="legal-proceedings",
        reasons="U bent een procedure over uw loon begonnen. De rechter heeft daarvoor een oordeel van UWV nodig.",
        written_to_employee_on=date(2026, 9, 14),
        complaints_procedure_named=True,
    )
    return replace(step, **changes)


def inadmissible(code: str = "not-by-employee", reasons: str | None = None) -> s.RequestFoundInadmissible:
    return s.RequestFoundInadmissible(at=at("2026-09-14T10:00"), by=FIRST, reason_code=code, reasons=reasons)


def weighed(adoption: s.Adoption, reasons: str | None) -> s.AdviceWeighed:
    return s.AdviceWeighed(at=at("2026-09-28T08:45"), by=FIRST, adoption=adoption, reasons=reasons)


def transfer_refused(reasons: str | None = "In de regio is geen collega met een tolk. Wij maken extra tijd.") -> list:
    return [
        s.TransferRequested(at=at("2026-09-24T09:50"), by=BACK_OFFICE),
        s.TransferDecided(at=at("2026-09-28T12:00"), by=FIRST, is_granted=False, reasons=reasons),
    ]


def handed_over(text: str | None, parts: tuple[str, ...] = ("limitations",)) -> s.HandoverMade:
    return s.HandoverMade(at=at("2026-09-28T09:10"), by=FIRST, colleague="R. el Amrani", parts=parts, text=text)


def every_employee_letter(letters: DutchLetters, reasons: str) -> list:
    """One of each letter to the employee, with the same free text wherever a letter has one."""
    return [
        letters.decline(folded(submitted(), declined(reasons=reasons))),
        letters.redirect(folded(submitted(), redirected(reasons=reasons))),
        letters.inadmissible(folded(submitted(), inadmissible("pre-employment-exam", reasons))),
        letters.adoption(folded(submitted(), weighed(s.Adoption.NOT, reasons))),
        letters.transfer_refused(folded(submitted(), *transfer_refused(reasons))),
    ]


def test_decline(letters, golden):
    golden("decline", letters.decline(folded(submitted(), declined())).paper)


def test_decline_says_all_that_it_must(letters):
    text = letters.decline(folded(submitted(), declined())).text
    for said in (
        declined().reasons,
        GROUNDS["repeat-same-question"].explanation,
        "klachtenprocedure",
        "klachten@lindehof.example",
        "blijft ook gelden",
        "Uw werkgever krijgt hierover geen bericht",
        "dr. J.M. (Janneke) Terpstra-Oud",
        "14 september 2026",
    ):
        assert said in text


def test_r13_a_refusal_after_a_new_advice_names_the_day_of_the_request_and_what_came_after_it(letters):
    renewed = s.AdviceRenewed(at=at("2026-09-21T09:00"), by=FIRST)
    again = s.RequestMaintained(at=at("2026-09-22T09:00"), by=submitted().by)
    late = replace(declined(), at=at("2026-09-23T09:00"))
    asked = letters.decline(folded(submitted(), declined())).text.split("Ik wijs dat")[0]
    said = letters.decline(folded(submitted(), renewed, again, late)).text
    assert said.startswith(asked.rstrip())
    assert "Op 21 september 2026 kreeg u een nieuw advies, en op 22 september 2026 zei u" in said
    unasked = letters.decline(folded(submitted(), renewed, late)).text
    assert "Op 21 september 2026 kreeg u een nieuw advies. Ik wijs" in unasked


def test_decline_by_a_stand_in_says_in_whose_place(letters):
    by = s.Actor(s.ActorRole.FIRST_PHYSICIAN, "arbo-lindehof", "dr. A. Bakker", "dr. J.M. (Janneke) Terpstra-Oud")
    text = letters.decline(folded(submitted(), replace(declined(), by=by))).text
    assert "dr. A. Bakker, waarnemer van dr. J.M. (Janneke) Terpstra-Oud\n" in text


def test_decline_stays_readable_after_an_upheld_complaint(letters):
    upheld = s.ComplaintDecided(at=at("2026-10-01T09:00"), by=FIRST, about="refusal", is_upheld=True)
    assert letters.decline(folded(submitted(), declined(), upheld)).kind is LetterKind.DECLINE


def test_redirect(letters, golden):
    golden("redirect", letters.redirect(folded(submitted(), redirected())).paper)


def test_redirect_leaves_the_application_to_the_employee(letters):
    text = letters.redirect(folded(submitted(), redirected())).text
    assert "U vraagt het zelf aan bij UWV" in text
    assert "Wij sturen UWV niets over u" in text


def test_inadmissible_when_the_employer_asked(letters, golden):
    case = folded(submitted(submitted_by=s.ActorRole.EMPLOYER), inadmissible())
    golden("inadmissible-employer", letters.inadmissible(case).paper)


def test_inadmissible_when_it_is_about_a_pre_employment_examination(letters, golden):
    case = folded(submitted(), inadmissible("pre-employment-exam", "Het ging om de keuring voor uw nieuwe baan."))
    golden("inadmissible-examination", letters.inadmissible(case).paper)


def test_general_answer(letters, golden):
    golden("general-answer", letters.general_answer().paper)


def test_reassessment_planned(letters, golden):
    planned = s.ReassessmentPlanned(at=at("2026-09-23T11:00"), by=BACK_OFFICE, for_at=at("2026-09-29T09:20"))
    golden("reassessment", letters.reassessment(folded(submitted(at=at("2026-09-23T10:05")), planned)).paper)


def test_reassessment_without_a_date_promises_one(letters):
    text = letters.reassessment(folded(submitted())).text
    assert "Wij maken zo snel mogelijk een afspraak" in text
    assert "Dit is geen afwijzing" in text


def test_reassessment_counts_dutch_days(letters):
    """22:30 UTC is the next day in summer."""
    case = folded(submitted(at=at("2026-09-23T00:30")))
    assert "zitten 15 dagen" in letters.reassessment(case).text


@pytest.mark.parametrize("adoption", list(s.Adoption))
def test_adoption(letters, golden, adoption):
    reasons = None if adoption is s.Adoption.WHOLLY else "Ik begin met drie uur.\nNa twee weken bouw ik op."
    golden(f"adoption-{adoption}", letters.adoption(folded(submitted(), weighed(adoption, reasons))).paper)


def test_r47_a_letter_promises_what_the_policy_does():
    always = letterhead_of("Arbodienst", Policy("x", transfer_on_request=TransferRule.ALWAYS))
    said = DutchLetters(always).adoption(folded(submitted(), weighed(s.Adoption.WHOLLY, None))).text
    assert "Dan krijgt u die." in said
    assert "overwegen" not in said


def planned(**fields) -> s.FollowUpPlanned:
    return s.FollowUpPlanned(at=at("2026-09-25T08:30"), by=BACK_OFFICE, for_at=at("2026-10-01T09:20"), **fields)


def test_follow_up(letters, golden):
    letter = letters.follow_up(folded(*whole_path()[:17], planned()))
    golden("follow-up", letter.paper)
    assert letter.audience is Audience.EMPLOYEE


def test_follow_up_with_the_practice_assistant(letters, golden):
    step = planned(held_by=s.ActorRole.PRACTICE_ASSISTANT, attender="Noor de Haan")
    golden("follow-up-assistant", letters.follow_up(folded(submitted(), step)).paper)


def test_follow_up_names_somebody_whoever_it_is(letters):
    assert (
        "Met wie?\nR. el Amrani, bedrijfsarts\n"
        in letters.follow_up(folded(submitted(), planned(attender="R. el Amrani"))).text
    )
    nameless = planned(held_by=s.ActorRole.PRACTICE_ASSISTANT)
    assert "De praktijkondersteuner van dr. J.M. (Janneke)" in letters.follow_up(folded(submitted(), nameless)).text
    assert "Met wie?\nUw bedrijfsarts\n" in letters.follow_up(folded(planned())).text


def test_r42_the_invitation_holds_nothing_of_the_report_and_does_not_say_whether_there_is_one(letters):
    with_report, without = whole_path()[:17], whole_path()[:16]
    written = letters.follow_up(folded(*with_report, planned())).text
    assert written == letters.follow_up(folded(*without, planned())).text
    for said in ("twee weken langer rust", "verslag", "1 oktober 2026 om 09:20 uur"):
        assert (said in written) == (said == "1 oktober 2026 om 09:20 uur")


def test_transfer_refused(letters, golden):
    golden("transfer-refused", letters.transfer_refused(folded(submitted(), *transfer_refused())).paper)


def test_handover(letters, golden):
    letter = letters.handover(folded(*whole_path()))
    golden("handover", letter.paper)
    assert not letter.needs_review
    assert letter.audience is Audience.COLLEAGUE


def test_handover_holds_the_chosen_parts_only(letters):
    steps = [*whole_path(), handed_over(None, ("adoption-status",))]
    text = letters.handover(folded(*steps)).text
    assert "voor een deel overgenomen" in text
    assert "Tillen boven" not in text
    assert "twee weken langer rust" not in text


def test_handover_never_holds_the_reasons_for_adopting(letters):
    """Why the physician did or did not follow the advice is an opinion (R48)."""
    assert "bouw na twee weken op" not in letters.handover(folded(*whole_path())).text


@pytest.mark.parametrize(
    "text",
    [
        "Volgens mij kan mevrouw meer dan zij zegt.",
        "Mevrouw is ongemotiveerd.",
        "De klachten zijn OVERDREVEN.",
        "De klachten zijn over\u00addreven.",
        "ik\u00a0vind  dat",
    ],
)
def test_handover_with_an_opinion_is_flagged_and_not_changed(letters, text):
    letter = letters.handover(folded(submitted(), handed_over(text)))
    assert letter.needs_review
    assert [flag.part for flag in letter.review] == ["text"]
    assert text in letter.text


def test_handover_refuses_a_part_that_is_not_neutral(letters):
    with pytest.raises(RefusedError) as refused:
        letters.handover(folded(submitted(), handed_over(None, ("limitations", "opinion"))))
    assert refused.value.code == "handover-not-neutral"


def test_consent_overview(letters, golden):
    refused = consent(6, Purpose.EMPLOYER_AWARE, "2026-09-14T11:05", "werkgever", choice=Choice.REFUSED)
    forged = consent(7, Purpose.TREATING_INFO, "2026-09-15T11:05", given_by_employee=False)
    ends = consent(8, Purpose.SO_CONTACT_EMPLOYER, "2026-09-16T11:05", expires_at=at("2026-12-01T00:00"))
    withdrawn = s.ConsentWithdrawn(
        at=at("2026-10-06T08:00"), by=FIRST, consent_id=CONTACT.consent_id, purpose=CONTACT.purpose
    )
    case = folded(*whole_path(), given(refused), given(forged), given(ends), withdrawn)
    golden("consent-overview", letters.consent_overview(case).paper)


def test_consent_overview_of_an_empty_case_says_that_nothing_was_sent(letters):
    text = letters.consent_overview(folded(submitted())).text
    assert "U hebt nog niets besloten" in text
    assert "Er is niets over u verstuurd" in text


def test_asking_for_room_is_not_shown_as_sending_data(letters):
    asked = s.AvailabilityAsked(at=at("2026-09-14T09:30"), by=BACK_OFFICE, referral_id="r-1", partner=POOL)
    assert "Er is niets over u verstuurd" in letters.consent_overview(folded(submitted(), asked)).text


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("klachten@lindehof.example of 020-0000001", "Dat kan via klachten@lindehof.example of 020-0000001. Wij"),
        ("Klachtencommissie Lindehof B.V.", "Dat kan via Klachtencommissie Lindehof B.V. Wij"),
        (None, "Dat kan via ons secretariaat. Wij"),
        ("  ", "Dat kan via ons secretariaat. Wij"),
    ],
)
def test_r15_r21_every_refusal_says_that_there_is_a_complaints_procedure_and_where(contact, said):
    writer = DutchLetters(letterhead_of("Arbodienst Lindehof B.V.", Policy("beleid", complaint_contact=contact)))
    for text in (
        writer.decline(folded(submitted(), declined())).text,
        writer.redirect(folded(submitted(), redirected())).text,
        writer.inadmissible(folded(submitted(), inadmissible())).text,
        writer.inadmissible(folded(submitted(), inadmissible("pre-employment-exam"))).text,
        writer.transfer_refused(folded(submitted(), *transfer_refused())).text,
    ):
        assert "klachtenprocedure" in text
        assert "iemand die niet bij het besluit betrokken was" in text
        assert said in text


def test_nothing_outside_a_letter_names_the_matter(letters):
    shown = [NEUTRAL_SUBJECT, *TITLES.values()]
    assert not [text for text in shown if "opinion" in text.casefold() or "uwv" in text.casefold()]
    assert {letter.subject for letter in every_employee_letter(letters, "Reden.")} == {NEUTRAL_SUBJECT}
    assert set(TITLES) == set(LetterKind)


def test_the_window_of_an_envelope_shows_name_and_address_only(letters):
    for letter in (*every_employee_letter(letters, "Reden."), letters.follow_up(folded(submitted(), planned()))):
        above_title = letter.paper.partition(letter.title)[0]
        assert "opinion" not in above_title
        assert above_title.startswith("A.B. van Zonneveld-de Wit\nKwakelpad 12 A\n1234 AB Alkmaar\n")


def test_a_protected_address_is_never_written(letters):
    case = folded(submitted(employee=person(is_address_protected=True)), declined())
    assert "Kwakelpad" not in letters.decline(case).text


@pytest.mark.parametrize("reasons", [HOSTILE, HOSTILE.strip(), "\x1b[31mrood\x1b[0m \x85 \u2028 \r\n regel"])
def test_reasons_stand_in_the_letter_as_they_were_written(letters, reasons):
    for letter in every_employee_letter(letters, reasons):
        assert reasons in letter.text


def test_a_name_is_no_template(letters):
    employee = person()
    case = folded(submitted(employee=replace(employee, name=replace(employee.name, family="{{ 7*7 }}"))), declined())
    assert "Geachte A.B. van {{ 7*7 }}-de Wit," in letters.decline(case).text


@for_all(st.text())
def test_paper_loses_nothing(text):
    assert on_paper(text).replace("\n", " ") == text.replace("\n", " ")


@for_all(st.text(st.sampled_from("ab  \n"), max_size=400))
def test_paper_is_narrow_and_breaks_no_word(text):
    paper = on_paper(text)
    assert paper.split() == text.split()
    for line in paper.split("\n"):
        assert len(line) <= COLUMNS or " " not in line.strip(" ")


@pytest.mark.parametrize("code", sorted(DECLINE_CODES | {"other"}))
def test_every_ground_is_explained(letters, code):
    text = letters.decline(folded(submitted(), declined(reason_code=code))).text
    assert GROUNDS[code].name in text
    assert GROUNDS[code].explanation in text
    assert code in text


def test_the_grounds_are_those_of_the_rules():
    assert set(GROUNDS) == DECLINE_CODES | REDIRECT_CODES | INADMISSIBLE_CODES | {"other"}


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (lambda letters: letters.decline(folded(submitted())), "letter-without-ground"),
        (lambda letters: letters.decline(folded(submitted(), redirected())), "letter-without-ground"),
        (lambda letters: letters.decline(folded(submitted(), declined(reasons=" \n"))), "letter-without-ground"),
        (lambda letters: letters.decline(folded(submitted(), declined(reason_code="zomaar"))), "refusal-code-unknown"),
        (lambda letters: letters.redirect(folded(submitted(), declined())), "letter-without-ground"),
        (lambda letters: letters.inadmissible(folded(submitted(), declined())), "letter-without-ground"),
        (lambda letters: letters.reassessment(folded()), "letter-without-ground"),
        (lambda letters: letters.reassessment(folded(submitted(at=at("2026-09-01T09:00")))), "letter-without-ground"),
        (lambda letters: letters.adoption(folded(submitted())), "letter-without-ground"),
        (lambda letters: letters.follow_up(folded(submitted())), "letter-without-ground"),
        (
            lambda letters: letters.follow_up(folded(s.FollowUpPlanned(at=at("2026-09-25T08:30"), by=BACK_OFFICE))),
            "letter-without-ground",
        ),
        (
            lambda letters: letters.adoption(folded(submitted(), weighed(s.Adoption.NOT, None))),
            "adoption-without-reasons",
        ),
        (lambda letters: letters.transfer_refused(folded(submitted())), "letter-without-ground"),
        (
            lambda letters: letters.transfer_refused(folded(submitted(), *transfer_refused(None))),
            "letter-without-ground",
        ),
        (lambda letters: letters.handover(folded(submitted())), "letter-without-ground"),
    ],
)
def test_no_letter_without_a_ground(letters, write, code):
    with pytest.raises(RefusedError) as refused:
        write(letters)
    assert refused.value.code == code
    assert refused.value.remedy
