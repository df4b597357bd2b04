"""A back office's own words: they can say what the format can say, and nothing else."""

import json
from pathlib import Path

import jsonschema
import pytest

from gateway.domain import steps as s
from gateway.domain.errors import RefusedError
from gateway.ports.backoffice import CaseImport
from mappings.backoffices.arbodienst_words import LISTS
from mappings.backoffices.products import AnyProduct, Profile, read_profile
from mappings.backoffices.profile import SCHEMA, json_schema
from tests.support.cases import changed, read_record, sample_records

REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(json_schema()))
SECRET = "Zq7Geheim"


def written(tmp_path, record):
    file = tmp_path / "profile.json"
    file.write_text(record if isinstance(record, str) else json.dumps(record), encoding="utf-8")
    return file


def profile_of(tmp_path, words) -> Profile:
    record = {"schema": SCHEMA, "words": words}
    VALIDATOR.validate(record)
    return read_profile(written(tmp_path, record))


def read(record, profile) -> CaseImport:
    [case] = AnyProduct(profile).read([json.dumps(record)])
    assert isinstance(case, CaseImport), str(case)
    return case


def accepted_later(word):
    small = [{"soort": word, "datum": "2026-09-14T10:00:00+02:00"}]
    return changed("27", lambda r: r["beoordeling"].update(uitkomst="nieuwe-beoordeling", tussenstappen=small))


def test_their_word_has_our_meaning_and_only_when_written_exactly_so(tmp_path):
    profile = profile_of(tmp_path, {"tussenstappen.soort": {"akkoord BA": "aanvaard", "terugbellen": "note"}})
    assert profile.count == 2
    case = read(accepted_later("akkoord BA"), profile)
    assert [type(step) for step in case.steps if isinstance(step, s.RequestAccepted)] == [s.RequestAccepted]
    assert {doubt.where for doubt in case.doubts} == {"$.beoordeling.tussenstappen[0]"}  # dated before the request
    for word in ("Akkoord BA", "akkoord BA ", "geen akkoord BA"):
        case = read(accepted_later(word), profile)
        assert "$.beoordeling.tussenstappen[0].soort" in {doubt.where for doubt in case.doubts}
        assert not any(isinstance(step, s.RequestAccepted) for step in case.steps)


def test_a_note_is_kept_as_it_is_written_and_decides_nothing(tmp_path):
    words = {"tussenstappen.soort": {"terugbellen": "note"}, "reacties.soort": {"gebeld": "note"}}
    small = [{"soort": "terugbellen", "datum": "2026-11-13"}]

    def change(record):
        record["beoordeling"]["tussenstappen"] = small
        record["verwijzing"]["reacties"].append({"datum": "2026-11-20", "soort": "gebeld"})

    case = read(changed("27", change), profile_of(tmp_path, words))
    assert (case.doubts, case.remarks) == ((), ())
    assert [step.topic for step in case.steps if isinstance(step, s.NoteRecorded)] == ["terugbellen", "gebeld"]


@pytest.mark.parametrize(
    ("listed", "theirs", "ours", "change"),
    [
        ("toestemmingen.keuze", "ja", "gegeven", lambda r: r["toestemmingen"][0].update(keuze="ja")),
        ("beslissing.soort", "verzuim", "verzuimbegeleiding", lambda r: r["beslissing"].update(soort="verzuim")),
        ("verzoek.ingediend_door", "wn", "werknemer", lambda r: r["verzoek"].update(ingediend_door="wn")),
        ("verwijzing.status", "ok", "geaccepteerd", lambda r: r["verwijzing"].update(status="ok")),
        ("verwijzing.inhoud", "NAW", "contactgegevens", lambda r: r["verwijzing"]["inhoud"].__setitem__(0, "NAW")),
        ("arts.rol", "BA", "bedrijfsarts", lambda r: r["contract"]["opties"][0]["arts"].update(rol="BA")),
    ],
)
def test_a_profile_reaches_every_list(tmp_path, listed, theirs, ours, change):
    profile = profile_of(tmp_path, {listed: {theirs: ours}})
    assert read(changed("27", change), profile) == read_record(sample_records()["27"])
    items = list(AnyProduct().read([json.dumps(changed("27", change))]))
    assert not isinstance(items[0], CaseImport) or items[0].doubts


