"""The employee's log: complete, chronological, on the Dutch clock, and without texts about health."""

import json
import random
import re
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind
from gateway.domain.case import fold
from gateway.domain.consent import FORMS, OTHER_FORM, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import (
    DeclineCode,
    InformationDeclineCode,
    Kind,
    Milestone,
    PatientContact,
    Referral,
    StopCode,
)
from gateway.domain.people import Organisation, Physician
from gateway.domain.rules.refusal import CATALOGUE
from gateway.ports.letters import LetterKind
from gateway.ports.store import JournalEntry
from mappings.letters import DutchLetters
from mappings.letters.environment import hindrance
from mappings.letters.grounds import HINDRANCES, RULES
from mappings.letters.layout import COLUMNS
from mappings.letters.log import printed
from mappings.letters.sentences import SENTENCES
from mappings.letters.words import ROLES, WORDS, actor_words, listed
from tests.unit.mappings.letters.samples import (
    BACK_OFFICE,
    CASE_ID,
    CONTACT,
    EMPLOYEE,
    FEEDBACK,
    FIRST,
    OHS,
    POOL,
    REPORT,
    at,
    consent,
    entries,
    folded,
    given,
    referral_step,
    submitted,
    whole_path,
)
from tests.unit.mappings.letters.steps_of_every_kind import every_kind_of_step, step_classes

ROOT = Path(__file__).parents[4]
DOC = ROOT / "docs/reference/employee-log.md"


def log_of(letters: DutchLetters, *steps: s.Step) -> list:
    return letters.employee_log_lines(folded(*steps), entries(list(steps)))


def test_every_step_has_a_sentence_and_every_sentence_a_step():
    assert set(SENTENCES) == {kind.code for kind in step_classes()}


def test_every_step_is_among_the_samples():
    """A new step without a sample fails here, so its sentence is always rendered below."""
    assert {type(step) for step in every_kind_of_step()} == set(step_classes())


@pytest.mark.parametrize("step", every_kind_of_step(), ids=lambda step: step.code)
def test_every_sentence_reads_as_one(letters, step):
    [line] = log_of(letters, step)
    assert line.what.endswith((".", "!"))
    assert "  " not in line.what
    assert ".." not in line.what
    assert "None" not in line.what
    assert "{" not in line.what
    assert line.code not in line.what


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("case", "uw zaak"),
        ("referral", "de verwijzing, met wat erbij hoort"),
        ("consents", "uw toestemmingen"),
        ("log", "dit logboek"),
        *((f"letter:{kind}", "een brief in uw zaak") for kind in LetterKind),
    ],
)
def test_what_somebody_looked_at_is_said_in_dutch(letters, view, words):
    [line] = log_of(letters, s.CaseRead(at=at("2026-10-05T14:00"), by=BACK_OFFICE, view=view))
    assert line.what == f"Bekeken: {words}."


@pytest.mark.parametrize("step", every_kind_of_step(), ids=lambda step: step.code)
def test_every_sentence_reads_as_one_with_the_optional_values_left_out(letters, step):
    bare = replace(step, **{f.name: f.default for f in fields(step) if f.default is None or f.default == ()})
    [line] = log_of(letters, bare)
    assert line.what.endswith(".")
    assert "  " not in line.what
    assert "None" not in line.what


@pytest.mark.parametrize(
    "form", ["op papier. Let op: uw werkgever heeft inzage", "papier\n\n17-09-2026 15:05  Uw werkgever", "\x1b[2J"]
)
def test_r50_how_a_consent_was_given_is_said_in_our_words_alone(letters, form):
    """Also of what was taken in before forms were a closed list."""
    step = given(replace(CONTACT, form=form))
    [line] = log_of(letters, step)
    assert line.what.endswith("Vastgelegd: op een andere manier.")
    overview = letters.consent_overview(folded(submitted(), step)).text
    assert "vastgelegd: op een andere manier" in overview
    assert form not in overview


def test_every_step_is_in_the_reference_page():
    page = DOC.read_text(encoding="utf-8")
    assert not [code for code in SENTENCES if f"`{code}`" not in page]


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (Kind, "kind"),
        (DeclineCode, "declination"),
        (StopCode, "stop"),
        (Milestone, "milestone"),
        (InformationDeclineCode, "information-refusal"),
        (Purpose, "purpose"),
        (s.Adoption, "adoption"),
        (s.Right, "right"),
    ],
)
def test_every_code_has_words(codes, table):
    assert {code.value for code in codes} <= set(WORDS[table])


def test_every_form_has_words():
    assert {*FORMS, OTHER_FORM} == set(WORDS["form"])


