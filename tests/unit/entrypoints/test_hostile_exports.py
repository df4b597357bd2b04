"""Exports that were judged wrongly once: each comes out as it must, row by row, and nothing goes out (entrances, 2).

The files are small changes of a sample case; all persons are invented. ``.1`` is submitted first, ``.2`` is the next
export. A practice is onboarded, so that only the rules keep a referral from going out.
"""

import json
from pathlib import Path

import pytest

from adapters.jose import JoseSealer
from gateway.domain.errors import OperatorError
from gateway.entrypoints.cli.main import main
from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.canonical import write_case
from tests.unit.entrypoints.conftest import SAMPLES, Door, outgoing

FILES = Path(__file__).parents[2] / "vectors" / "hostile-exports"
CASES = {
    "01": [("01-refusal-under-known-id.1", ["recorded"]), ("01-refusal-under-known-id.2", ["waits"])],
    "02": [("02-expiry-added-later.1", ["recorded"]), ("02-expiry-added-later.2", ["waits"])],
    "03": [("03-two-people-one-number", ["not-read", "not-read"])],
    "05": [("05-recipient-corrected.1", ["waits"]), ("05-recipient-corrected.2", ["held"])],
    "06": [("06-not-accepted-reads-accepted", ["held"] * 3)],
    "07": [("07-reads-withdrawn", ["held"] * 2)],
    "08": [("08-answer-words", ["held"] * 3)],
    "11": [("11-misspelt-key", ["held"] * 3)],
    "12": [("12-refusal-other-spelling", ["waits"] * 3)],
    "15": [("15-canonical-consents", ["held"] * 4)],
    "19": [("19-consent-removed.1", ["recorded"]), ("19-consent-removed.2", ["held"])],
    "21": [("21-blank-name", ["not-read"])],
}
HELD_BY = {
    "01": {"contact-consent-refused"},
    "02": {"contact-consent-expired"},
    "05": {"consent-widened"},
    "12": {"contact-consent-refused"},
    "19": {"consent-missing"},
}


def submitted(door: Door, name: str, *arguments: str, status: int | None = None):
    """The rows of one export, and its exit status."""
    door.capsys.readouterr()
    got = main(
        ["--home", str(door.home), "case", "submit", str(FILES / f"{name}.jsonl"), "--output", "json", *arguments]
    )
    said = door.capsys.readouterr()
    assert status is None or got == status, said.err
    return json.loads(said.out), got, said.err


@pytest.mark.parametrize("number", CASES)
def test_nothing_goes_out_on_a_hostile_export(lindehof: Door, number):
    *earlier, last = CASES[number]
    for name, outcomes in earlier:
        rows, _, _ = submitted(lindehof, name, "--no-refer")
        assert [row["outcome"] for row in rows] == outcomes
    name, outcomes = last
    rows, status, _ = submitted(lindehof, name)
    assert [row["outcome"] for row in rows] == outcomes
    assert status == (0 if set(outcomes) == {"waits"} else 3)
    assert outgoing(lindehof) == []
    for row in rows:
        assert HELD_BY.get(number, set()) <= set(row["waits_for"])


@pytest.mark.parametrize("number", ["01", "02", "05", "19"])
def test_a_referral_that_waits_in_the_outbox_is_judged_again(lindehof: Door, number):
    """The first export was sent as far as the outbox; the relay asks the same rules before anything leaves."""
    (first, _), (second, _) = CASES[number]
    submitted(lindehof, first)
    rows, _, _ = submitted(lindehof, second)
    assert rows[0]["referral_message"] is None


def test_04_a_corrected_telephone_moves_no_state_and_is_sent_as_corrected(lindehof: Door):
    submitted(lindehof, "04-phone-corrected.1", "--no-refer", status=0)
    rows, _, _ = submitted(lindehof, "04-phone-corrected.2", status=0)
    assert [row["outcome"] for row in rows] == ["referred"]
    log = [line["code"] for line in lindehof.data("case", "log", "E-PHONE", "--actor", "dr. J.M. Terpstra-Oud")]
    assert "dossier-corrected" in log