def test_without_a_profile_nothing_changes_and_the_record_that_was_read_stays_as_it_was(tmp_path):
    record = sample_records()["27"]
    before = json.dumps(record)
    profile = profile_of(tmp_path, {"arts.rol": {"BA": "bedrijfsarts"}})
    assert read(record, profile) == read(record, None) == read_record(record)
    assert json.dumps(record) == before
    assert profile_of(tmp_path, {}) == Profile({})


LIST = "tussenstappen.soort"


@pytest.mark.parametrize(
    ("record", "where", "words"),
    [
        ("{", "profile: $", "Not valid JSON"),
        ([], "profile: $", "not a JSON object"),
        ({"words": {}}, "profile: $.schema", "does not say"),
        ({"schema": SCHEMA}, "profile: $.words", "must be an object"),
        ({"schema": SCHEMA, "words": []}, "profile: $.words", "must be an object"),
        ({"schema": SCHEMA, "wrods": {}}, "profile: $.wrods", "Did you mean 'words'?"),
        ({"schema": SCHEMA, "words": {SECRET: {}}}, "profile: $.words[?]", "no closed list"),
        (
            {"schema": SCHEMA, "words": {"tussenstappen": {}}},
            "profile: $.words[?]",
            "Did you mean 'tussenstappen.soort'?",
        ),
        ({"schema": SCHEMA, "words": {LIST: [SECRET]}}, f"profile: $.words['{LIST}']", "must be an object"),
        (
            {"schema": SCHEMA, "words": {LIST: {SECRET: "aanvard"}}},
            f"profile: $.words['{LIST}'], entry 1",
            "'aanvaard'?",
        ),
        ({"schema": SCHEMA, "words": {LIST: {SECRET: SECRET}}}, f"profile: $.words['{LIST}'], entry 1", "no word of"),
        ({"schema": SCHEMA, "words": {LIST: {SECRET: 7}}}, f"profile: $.words['{LIST}'], entry 1", "no word of"),
        ({"schema": SCHEMA, "words": {LIST: {SECRET: {}}}}, f"profile: $.words['{LIST}'], entry 1", "no word of"),
        ({"schema": SCHEMA, "words": {LIST: {" ": "note"}}}, f"profile: $.words['{LIST}'], entry 1", "blank"),
        (
            {"schema": SCHEMA, "words": {LIST: {"x": "note", "aanvaard": "notitie"}}},
            f"profile: $.words['{LIST}'], entry 2",
            "of the format already",
        ),
        (
            {"schema": SCHEMA, "words": {"toestemmingen.keuze": {"misschien": "note"}}},
            "profile: $.words['toestemmingen.keuze'], entry 1",
            "always decides",
        ),
    ],
)
def test_a_profile_that_cannot_be_is_refused_as_a_whole_and_by_path(tmp_path, record, where, words):
    with pytest.raises(RefusedError) as caught:
        read_profile(written(tmp_path, record))
    assert (caught.value.code, caught.value.where) == ("profile-unreadable", where)
    assert words in f"{caught.value.message} {caught.value.remedy}"
    assert SECRET not in str(caught.value)
    if isinstance(record, dict):
        assert not VALIDATOR.is_valid(record)