def test_every_role_and_refusal_has_words():
    assert set(ROLES) == {role.value for role in s.ActorRole}
    assert set(CATALOGUE) <= set(HINDRANCES)
    assert set(RULES) <= {f"R{n}" for n in range(1, 59)}


def test_every_refusal_of_the_application_that_is_journalled_has_words():
    """What a use case refuses by itself comes before the employee's eyes too (R49); looking in vain does not."""
    sources = (ROOT / "gateway" / "application").rglob("*.py")
    codes = {code for file in sources for code in re.findall(r'RefusedError\(\s*"([a-z-]+)"', file.read_text())}
    no_case = {"case-unknown", "referral-unknown", "message-not-replayable", "entry-unknown", "content-erased"}
    no_case |= {"document-unknown", "referral-refused"}
    no_case |= {code for code in codes if code.startswith(("message-", "opening-"))}
    onboarding = {code for code in codes if code.startswith(("partner-", "recipient-", "recipients-"))}
    assert codes - no_case - onboarding <= set(HINDRANCES)


def test_every_act_that_can_be_refused_has_words():
    named = set(WORDS["action"]) | set(WORDS["kind"])
    by_the_system = {
        "message-",
        "partner-",
        "pool-",
        "action-",
        "consent-withdrawal-",
        "referral-received",
        "storage-key-",
        "store-",
        "backup-",
    }
    by_the_system |= {"retention-", "case-erased", "data-"}
    assert not [c for c in SENTENCES if c not in named and not c.startswith(tuple(by_the_system))]


def test_log_of_the_whole_path(letters, golden):
    steps = whole_path()
    golden("employee-log", letters.employee_log(folded(*steps), entries(steps)))


def test_log_is_complete_and_chronological(letters):
    steps = whole_path()
    shuffled = entries(steps)
    random.Random(3).shuffle(shuffled)
    lines = letters.employee_log_lines(folded(*steps), shuffled)
    assert [line.sequence for line in lines] == [entry.sequence for entry in entries(steps)]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    text = letters.employee_log(folded(*steps), shuffled)
    assert f"Aantal stappen: {len(steps)}." in text
    for line in lines:
        assert f"{line.day} {line.time}" in text


def test_late_records_stand_where_they_happened(letters):
    """An export brings old steps; the log is about what happened when, and says when it was recorded."""
    steps = [submitted(), s.RequestAccepted(at=at("2026-09-14T09:10"), by=FIRST)]
    late = [JournalEntry(n, CASE_ID, at("2026-11-02T12:00"), step) for n, step in enumerate(reversed(steps), 1)]
    lines = letters.employee_log_lines(folded(*steps), late)
    assert [line.code for line in lines] == ["request-submitted", "request-accepted"]
    assert {line.recorded_on for line in lines} == {"02-11-2026"}


def test_log_of_another_case_is_refused(letters):
    with pytest.raises(RefusedError) as refused:
        letters.employee_log(folded(submitted()), entries([submitted()], "SO-2026-0999"))
    assert refused.value.code == "log-of-another-case"


def test_an_empty_log_says_so(letters):
    assert "Er zijn nog geen stappen vastgelegd." in letters.employee_log(folded(), [])


def test_lines_are_values_for_json(letters):
    steps = whole_path()
    written = json.dumps([asdict(line) for line in log_of(letters, *steps)], ensure_ascii=False)
    assert len(json.loads(written)) == len(steps)


@pytest.mark.parametrize(
    ("instant", "day", "time", "season", "offset"),
    [
        (datetime(2026, 1, 13, 8, 12, tzinfo=UTC), "13-01-2026", "09:12", None, "+01:00"),
        (datetime(2026, 7, 13, 8, 12, tzinfo=UTC), "13-07-2026", "10:12", None, "+02:00"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29-03-2026", "01:59", None, "+01:00"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29-03-2026", "03:00", None, "+02:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25-10-2026", "02:30", "zomertijd", "+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25-10-2026", "02:30", "wintertijd", "+01:00"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "01-01-2027", "00:30", None, "+01:00"),
    ],
)
def test_times_are_those_of_the_dutch_clock(letters, instant, day, time, season, offset):
    step = s.RequestAccepted(at=instant, by=FIRST)
    [line] = log_of(letters, step)
    assert (line.day, line.time, line.season) == (day, time, season)
    assert line.at.endswith(offset)
    text = letters.employee_log(folded(step), entries([step]))
    assert f"{day} {time}" in text
    assert ("Tijd:" in text) is (season is not None)


def test_the_hour_that_occurs_twice_stays_in_order(letters):
    first = s.RequestAccepted(at=datetime(2026, 10, 25, 0, 50, tzinfo=UTC), by=FIRST)
    second = s.CaseRead(at=datetime(2026, 10, 25, 1, 10, tzinfo=UTC), by=FIRST, view="case")
    assert [line.time for line in log_of(letters, second, first)] == ["02:50", "02:10"]


