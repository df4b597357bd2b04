"""The sample export, read and judged by the rules; then changed, case by case."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.consent import Choice, Purpose
from gateway.domain.rules.verdict import Verdict, assess
from gateway.ports.backoffice import CaseImport, ImportProblem
from mappings.backoffices.arbodienst_export import ArbodienstExport
from tests.support.cases import (
    EXPORT,
    changed,
    expected_verdicts,
    read_record,
    sample_policies,
    sample_records,
    verdict_of,
)

STATUS = {
    "afgerond": "completed",
    "afgerond-zonder-verslag": "completed-without-report",
    "bij-tweede-arts": "with-second-physician",
    "afgewezen": "declined",
    "verwezen-uwv": "redirected-uwv",
    "niet-ontvankelijk": "inadmissible",
    "wacht-op-toestemming": "waiting-consent",
    "wacht-op-contract": "waiting-contract",
}
RECEIVED = {
    "factuur-zonder-persoonsgegevens": "invoice-without-personal-data",
    "algemeen-antwoord-zonder-zaakgegevens": "general-answer",
}
RECORDS = sample_records()


@pytest.mark.parametrize("number", RECORDS)
def test_the_rules_reach_what_the_sample_expects(number):
    verdict = verdict_of(RECORDS[number])
    expected = expected_verdicts()[verdict.case_id]
    assert verdict.status == STATUS[expected["eindstatus"]]
    assert verdict.may_refer is expected["mag_verwijzen"]
    assert verdict.may_return_report is expected["mag_uitkomst_naar_eerste_arts"]
    assert list(verdict.employer_receives) == [RECEIVED[word] for word in expected["werkgever_krijgt"]]


def test_the_expectation_title_and_tags_are_never_read():
    lines = EXPORT.read_bytes().splitlines(keepends=True)
    lies = []
    for line in lines:
        record = json.loads(line)
        record |= {"verwacht": {"eindstatus": "ingetrokken"}, "titel": 3, "tags": None}
        lies.append(json.dumps(record))
    assert list(ArbodienstExport().read(lies)) == list(ArbodienstExport().read(lines))


def test_importing_twice_gives_the_same_case_and_the_same_ids():
    first, second = read_record(RECORDS["18"]), read_record(RECORDS["18"])
    assert first == second
    ids = {step.referral_id for step in first.steps if isinstance(step, s.ReferralStep)}
    assert len(ids) == 2


def test_text_is_kept_character_by_character():
    long, wild = read_record(RECORDS["26"]).steps[0], read_record(RECORDS["27"]).steps[0]
    record = RECORDS["27"]
    assert len(long.advice.feedback_text) == 33159
    assert len(long.doubt) == 23331
    assert wild.doubt == record["verzoek"]["twijfel"]
    assert wild.employee.name.given == record["werknemer"]["naam"]["voornamen"]


def test_people_and_contract_come_across():
    request = read_record(RECORDS["24"]).steps[0]
    assert request.employee.email is None
    assert request.employee.representative.relation == "dochter"
    assert not request.employee.representative.may_consent
    assert read_record(RECORDS["13"]).steps[0].employee.is_address_protected
    assert read_record(RECORDS["18"]).steps[0].employee.hirer is not None
    assert read_record(RECORDS["2"]).steps[0].offered_by_physician
    assert [e.case_id for e in read_record(RECORDS["6"]).steps[0].earlier_cases] == ["SO-2026-9001", "SO-2026-9002"]


def _steps(record, kind):
    return [step for step in read_record(record).steps if isinstance(step, kind)]


def test_steps_are_in_order_of_time_after_the_request():
    for record in RECORDS.values():
        steps = read_record(record).steps
        assert isinstance(steps[0], s.RequestSubmitted)
        assert [step.at for step in steps[1:]] == sorted(step.at for step in steps[1:])


def test_the_earlier_referral_shows_from_its_answers():
    requested = _steps(RECORDS["18"], s.ReferralRequested)
    assert [step.recipient for step in requested] == ["arbo-verhagen/G3", "arbo-verhagen/G4"]
    assert [step.reason for step in _steps(RECORDS["18"], s.ReferralDeclined)] == ["not-available"]


def test_information_follow_up_transfer_and_complaint_come_across():
    assert [step.asked for step in _steps(RECORDS["1"], s.InformationRequested)] == ["reasoning"]
    assert len(_steps(RECORDS["1"], s.InformationProvided)) == 1
    handover = _steps(RECORDS["20"], s.HandoverMade)[0]
    assert set(handover.parts) == {
        "consultation-dates",
        "limitations",
        "employer-feedback",
        "second-opinion-report",
        "adoption-status",
    }
    assert [step.is_granted for step in _steps(RECORDS["21"], s.TransferDecided)] == [False]
    decided = _steps(RECORDS["21"], s.ComplaintDecided)[0]
    assert (decided.about, decided.is_upheld) == ("transfer", False)


def test_r41_word_from_the_employer_is_not_confirmed():
    assert [step.is_confirmed for step in _steps(RECORDS["15"], s.CompletionReported)] == [False]
    assert [step.is_confirmed for step in _steps(RECORDS["1"], s.CompletionReported)] == [True]


def test_an_appointment_of_tomorrow_has_not_been_held():
    def appoint(record):
        record["second_opinion"] = {"afspraak": "2026-12-24T09:00:00+01:00"}

    milestones = [step.milestone for step in _steps(changed("27", appoint), s.MilestoneReached)]
    assert milestones == ["appointment-planned"]
    held = [step.milestone for step in _steps(RECORDS["1"], s.MilestoneReached)]
    assert held == ["so-started"]


@pytest.mark.parametrize(
    ("over", "outcome", "about", "is_upheld"),
    [
        ("afwijzing", "gegrond", "refusal", True),
        ("afwijzing", "ongegrond", "refusal", False),
        ("verwijzing-uwv", "gegrond met aanbeveling", "refusal", True),
        ("niet-ontvankelijk", "ongegrond", "refusal", False),
        ("weigeren van overdracht", "gegrond", "transfer", True),
        ("bejegening", "ongegrond met aanbeveling", "other", False),
        (None, "ongegrond", "other", False),
    ],
)
def test_r21_what_a_complaint_was_about_and_whether_it_was_upheld(over, outcome, about, is_upheld):
    record = changed("6", lambda r: _complain(r, over=over, uitkomst=outcome))
    decided = _steps(record, s.ComplaintDecided)[0]
    assert (decided.about, decided.is_upheld) == (about, is_upheld)
    assert verdict_of(record).status == ("received" if about == "refusal" and is_upheld else "declined")
    assert read_record(record).doubts == ()


def _complain(record, **parts):
    record["klacht"] = {"ingediend_op": "2026-11-05", "over": "afwijzing", "uitkomst": "gegrond", **parts}


@pytest.mark.parametrize(
    "parts",
    [
        {"uitkomst": "Gegrond"},
        {"uitkomst": "niet gegrond"},
        {"uitkomst": "deels gegrond, deels ongegrond"},
        {"uitkomst": "gegrond verklaard"},
        {"uitkomst": "ingetrokken"},
    ],
)
def test_r21_an_outcome_in_other_words_decides_nothing(parts):
    record = changed("6", lambda r: _complain(r, **parts))
    assert _steps(record, s.ComplaintDecided) == []
    assert [doubt.where for doubt in read_record(record).doubts] == ["$.klacht.uitkomst"]


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        ("verzoek-ingetrokken", s.RequestWithdrawn),
        ("uitzondering-1.34a-vastgesteld", s.MilitaryExceptionRecorded),
        ("contract-gebrek-gemeld-aan-directie-arbodienst", s.ContractShortfallReported),
        ("instemming-werkgever-buiten-contract", s.EmployerAgreementRecorded),
        ("nieuwe-beoordeling-gepland", s.ReassessmentPlanned),
        ("nieuwe-beslissing", s.AdviceRenewed),
        ("verzoek-gehandhaafd", s.RequestMaintained),
        ("onafhankelijkheid-geschonden", s.IndependenceBreached),
        ("nieuwe-keuze-gevraagd", s.NewChoiceAsked),
        ("keuze-gemaakt", s.RecipientChosen),
        ("beslishulp-doorgenomen", s.DecisionAidDiscussed),
        ("alternatief-aangeboden", s.AlternativeOffered),
        ("toelichting-gevraagd", s.ClarificationAsked),
        ("toelichting-ontvangen", s.NoteRecorded),
        ("notitie", s.NoteRecorded),
        ("heropend-na-klacht", s.CaseReopened),
        ("aanvaard", s.RequestAccepted),
    ],
)
def test_every_small_step_of_the_list_has_its_step(kind, step):
    [found] = _small_step(soort=kind, optie="opt-2", arts="opt-2", betaalt="werkgever")
    assert type(found) is step


def _small_step(**parts):
    """What one small step adds to a case."""
    record = changed("27", lambda r: r["beoordeling"].update(tussenstappen=[{"datum": "2026-11-13", **parts}]))
    steps = list(read_record(record).steps)
    for known in read_record(RECORDS["27"]).steps:
        steps.remove(known)
    return steps


def _small_doubts(number="27", *records):
    case = read_record(changed(number, lambda r: r["beoordeling"].update(tussenstappen=list(records))))
    return [doubt.where for doubt in case.doubts]


@pytest.mark.parametrize(
    "kind",
    [
        "nog niet geaccepteerd",
        "verzoek niet alsnog aanvaard",
        "uitnodiging geaccepteerd",
        "niet ingetrokken",
        "werknemer ziet af van tolk",
        "Aanvaard",
        "aanvaard ",
        "aanvaard.",
        "verzoek-ingetrokken-door-werknemer",
        "geen-uitzondering-1.34a-vastgesteld",
        "koffie-gedronken",
    ],
)
def test_other_words_are_kept_as_a_note_and_the_record_is_not_understood(kind):
    [found] = _small_step(soort=kind)
    assert isinstance(found, s.NoteRecorded)
    assert found.topic == kind
    where = _small_doubts("27", {"soort": kind, "datum": "2026-11-13"})
    assert where == ["$.beoordeling.tussenstappen[0].soort"]


def test_a_note_says_what_it_is_about():
    [note] = _small_step(soort="notitie", onderwerp="terugbellen")
    assert note.topic == "terugbellen"


@pytest.mark.parametrize(
    ("choice", "insists", "doubts"),
    [
        ("second-opinion", True, 0),
        ("alternatief", False, 0),
        ("uwv", False, 0),
        ("denkt-na", False, 0),
        (None, None, 0),
        ("second opinion", False, 1),
        ("geen second-opinion", False, 1),
    ],
)
def test_r20_only_the_word_itself_insists(choice, insists, doubts):
    [offered] = _small_step(soort="alternatief-aangeboden", alternatief="mediation", keuze_werknemer=choice)
    assert offered.employee_insists is insists
    told = _small_doubts("27", {"soort": "alternatief-aangeboden", "datum": "2026-11-13", "keuze_werknemer": choice})
    assert len(told) == doubts


def test_r09_an_agreement_says_who_pays():
    agreed = "instemming-werkgever-buiten-contract"
    for payer, code in (("werkgever", "employer"), ("werknemer", "employee")):
        [step] = _small_step(soort=agreed, betaalt=payer)
        assert step.payer == code
    for payer in (None, "niemand"):
        [step] = _small_step(soort=agreed, betaalt=payer)
        assert isinstance(step, s.NoteRecorded)
        told = _small_doubts("27", {"soort": agreed, "datum": "2026-11-13", "betaalt": payer})
        assert told == ["$.beoordeling.tussenstappen[0].betaalt"]


BREACH = {"soort": "onafhankelijkheid-geschonden", "datum": "2026-11-14T09:00:00+01:00", "arts": "opt-1", "reden": "x"}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ([], "waiting-choice"),
        ([{"soort": "nieuwe-keuze-gevraagd", "datum": "2026-11-14T10:00:00+01:00"}], "waiting-choice"),
        ([{"soort": "keuze-gemaakt", "datum": "2026-11-15", "optie": "opt-1"}], "waiting-choice"),
        ([{"soort": "keuze-gemaakt", "datum": "2026-11-13", "optie": "opt-2"}], "waiting-choice"),
        ([{"soort": "keuze-gemaakt", "datum": "2026-11-15", "optie": "opt-2"}], "waiting-consent"),
    ],
)
def test_r05_r37_a_breached_option_is_not_used_whatever_else_the_record_says(more, status):
    record = changed(
        "27", lambda r: (r["beoordeling"].update(tussenstappen=[BREACH, *more]), r.update(verwijzing=None))
    )
    verdict = verdict_of(record)
    assert (verdict.status, verdict.may_refer) == (status, False)
    assert read_record(record).doubts == ()


def test_r05_under_way_too_the_case_waits_for_another_choice():
    verdict = verdict_of(changed("27", lambda r: r["beoordeling"].update(tussenstappen=[BREACH])))
    assert (verdict.status, verdict.may_refer) == ("waiting-choice", False)


@pytest.mark.parametrize("named", [None, "opt-9", "dr. S. Mulkens"])
def test_r05_a_breach_of_nobody_knows_which_option_closes_them_all(named):
    [breach] = _small_step(soort="onafhankelijkheid-geschonden", arts=named)
    assert breach.option_id == s.EVERY_OPTION
    told = _small_doubts("27", {**BREACH, "arts": named})
    assert told == ["$.beoordeling.tussenstappen[0].arts"]


def test_a_breach_of_a_day_comes_after_the_choice_of_that_day_unless_both_are_dated_so():
    def kinds(*records):
        record = changed("27", lambda r: r["beoordeling"].update(tussenstappen=list(records)))
        return [type(x) for x in _steps(record, s.IndependenceBreached | s.RecipientChosen)]

    timed = {"soort": "keuze-gemaakt", "datum": "2026-11-14T16:00:00+01:00", "optie": "opt-2"}
    breach = {**BREACH, "datum": "2026-11-14"}
    assert kinds(breach, timed) == [s.RecipientChosen, s.IndependenceBreached]
    assert kinds(breach, {**timed, "datum": "2026-11-14"}) == [s.IndependenceBreached, s.RecipientChosen]


def test_r21_a_reopened_request_is_not_accepted():
    reopened = {"soort": "heropend-na-klacht", "datum": "2026-11-20T09:00:00+01:00"}
    accepted = {"soort": "aanvaard", "datum": "2026-11-21T09:00:00+01:00", "door": RECORDS["6"]["beoordeling"]["door"]}
    waiting = verdict_of(changed("6", lambda r: r["beoordeling"].update(tussenstappen=[reopened])))
    assert waiting.status == "received"
    again = verdict_of(changed("6", lambda r: r["beoordeling"].update(tussenstappen=[reopened, accepted])))
    assert again.status == "waiting-consent"


def test_a_choice_for_nobody_makes_the_record_not_understood():
    told = _small_doubts("27", {"soort": "keuze-gemaakt", "datum": "2026-11-14", "optie": "opt-9"})
    assert told == ["$.beoordeling.tussenstappen[0].optie"]
    assert _small_doubts("27", {"soort": "keuze-gemaakt", "datum": "2026-11-14", "naar": "elders"}) == []


def _take_back(record, **changes):
    record["toestemmingen"][0] |= changes


CHANGES = {
    "taken back under way": (
        "27",
        lambda r: _take_back(r, keuze="ingetrokken", ingetrokken_op="2026-11-14T09:00:00+01:00"),
        ("withdrawn", False, False),
    ),
    "taken back in the queue": (
        "27",
        lambda r: (
            _take_back(r, keuze="ingetrokken", ingetrokken_op="2026-11-13T13:30:00+01:00"),
            r["verwijzing"].update(status="ingetrokken", reacties=[]),
        ),
        ("withdrawn", False, False),
    ),
    "taken back before anything went": (
        "27",
        lambda r: (_take_back(r, keuze="ingetrokken"), r.update(verwijzing=None)),
        ("waiting-consent", False, False),
    ),
    "held back in the queue": (
        "27",
        lambda r: (_take_back(r, keuze="ingetrokken"), r["verwijzing"].update(status="niet-verzonden")),
        ("waiting-consent", False, False),
    ),
    "referral withdrawn by an answer": (
        "27",
        lambda r: r["verwijzing"]["reacties"].append({"datum": "2026-11-20", "soort": "intrekking-verwerkt"}),
        ("withdrawn", False, False),
    ),
    "expired": ("27", lambda r: _take_back(r, keuze="verlopen"), ("waiting-consent", False, False)),
    "expired on a day to come": (
        "27",
        lambda r: (_take_back(r, keuze="verlopen", geldig_tot="2026-12-01"), r.update(verwijzing=None)),
        ("waiting-consent", False, False),
    ),
    "expires at the end of the day it goes": (
        "27",
        lambda r: _take_back(r, geldig_tot="2026-11-13"),
        ("with-second-physician", True, False),
    ),
    "expired the day before": (
        "27",
        lambda r: _take_back(r, geldig_tot="2026-11-12"),
        ("waiting-consent", False, False),
    ),
    "for a colleague": (
        "18",
        lambda r: r["verwijzing"].update(naar="arbo-verhagen/G5"),
        ("waiting-consent", False, False),
    ),
    "for the house": (
        "18",
        lambda r: r["toestemmingen"][2].update(ontvanger="arbo-verhagen"),
        ("with-second-physician", True, False),
    ),
    "signed by the representative": (
        "24",
        lambda r: _take_back(r, gegeven_door="gemachtigde"),
        ("waiting-consent", False, False),
    ),
    "refused under the id of a consent": (
        "27",
        lambda r: r["toestemmingen"].append(
            r["toestemmingen"][0] | {"keuze": "geweigerd", "datum": "2026-11-13T13:05:00+01:00"}
        ),
        ("waiting-consent", False, False),
    ),
    "nobody chosen": ("27", lambda r: r["verzoek"].update(gekozen_optie=None), ("waiting-choice", False, False)),
    "declined, no second preference": (
        "27",
        lambda r: r["verwijzing"].update(status="geweigerd", reacties=[]),
        ("waiting-choice", False, False),
    ),
    "same person under another name": (
        "27",
        lambda r: r["contract"]["opties"][0]["arts"].update(big="99990001101", naam="S. Anders"),
        ("waiting-choice", False, False),
    ),
    "same house": (
        "27",
        lambda r: r["contract"]["opties"][0]["arts"].update(organisatie="arbo-lindehof"),
        ("waiting-choice", False, False),
    ),
    "side job in the house": (
        "27",
        lambda r: r["contract"]["opties"][0]["arts"].update(nevenfuncties=["arbo-lindehof"]),
        ("waiting-choice", False, False),
    ),
    "no military exception": (
        "30",
        lambda r: r["beoordeling"].update(tussenstappen=[]),
        ("waiting-choice", False, False),
    ),
    "contract ended the day before": (
        "27",
        lambda r: r["contract"].update(einddatum="2026-11-12"),
        ("waiting-contract", False, False),
    ),
    "no contract": ("27", lambda r: r.update(contract=None), ("waiting-contract", False, False)),
    "asked by the employer": (
        "27",
        lambda r: r["verzoek"].update(ingediend_door="werkgever"),
        ("inadmissible", False, False),
    ),
    "pre-employment": (
        "27",
        lambda r: r["beslissing"].update(soort="aanstellingskeuring"),
        ("inadmissible", False, False),
    ),
    "fourteen days over the change of the clock": (
        "27",
        lambda r: (
            r["beslissing"].update(datum="2026-10-18T00:00:00+02:00"),
            r["verzoek"].update(datum="2026-11-01T23:59:00+01:00"),
        ),
        ("with-second-physician", True, False),
    ),
    "fifteen days over the change of the clock": (
        "27",
        lambda r: (
            r["beslissing"].update(datum="2026-10-17T23:59:00+02:00"),
            r["verzoek"].update(datum="2026-11-01T00:00:00+01:00"),
        ),
        ("awaiting-reassessment", False, False),
    ),
    "reassessed, not asked again": (
        "4",
        lambda r: (r["beoordeling"].update(tussenstappen=[]), r.update(verwijzing=None)),
        ("awaiting-reassessment", False, False),
    ),
    "draft seen, no decision": (
        "1",
        lambda r: (
            r["second_opinion"].update(status_verslag="wacht-op-toestemming"),
            r["toestemmingen"].pop(),
            r.update(vervolg=None),
        ),
        ("waiting-consent", True, False),
    ),
    "decided before the draft": (
        "1",
        lambda r: r["toestemmingen"][3].update(datum="2026-09-22T12:00:00+02:00"),
        ("completed-without-report", True, False),
    ),
    "outcome taken back after it went": (
        "1",
        lambda r: r["toestemmingen"][3].update(ingetrokken_op="2026-09-26T12:00:00+02:00"),
        ("completed", True, False),
    ),
    "not assessed yet": ("27", lambda r: r.update(beoordeling=None), ("received", False, False)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_cases(name):
    number, change, expected = CHANGES[name]
    verdict = verdict_of(changed(number, change))
    assert (verdict.status, verdict.may_refer, verdict.may_return_report) == expected


OUTSIDE = [
    {
        "id": "a",
        "doel": "contactgegevens-naar-tweede-arts",
        "keuze": "gegeven",
        "datum": "2026-11-13",
        "ontvanger": "x",
    },
    {"id": "b", "doel": "bestaan-naar-werkgever", "keuze": "gegeven", "datum": "2026-11-13", "ontvanger": "werkgever"},
]
AGREED = [{"soort": "instemming-werkgever-buiten-contract", "datum": "2026-11-13", "betaalt": "werkgever"}]


@pytest.mark.parametrize("chosen", [None, "buiten-contract"])
@pytest.mark.parametrize("number", ["27", "26"], ids=["named physicians", "a pool"])
def test_r09_outside_the_contract(number, chosen):
    def leave(record, agreed, consents):
        record["verzoek"]["gekozen_optie"] = chosen
        record["toestemmingen"] = consents
        record["beoordeling"]["tussenstappen"] = agreed
        record["verwijzing"]["naar"] = "x"

    verdict = verdict_of(changed(number, lambda r: leave(r, AGREED, OUTSIDE)))
    assert (verdict.status, verdict.employer_receives) == ("with-second-physician", ("existence-of-request",))
    waiting = verdict_of(changed(number, lambda r: leave(r, [], OUTSIDE)))
    assert (waiting.status, waiting.employer_receives) == ("waiting-choice", ("existence-of-request",))
    silent = verdict_of(changed(number, lambda r: leave(r, AGREED, OUTSIDE[:1])))
    assert (silent.may_refer, silent.employer_receives) == (False, ())


@pytest.mark.parametrize(("count", "received"), [(4, "invoice-without-mention"), (10, "invoice-without-personal-data")])
def test_r55_small_employers(count, received):
    record = changed("1", lambda r: r["werkgever"].update(aantal_werknemers=count))
    assert verdict_of(record).employer_receives == (received,)


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from _paths(part, (*path, key))


def _put(record, path, value):
    for key in path[:-1]:
        record = record[key]
    if value is ...:
        del record[path[-1]]
    else:
        record[path[-1]] = value


_SECRET = "Geheim-Achternaam"
_values = st.one_of(
    st.just(...),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.just(_SECRET),
    st.builds(dict),
    st.builds(list),
    st.builds(lambda: [[[{}]]]),
    st.sampled_from(
        ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "2026-10-25T02:30:00+02:00", "2026-02-30"]
    ),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_change_gives_a_verdict_or_a_problem_without_values(data):
    record = copy.deepcopy(RECORDS[data.draw(st.sampled_from(sorted(RECORDS)))])
    for _ in range(data.draw(st.integers(1, 3))):
        _put(record, data.draw(st.sampled_from([p for p in _paths(record) if p])), data.draw(_values))
    items = list(ArbodienstExport().read([json.dumps(record)]))
    assert items
    policies = sample_policies()
    for item in items:
        if isinstance(item, CaseImport):
            policy = policies.get(item.policy_id, policies["beleid-poli"])
            assert isinstance(assess(fold(item.case_id, item.steps), policy), Verdict)
        else:
            assert isinstance(item, ImportProblem)
            assert _SECRET not in str(item)
            assert item.where.startswith("$")
            assert item.message
            assert item.remedy


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_taking_a_contact_consent_away_never_permits_a_referral(data):
    number = data.draw(st.sampled_from([n for n, r in RECORDS.items() if r["verwijzing"]]))
    record = copy.deepcopy(RECORDS[number])
    to = record["verwijzing"]["naar"]
    for consent in record["toestemmingen"]:
        if consent["doel"].startswith("contactgegevens") and consent["ontvanger"] == to:
            how = data.draw(st.sampled_from(["geweigerd", "ingetrokken", "verlopen"]))
            consent["keuze"] = how
    verdict = verdict_of(record)
    assert not verdict.may_refer
    assert verdict.status in {"waiting-consent", "withdrawn"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_without_a_decision_after_the_draft_no_report_travels(data):
    record = copy.deepcopy(RECORDS[data.draw(st.sampled_from([n for n, r in RECORDS.items() if r["second_opinion"]]))])
    ways = [
        {"keuze": "geweigerd"},
        {"keuze": "ingetrokken"},
        {"keuze": "verlopen"},
        {"ontvanger": "werkgever"},
        {"datum": record["second_opinion"]["conceptadvies_besproken_op"]},
        {"datum": record["verzoek"]["datum"]},
    ]
    for consent in record["toestemmingen"]:
        if consent["doel"] == "uitkomst-naar-eerste-arts":
            consent.update(data.draw(st.sampled_from(ways)))
    assert not verdict_of(record).may_return_report


def test_a_case_says_the_same_whatever_the_offset_of_its_times():
    text = json.dumps(RECORDS["1"])
    in_utc = text.replace("T19:05:00+02:00", "T17:05:00Z").replace("T10:20:00+02:00", "T08:20:00+00:00")
    assert in_utc != text
    verdict = verdict_of(json.loads(in_utc))
    assert verdict == verdict_of(RECORDS["1"])


def test_consents_keep_their_meaning():
    case = fold("Z", read_record(RECORDS["2"]).steps)
    by_purpose = {consent.purpose: consent for consent in case.consents}
    assert by_purpose[Purpose.SO_CONTACT_EMPLOYER].choice is Choice.REFUSED
    assert by_purpose[Purpose.TREATING_INFO].recipient == "longarts"