_TURNED = [
    *[("toestemmingen.keuze", word, "gegeven") for word in ("Geweigerd", "geweigerd ", "GE-WEIGERD", "\uff47eweigerd")],
    *[("toestemmingen.keuze", word, "gegeven") for word in ("weigert", "heeft ingetrokken", "withdrawn", "Vervallen")],
    *[
        ("toestemmingen.keuze", word, "gegeven")
        for word in ("niet gegeven", "geen toestemming", "be\u00ebindigd", "refused")
    ],
    *[
        ("beoordeling.uitkomst", word, "aanvaard")
        for word in ("Afgewezen", "wordt afgewezen", "niet aanvaard", "Rejected")
    ],
    *[("verwijzing.status", word, "niet-verzonden") for word in ("Verstuurd", "Verzonden", "is verzonden", "Afgerond")],
    *[("verwijzing.status", word, "in-wachtrij") for word in ("Ingetrokken", "geannuleerd", "door pool geweigerd")],
    *[("tussenstappen.soort", word, "note") for word in ("Ingetrokken", "verzoek ingetrokken", "Verzoek-Ingetrokken")],
    *[("tussenstappen.soort", word, "aanvaard") for word in ("intrekking", "niet aanvaard", "Bezwaar")],
    *[("reacties.soort", word, "note") for word in ("Geweigerd", "pool weigert", "stopgezet", "Gewist")],
    *[("reacties.soort", word, "geaccepteerd") for word in ("niet geaccepteerd", "afgewezen")],
    *[("status_verslag", word, "vrijgegeven") for word in ("Geblokkeerd", "niet vrijgegeven", "geblokt")],
    *[("klacht.uitkomst", word, "gegrond") for word in ("Ongegrond", "ongegrond verklaard", "niet gegrond")],
    *[("keuze_werknemer", word, "second-opinion") for word in ("Alternatief", "geen second opinion")],
    *[("overdracht.besluit", word, "gehonoreerd") for word in ("Niet gehonoreerd", "geweigerd")],
    *[("verzoek.ingediend_door", word, "werknemer") for word in ("Werkgever", "werk-gever")],
    ("arts.rol", "Arboarts", "bedrijfsarts"),
]


@pytest.mark.parametrize(("listed", "theirs", "ours"), _TURNED)
def test_a_profile_does_not_turn_a_word_that_restricts_into_one_that_permits(tmp_path, listed, theirs, ours):
    with pytest.raises(RefusedError) as caught:
        profile_of(tmp_path, {listed: {"x1": ours, theirs: ours}})
    assert (caught.value.code, caught.value.where) == ("profile-unreadable", f"profile: $.words['{listed}'], entry 2")
    assert "may not be made" in caught.value.message or "keeps its meaning" in caught.value.message


@pytest.mark.parametrize(
    ("listed", "theirs", "ours"),
    [
        ("toestemmingen.keuze", "Geweigerd", "geweigerd"),
        ("toestemmingen.keuze", "weigert", "ingetrokken"),
        ("toestemmingen.keuze", "Gegeven ", "gegeven"),
        ("verwijzing.status", "Verstuurd", "verzonden"),
        ("verwijzing.status", "nog niet verstuurd", "niet-verzonden"),
        ("verwijzing.status", "wacht op verzending", "in-wachtrij"),
        ("tussenstappen.soort", "Ingetrokken", "verzoek-ingetrokken"),
        ("reacties.soort", "afspraak verzet", "afspraak-verzet"),
        ("reacties.soort", "no show", "niet-verschenen"),
        ("klacht.uitkomst", "terecht", "gegrond"),
    ],
)
def test_a_profile_may_spell_a_word_as_the_back_office_does(tmp_path, listed, theirs, ours):
    assert profile_of(tmp_path, {listed: {theirs: ours}}).count == 1


def test_a_profile_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RefusedError) as caught:
        read_profile(tmp_path / "nowhere.json")
    assert caught.value.where == str(tmp_path / "nowhere.json")


def test_the_schema_is_the_committed_one_and_knows_every_list():
    assert (REFERENCE / "profile.schema.json").read_text(encoding="utf-8") == json_schema()
    schema = json.loads(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]["words"]["properties"]) == {listed.name for listed in LISTS}