def test_who_acted_is_named_with_role_and_organisation(letters):
    [line] = log_of(letters, s.FollowUpPlanned(at=at("2026-09-25T08:30"), by=BACK_OFFICE))
    assert line.by == "Samira Bouhali, het secretariaat (Arbodienst Lindehof B.V.)"
    assert line.on_behalf_of == "dr. J.M. (Janneke) Terpstra-Oud"


def test_an_organisation_without_a_name_shows_its_id():
    step = s.RequestAccepted(at=at("2026-09-25T08:30"), by=s.Actor(s.ActorRole.FIRST_PHYSICIAN, "arbo-xyz"))
    [line] = DutchLetters().employee_log_lines(folded(step), entries([step]))
    assert line.by == "uw eerste bedrijfsarts (arbo-xyz)"


def test_the_log_never_names_the_employee(letters):
    named = s.Actor(s.ActorRole.EMPLOYEE, OHS, "Anna van Zonneveld")
    steps = [replace(step, by=named) if step.by is EMPLOYEE else step for step in whole_path()]
    text = letters.employee_log(folded(*steps), entries(steps))
    assert "Zonneveld" not in text
    assert "Anna" not in text
    assert actor_words(named, "x") == "u zelf"


def test_the_log_holds_no_text_about_health(letters):
    steps = whole_path()
    text = letters.employee_log(folded(*steps), entries(steps))
    for hidden in (FEEDBACK.split("\n")[0], REPORT[:30], "fysiotherapeut", "acht weken", "drie uur", "tillen"):
        assert hidden not in text


def test_refusals_and_views_are_in_the_log(letters):
    lines = {line.code: line for line in log_of(letters, *whole_path())}
    assert "u hebt nog niet besloten over het sturen van het verslag" in lines["action-refused"].what
    assert lines["action-refused"].rules == ("R40",)
    assert lines["case-read"].what == "Bekeken: dit logboek."


def test_r50_a_refused_act_names_the_rules_of_that_act_where_a_refusal_is_about_several(letters):
    """What was refused here was a consultation afterwards, which neither an old advice nor a question asks for."""
    refused = {"action": "follow-up-planned", "reason": "planned-out-of-reach"}
    line, older = log_of(
        letters,
        s.ActionRefused(at=at("2026-09-14T09:00"), by=EMPLOYEE, because_of=("R42",), **refused),
        s.ActionRefused(at=at("2026-09-14T09:01"), by=EMPLOYEE, **refused),
    )
    assert (line.rules, line.rule_words) == (("R42",), ())
    assert older.rules == ("R13", "R18", "R42")


def test_a_disclosure_names_its_consent(letters):
    lines = {line.code: line for line in log_of(letters, *whole_path())}
    assert lines["referral-requested"].consents == (
        "het doorgeven van uw contactgegevens voor de second opinion, gegeven op 14-09-2026 (T-1)",
        "het doorgeven van de terugkoppeling waar u aan twijfelt, gegeven op 14-09-2026 (T-2)",
    )
    assert lines["information-provided"].consents[0].endswith("(T-3)")
    assert lines["report-released"].consents[0].endswith("(T-4)")
    assert lines["handover-made"].consents[0].endswith("(T-5)")
    assert lines["request-accepted"].consents == ()


def test_a_disclosure_without_consent_is_not_hidden(letters):
    sent = referral_step(
        s.ReferralRequested, "2026-09-14T10:30", BACK_OFFICE, recipient=POOL, contents=("contact-data",)
    )
    lines = log_of(letters, submitted(), sent, given(CONTACT))
    disclosure = next(line for line in lines if line.code == "referral-requested")
    assert "geen geldige toestemming" in disclosure.consents[0]


def test_the_consent_is_that_of_the_moment(letters):
    """A consent withdrawn later was valid when the referral went out, and the log says so."""
    sent = referral_step(
        s.ReferralRequested, "2026-09-14T13:30", BACK_OFFICE, recipient=POOL, contents=("contact-data",)
    )
    gone = s.ConsentWithdrawn(
        at=at("2026-09-15T09:00"), by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=CONTACT.purpose
    )
    lines = log_of(letters, submitted(), given(CONTACT), sent, gone)
    assert lines[2].consents[0].endswith("(T-1)")
    assert lines[3].recipient == "Praktijk Mulkens"