def test_a_number_that_stands_twice_in_other_letters_is_a_problem_on_both_lines(lindehof: Door, tmp_path):
    [record] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "twice.jsonl"
    file.write_text(f"{record}\n{record.replace('E-PHONE', 'e-phone ')}\n", encoding="utf-8")
    lindehof.capsys.readouterr()
    assert main(["--home", str(lindehof.home), "case", "submit", str(file), "--output", "json"]) == 3
    said = lindehof.capsys.readouterr()
    rows = json.loads(said.out)
    assert [(row["outcome"], row["waits_for"]) for row in rows] == [("not-read", ["case-repeated"])] * 2
    for line in (1, 2):
        assert f"error: line {line}: $: case-repeated: " in said.err
    assert "Give every case a number and a line of its own" in said.err
    assert outgoing(lindehof) == []


def test_a_known_case_whose_number_stands_twice_waits_for_an_export_where_it_does_not(lindehof: Door, tmp_path):
    name = "04-phone-corrected.1"
    submitted(lindehof, name, "--no-refer", status=0)
    [record] = (FILES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "twice.jsonl"
    file.write_text(f"{record}\n{record}\n", encoding="utf-8")
    lindehof("case", "submit", str(file), status=3)
    assert "case-repeated" in lindehof.data("case", "list")[0]["stands_in_the_way"]
    log = lindehof("case", "log", "E-PHONE", "--actor", "dr. J.M. Terpstra-Oud").out
    assert "Daarin is iets niet duidelijk. Tot dat is opgelost wordt er niets verstuurd." in " ".join(log.split())
    [row], _, _ = submitted(lindehof, name, status=3)
    assert (row["outcome"], row["waits_for"]) == ("held", ["not-explained"])  # nobody knows what the other line said
    lindehof("case", "confirm", "E-PHONE", "--actor", "M. de Planner")
    [row], _, _ = submitted(lindehof, name, status=0)
    assert row["outcome"] == "referred"


def test_a_number_that_reads_like_a_known_one_is_no_new_case(lindehof: Door, tmp_path):
    """A refusal, or an erasure, does not vanish behind a number in other letters."""
    submitted(lindehof, "01-refusal-under-known-id.2", status=0)
    [record] = (FILES / "01-refusal-under-known-id.1.jsonl").read_text(encoding="utf-8").splitlines()
    for number in ("a-refused", "A-REFUSED ", "\uff21-REFUSED"):
        file = tmp_path / "alike.jsonl"
        file.write_text(record.replace("A-REFUSED", number) + "\n", encoding="utf-8")
        said = lindehof("case", "submit", str(file), "--output", "json", status=3)
        assert [row["waits_for"] for row in json.loads(said.out)] == [["case-number-alike"]]
        assert "error: line 1: $: case-number-alike: " in said.err
        assert "Export the case under the number that is known" in said.err
    assert outgoing(lindehof) == []


CARELESS = {
    "a consent by the employer": {"by": {"role": "employer"}},
    "a representative without a mandate": {"by": {"role": "representative"}},
    "the planner in the physician's name": {"door": "M. de Planner namens dr. J.M. Terpstra-Oud"},
    "waiting for the physician": {"door": "wacht op Terpstra-Oud"},
    "a desk with a capital": {"door": "Secretariaat Terpstra-Oud"},
    "the employee as physician": {"door": {"naam": "J.P. van der Kolk", "rol": "bedrijfsarts"}},
    "the second physician": {"door": {"naam": "dr. S. Mulkens", "rol": "bedrijfsarts"}},
    "a namesake with another number": {
        "door": {"naam": "dr. J.M. Terpstra-Oud", "rol": "bedrijfsarts", "big": "99990009999"}
    },
    "a side job in capitals": {"neven": ["Praktijk-Mulkens "]},
}


@pytest.mark.parametrize("change", CARELESS.values(), ids=CARELESS.keys())
def test_what_a_careless_export_says_of_people_sends_nothing(lindehof: Door, tmp_path, change):
    [line] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    record = json.loads(line)
    if "door" in change:
        record["beoordeling"]["door"] = change["door"]
    if "neven" in change:
        record["eerste_bedrijfsarts"]["nevenfunctie_bij"] = change["neven"]
    if "by" in change:
        [case] = ArbodienstExport().read([json.dumps(record)])
        record = json.loads(write_case(case))
        for step in record["steps"]:
            if step["step"] == "consent-given":
                step["by"].update(change["by"])
    file = tmp_path / "careless.jsonl"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    main(["--home", str(lindehof.home), "case", "submit", str(file)])
    assert "outcome" in lindehof.capsys.readouterr().out.casefold()
    assert outgoing(lindehof) == []


def test_what_a_later_export_unprotects_waits_for_a_person(lindehof: Door, tmp_path):
    [line] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    record, file = json.loads(line), tmp_path / "case.jsonl"
    record["werknemer"]["adres_geheim"] = True
    record["eerste_bedrijfsarts"]["nevenfunctie_bij"] = ["praktijk-elders"]
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    lindehof("case", "submit", str(file), "--no-refer")
    del record["werknemer"]["adres_geheim"]
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    for _ in range(2):
        lindehof("case", "submit", str(file), status=3)
        assert outgoing(lindehof) == []
    lindehof("case", "confirm", "E-PHONE", "--actor", "M. de Planner")
    lindehof("case", "submit", str(file))
    assert outgoing(lindehof) == ["referral-requested"]


@pytest.mark.parametrize(
    ("status", "outcome"), [("ingetrokken", "over"), ("geweigerd", "over"), ("verzonden", "running")]
)
def test_a_referral_that_did_not_go_from_here_does_not_go_again(lindehof: Door, tmp_path, status, outcome):
    [line] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    record, file = json.loads(line), tmp_path / "case.jsonl"
    record["verwijzing"] = {
        "datum": "2026-09-14T13:00:00+02:00",
        "naar": "praktijk-mulkens",
        "verzonden_door": "secretariaat",
        "inhoud": ["contactgegevens"],
        "status": status,
        "reacties": [],
    }
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    [row] = lindehof.data("case", "submit", str(file))
    assert row["outcome"] == outcome
    assert outgoing(lindehof) == []


def test_a_case_of_ours_that_names_another_arbodienst_is_held(lindehof: Door, tmp_path):
    [line] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    record, file = json.loads(line), tmp_path / "case.jsonl"
    record["arbodienst"]["id"] = "arbo-elders"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    [row] = lindehof.data("case", "submit", str(file))
    assert row["outcome"] == "other-organisation-skipped"
    submitted(lindehof, "04-phone-corrected.1", "--no-refer", status=0)
    lindehof("case", "submit", str(file), status=3)
    assert "case-of-another-organisation" in lindehof.data("case", "list")[0]["stands_in_the_way"]
    [row], _, _ = submitted(lindehof, "04-phone-corrected.1", status=3)
    assert row["waits_for"] == ["not-explained"]
    lindehof("case", "confirm", "E-PHONE", "--actor", "M. de Planner")
    [row], _, _ = submitted(lindehof, "04-phone-corrected.1", status=0)
    assert row["outcome"] == "referred"
    assert lindehof.data("case", "list")[0]["stands_in_the_way"] == []


def test_checking_in_a_home_says_what_submitting_there_does(lindehof: Door, tmp_path):
    """The partners and the policy of the gateway judge, in both."""
    [line] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    record, file = json.loads(line), tmp_path / "case.jsonl"
    record["arbodienst"]["beleid_id"] = "beleid-dat-niemand-kent"
    other = json.loads(line)
    other["zaak_id"], other["arbodienst"]["id"] = "E-OTHER", "arbo-elders"
    file.write_text(f"{json.dumps(record)}\n{json.dumps(other)}\n", encoding="utf-8")
    said = lindehof("case", "check", str(file))
    own, elsewhere = map(json.loads, said.out.splitlines())
    assert "judged by ours, 'beleid-vaste-groep'" in said.err
    assert (own["may_refer"], own.get("now")) == (True, None)
    assert [refusal["code"] for refusal in elsewhere["now"]["refusals"]] == ["case-of-another-organisation"]
    rows = lindehof.data("case", "submit", str(file))
    assert [row["outcome"] for row in rows] == ["referred", "other-organisation-skipped"]


def test_a_name_in_the_place_of_a_consents_id_is_not_said_again(lindehof: Door, tmp_path):
    [line] = (FILES / "04-phone-corrected.1.jsonl").read_text(encoding="utf-8").splitlines()
    record, file = json.loads(line), tmp_path / "case.jsonl"
    record["toestemmingen"][0].update(id="Jur van der Kolk", ontvanger="Praktijk Onbekend")
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    lindehof("case", "submit", str(file), status=3)
    record["toestemmingen"] = record["toestemmingen"][1:]
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    said = lindehof("case", "submit", str(file), "--no-refer", status=3)
    assert "(consent-given, see: sogw consent list)" in said.err
    assert "Kolk" not in said.err + said.out


def test_09_half_an_emoji_stops_no_other_row(lindehof: Door):
    rows, _, said = submitted(lindehof, "09-half-emoji-stops-batch", status=3)
    assert [(row["case"], row["outcome"]) for row in rows] == [
        ("L-BEFORE", "referred"),
        ("M-SURROGATE", "not-read"),
        ("N-AFTER", "referred"),
    ]
    assert "line 2" in said
    assert "$.werknemer.adres.plaats" in said


def test_10_an_erased_case_is_skipped_and_stops_no_other_row(lindehof: Door):
    rows, _, _ = submitted(lindehof, "10-erased-case-stops-batch")
    assert [row["outcome"] for row in rows] == ["referred"] * 3


def test_17_a_policy_with_an_unknown_key_is_refused_by_its_path(lindehof: Door):
    policies = str(FILES / "17-policy-typo.policies.json")
    said = lindehof("case", "check", str(FILES / "17-policy-typo.jsonl"), "--policies", policies, status=3)
    assert "decision_age_limit_day" in said.err
    assert "decision_age_limit_days" in said.err
    assert said.out == ""


def test_18_impossible_times_are_told_and_future_ones_not_submitted(lindehof: Door):
    rows, _, said = submitted(lindehof, "18-odd-times", status=3)
    assert [(row["case"], row["outcome"]) for row in rows] == [
        ("d20-future-request", "refused"),
        ("d21-born-after", "held"),
        ("d22-advice-after-request", "held"),
    ]
    assert outgoing(lindehof) == []
    assert all(f"line {number}" in said for number in (1, 2, 3))


@pytest.mark.parametrize("number", CASES)
def test_checking_permits_none_of_them(lindehof: Door, number):
    """The last export of each, judged alone or in the gateway that has the earlier ones."""
    *earlier, (name, _) = CASES[number]
    for before, _ in earlier:
        submitted(lindehof, before, "--no-refer")
    lindehof.capsys.readouterr()
    policies = str(SAMPLES / "policies.json")
    main(["--home", str(lindehof.home), "case", "check", str(FILES / f"{name}.jsonl"), "--policies", policies])
    lines = [json.loads(line) for line in lindehof.capsys.readouterr().out.splitlines()]
    for line in lines:
        assert not line.get("now", line)["may_refer"]


def test_a_partner_without_a_key_stops_no_other_line(lindehof: Door, monkeypatch: pytest.MonkeyPatch):
    """The record is kept, and its row says why its referral waits."""
    code = "partner-key-missing"

    def seal(*_: object, **__: object) -> None:
        raise OperatorError(code, "The partner has no encryption key that is valid now.")

    monkeypatch.setattr(JoseSealer, "seal", seal)
    file = lindehof.home.parent / "two.jsonl"
    record = (SAMPLES / "new-case.jsonl").read_text(encoding="utf-8")
    file.write_text(record + record.replace("SO-2026-0", "SO-2026-9"), encoding="utf-8")
    rows = lindehof.data("case", "submit", str(file))
    assert [(row["outcome"], row["waits_for"]) for row in rows] == [("waits", [code])] * 2
    assert len(lindehof.data("case", "list")) == 2
