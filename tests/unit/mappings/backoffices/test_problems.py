"""Problems name line, path and remedy, and never a value."""

import json

import pytest

from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.problems import json_path
from tests.support.cases import changed

SECRET = "Geheim-Achternaam"


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (lambda r: r.pop("zaak_id"), "$.zaak_id", "required key is missing"),
        (lambda r: r.update(zaak_id=""), "$.zaak_id", "may not be empty"),
        (lambda r: r["toestemmingen"][0].update(datum=SECRET), "$.toestemmingen[0].datum", "must be a date"),
        (lambda r: r["toestemmingen"][0].update(keuze=7), "$.toestemmingen[0].keuze", "must be text"),
        (lambda r: r["verzoek"].update(ingediend_door=SECRET), "$.verzoek.ingediend_door", "one of 'werknemer'"),
        (lambda r: r["beslissing"].update(soort=SECRET), "$.beslissing.soort", "one of 'verzuimbegeleiding'"),
        (lambda r: r["werknemer"]["naam"].update(achternaam=7), "$.werknemer.naam.achternaam", "must be text"),
        (lambda r: r["werknemer"]["naam"].update(achternaam="\ud800"), "$.werknemer.naam.achternaam", "surrogate"),
        (lambda r: r["werknemer"].update(naam=SECRET), "$.werknemer.naam", "must be an object"),
        (lambda r: r["werknemer"].update(tolk_nodig="nee"), "$.werknemer.tolk_nodig", "true or false"),
        (lambda r: r["werkgever"].update(aantal_werknemers=-1), "$.werkgever.aantal_werknemers", "too small"),
        (lambda r: r["werkgever"].update(aantal_werknemers="9"), "$.werkgever.aantal_werknemers", "whole number"),
        (lambda r: r["werkgever"].update(aantal_werknemers=9.5), "$.werkgever.aantal_werknemers", "whole number"),
        (lambda r: r["contract"].update(opties={}), "$.contract.opties", "must be a list"),
        (lambda r: r["verzoek"].update(datum="2026-10-25T02:30:00"), "$.verzoek.datum", "no offset"),
        (lambda r: r["verzoek"].update(datum="2026-02-30T02:30:00Z"), "$.verzoek.datum", "does not exist"),
        (lambda r: r["verzoek"].update(datum="2026-10-25"), "$.verzoek.datum", "date and time"),
        (lambda r: r["verzoek"].update(datum="1026-10-25T10:00:00Z"), "$.verzoek.datum", "before 1900"),
        (lambda r: r["verzoek"].update(datum="25-10-2026"), "$.verzoek.datum", "2026-09-07"),
        (lambda r: r["verzoek"].update(datum=1789000000), "$.verzoek.datum", "2026-09-07"),
        (lambda r: r["factuur"].update(datum="2026-10-25T10:00:00Z"), "$.factuur.datum", "must be a date"),
    ],
)
def test_a_problem_says_where_and_what_and_how(change, where, words):
    [problem] = ArbodienstExport().read([json.dumps(changed("1", change))])
    assert (problem.line, problem.where) == (1, where)
    assert problem.case_id in {"SO-2026-0001", None}
    assert (problem.case_id is None) is (where == "$.zaak_id")
    assert words in problem.message
    assert problem.remedy
    assert SECRET not in str(problem)
    assert str(problem).startswith(f"line 1: {where}: ")


def test_all_problems_of_a_line_are_told():
    def spoil(record):
        record["verzoek"]["datum"] = "gisteren"
        record["toestemmingen"][0]["keuze"] = 3

    assert len(list(ArbodienstExport().read([json.dumps(changed("1", spoil))]))) == 2


def test_null_is_nothing_where_the_format_has_lists_and_flags():
    def empty(record):
        record["toestemmingen"] = record["informatieverzoeken"] = record["eerdere_zaken"] = None
        record["werknemer"]["tolk_nodig"] = record["beoordeling"]["klachtenprocedure_vermeld"] = None

    assert len(list(ArbodienstExport().read([json.dumps(changed("1", empty))]))) == 1


def test_paths_are_json_paths():
    assert json_path(()) == "$"
    assert json_path(("a", 0, "b", 12)) == "$.a[0].b[12]"
    assert json_path(("steps", 0, "request-submitted", "at"), frozenset({"request-submitted"})) == "$.steps[0].at"