@pytest.mark.parametrize(
    ("performer", "words"),
    [
        (Organisation(POOL, "Praktijk Mulkens"), "De verwijzing gaat naar Praktijk Mulkens."),
        (Organisation("pool-noord", "Pool Noord"), "De verwijzing gaat naar Praktijk Mulkens, via Pool Noord."),
    ],
)
def test_r49_the_log_says_through_whom_a_referral_went(letters, performer, words):
    referral = Referral(
        authored_at=at("2026-09-14T13:30"),
        advice_kind=AdviceKind.ABSENCE_GUIDANCE,
        requester=Physician("dr. J.M. Terpstra-Oud"),
        requester_organisation=Organisation(OHS, "Arbodienst Lindehof"),
        performer_organisation=performer,
        recipient=POOL,
        patient=PatientContact(submitted().employee.name),
        consents=(CONTACT,),
    )
    sent = referral_step(
        s.ReferralRequested, "2026-09-14T13:30", BACK_OFFICE, recipient=POOL, contents=(), referral=referral
    )
    steps = (submitted(), given(CONTACT), sent)
    assert log_of(letters, *steps)[2].what == words
    gone_to = words.removeprefix("De verwijzing gaat naar ").removesuffix(".")
    assert f"- Naar {gone_to}\n" in letters.consent_overview(folded(*steps)).text


def test_a_recipient_is_named_by_person_and_organisation(letters):
    named = given(consent(9, Purpose.CONTACT_TO_SO, "2026-09-14T11:00", "praktijk-mulkens/G4"))
    lines = log_of(letters, submitted(), named)
    assert lines[1].recipient == "mw. F. Verhagen (Praktijk Mulkens)"
    assert lines[1].recipient in lines[1].what


def test_a_signature_of_somebody_else_is_no_consent(letters):
    forged = consent(9, Purpose.CONTACT_TO_SO, "2026-09-14T11:00", given_by_employee=False)
    [line] = log_of(letters, given(forged))
    assert "Dat telt niet als uw toestemming" in line.what


def test_a_value_cannot_pose_as_a_line(letters):
    faked = "x\n13-01-2026 09:12  Uw verzoek is afgewezen.\u2028nog\x85een"
    topic = s.NoteRecorded(at=at("2026-09-14T11:00"), by=replace(BACK_OFFICE, name=faked), topic=faked)
    text = letters.employee_log(folded(topic), entries([topic]))
    assert not [line for line in text.splitlines() if line.startswith("13-01-2026")]


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "<b>&</b>", "\u202eomgekeerd", "e\u0301 ß \U0001f468\u200d\U0001f469"])
def test_other_values_stand_as_they_are(letters, text):
    [line] = log_of(letters, s.NoteRecorded(at=at("2026-09-14T11:00"), by=BACK_OFFICE, topic=text))
    assert line.what == f"Er is een aantekening gemaakt. Onderwerp: {text}."


def test_lines_fit_on_paper(letters):
    steps = every_kind_of_step()
    text = letters.employee_log(fold(CASE_ID, steps), entries(steps))
    assert max(len(line) for line in text.split("\n")) <= COLUMNS


WRITER = DutchLetters()
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@for_all(st.lists(INSTANTS, max_size=12))
def test_any_order_of_recording_is_read_in_order_of_happening(instants):
    steps = [s.RequestMaintained(at=instant, by=EMPLOYEE) for instant in instants]
    lines = WRITER.employee_log_lines(fold(CASE_ID, steps), entries(steps))
    moments = [datetime.fromisoformat(line.at) for line in lines]
    assert moments == sorted(instants)


def test_listed():
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a en b", "a, b en c"]


def test_a_stand_in_is_shown_as_one_and_an_assistant_with_who_is_responsible(letters):
    stand_in = s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "dr. A. Bakker", "dr. J.M. Terpstra-Oud")
    assistant = s.Actor(s.ActorRole.PRACTICE_ASSISTANT, OHS, "P. de Vries", "dr. J.M. Terpstra-Oud")
    first, second = (
        printed(log_of(letters, s.RequestAccepted(at=at("2026-09-25T08:30"), by=by))[0]) for by in (stand_in, assistant)
    )
    first, second = (" ".join(text.split()) for text in (first, second))
    assert "Door: dr. A. Bakker, waarnemer van dr. J.M. Terpstra-Oud (Arbodienst Lindehof B.V.)" in first
    assert "verantwoordelijk" not in first
    assert "P. de Vries, de praktijkondersteuner van de bedrijfsarts" in second
    assert "verantwoordelijk: dr. J.M. Terpstra-Oud" in second


def test_r35_no_partner_writes_a_sentence_into_the_log_by_the_code_of_a_receipt():
    assert hindrance("uw-werkgever-is-ingelicht") == "een technische reden"
    assert hindrance("wrong-state") == "op dit moment mag zo'n bericht niet"
