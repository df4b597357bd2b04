"""A party file says what it likes; its keys count by the fingerprint, all else by the word of who onboards (R8, R25)."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.bootstrap import build
from gateway.settings import load_settings
from tests.unit.entrypoints.conftest import Door

OTHER = "noord/G4"


def party(door: Door, folder: Path, party_id: str, name: str, role: str = "pool") -> Door:
    made = Door(folder / party_id, door.capsys)
    made("init", "--party", party_id, "--role", role, "--name", name)
    return made


@pytest.fixture
def mulkens(door: Door, tmp_path: Path) -> Door:
    """An honest practice, not onboarded yet."""
    return party(door, tmp_path, "praktijk-mulkens", "Praktijk Mulkens")


@pytest.fixture
def noord(door: Door, tmp_path: Path) -> Door:
    """A pool whose file says what it likes."""
    return party(door, tmp_path, "pool-noord", "Pool Noord")


def told(of: Door, *recipients: str, **facts: object) -> list[str]:
    """Its file, and the right fingerprint."""
    file = of.home.parent / f"{of.home.name}.json"
    file.unlink(missing_ok=True)
    of("party", "export", "--out", str(file))
    document = json.loads(file.read_text(encoding="utf-8"))
    document["recipients"] = list(recipients)
    document["party"].update(facts)
    file.write_text(json.dumps(document), encoding="utf-8")
    return [str(file), "--fingerprint", document["fingerprint"]]


def refused(door: Door, code: str, *arguments: str) -> str:
    """Nothing was pinned or changed."""
    before = door.data("partner", "list")
    said = door(*arguments, status=3)
    assert f"error[{code}]: " in said.err
    assert door.data("partner", "list") == before
    return said.err


def serving(door: Door, party_id: str) -> list[str]:
    return next(row["recipients"] for row in door.data("partner", "list") if row["party"] == party_id)


def test_whom_a_partner_serves_is_what_a_person_says_not_its_file(door: Door, noord: Door):
    add = ["partner", "add", *told(noord, OTHER, "noord/G3", "pool-noord")]
    said = refused(door, "recipients-not-confirmed", *add)
    assert "serves also: noord/G4, noord/G3." in said
    assert "--serves noord/G4 --serves noord/G3" in said
    refused(door, "recipients-not-confirmed", *add, "--serves", OTHER)
    door(*add, "--serves", "Noord/g4", "--serves", "noord/G3", "--serves", "noord/G9")
    assert serving(door, "pool-noord") == ["Noord/g4", "noord/G3", "noord/G9"]
    assert door.data("partner", "show", "pool-noord")["recipients"] == serving(door, "pool-noord")
    assert "pool-noord (serves also Noord/g4, noord/G3, noord/G9)" in door("check").out


@pytest.mark.parametrize(
    "text",
    ["praktijk-mulkens", "Praktijk-Mulkens/G1", "mulkens/g4", "mulkens", "arbo-lindehof", "arbo-lindehof/G1"],
)
def test_what_leads_to_another_or_to_us_is_not_taken_whoever_says_so(door: Door, mulkens: Door, noord: Door, text):
    door("partner", "add", *told(mulkens), "--serves", "mulkens/G4")
    for claims, word in (([text], []), ([text], ["--serves", text]), ([], ["--serves", text])):
        said = refused(door, "recipient-taken", "partner", "add", *told(noord, *claims), *word)
        assert ("this gateway itself" if "lindehof" in text else "partner 'praktijk-mulkens'") in said


def test_a_text_that_was_given_away_is_not_taken_back_by_its_owner_unseen(door: Door, mulkens: Door, noord: Door):
    door("partner", "add", *told(noord), "--serves", "praktijk-mulkens")
    assert "partner 'pool-noord'" in refused(door, "recipient-taken", "partner", "add", *told(mulkens))
    door("partner", "serves", "pool-noord")
    assert serving(door, "pool-noord") == []
    door("partner", "add", *told(mulkens))
    refused(door, "recipient-taken", "partner", "serves", "pool-noord", "praktijk-mulkens")
    door("partner", "serves", "pool-noord", OTHER)
    assert serving(door, "pool-noord") == [OTHER]


@pytest.mark.parametrize("name", ["Praktijk Mulkens", "praktijk  MULKENS", "Arbodienst Lindehof", "praktijk-mulkens"])
def test_nobody_bears_the_name_of_another(door: Door, mulkens: Door, noord: Door, name):
    door("partner", "add", *told(mulkens))
    refused(door, "recipient-taken", "partner", "add", *told(noord, name=name))


def test_a_partner_that_is_known_changes_nothing_but_its_keys_by_its_file(door: Door, noord: Door):
    door("partner", "add", *told(noord), "--serves", OTHER)
    again = ["partner", "add", *told(noord, "praktijk-wiarda", name="Praktijk Wiarda", kvk="00000999")]
    said = refused(door, "partner-changed", *again)
    assert "of name: pinned 'Pool Noord', in the file 'Praktijk Wiarda'." in said
    assert "of recipients: pinned 'noord/G4', in the file 'praktijk-wiarda'." in said
    assert "--changed name --changed kvk" in said
    refused(door, "partner-changed", *again, "--changed", "name")
    refused(door, "recipients-not-confirmed", *again, "--changed", "name", "--changed", "kvk")
    said = door("partner", "update", again[2])
    assert "in the file 'Praktijk Wiarda'" in said.err
    shown = door.data("partner", "show", "pool-noord")
    assert (shown["name"], shown["kvk"], shown["recipients"]) == ("Pool Noord", None, [OTHER])
    door(*again, "--changed", "name", "--changed", "kvk", "--serves", "praktijk-wiarda")
    shown = door.data("partner", "show", "pool-noord")
    assert (shown["name"], shown["kvk"], shown["recipients"]) == ("Praktijk Wiarda", "00000999", ["praktijk-wiarda"])


def test_the_same_file_again_keeps_what_a_person_said(door: Door, noord: Door):
    door("partner", "add", *told(noord), "--serves", OTHER)
    door("partner", "add", *told(noord))
    assert serving(door, "pool-noord") == [OTHER]


@pytest.mark.parametrize("text", ["*", "Praktijk Wiarda", "p\u043eli", "x" * 101])
def test_a_recipient_text_that_is_none_is_refused_wherever_it_stands(door: Door, noord: Door, text):
    refused(door, "party-file-invalid", "partner", "add", *told(noord, text))
    refused(door, "recipient-invalid", "partner", "add", *told(noord), "--serves", text)
    door("partner", "add", *told(noord))
    refused(door, "recipient-invalid", "partner", "serves", "pool-noord", text)


@pytest.mark.parametrize(
    "facts",
    [{"name": "A" * 201}, {"name": "Praktijk\nfingerprint: same"}, {"name": "Pool\u202e Noord"}, {"kvk": "0" * 33}],
)
def test_a_fact_that_does_not_show_whole_on_one_line_is_refused(door: Door, noord: Door, facts):
    refused(door, "party-file-invalid", "partner", "add", *told(noord, **facts))


def test_a_file_lists_no_more_than_one_party_serves(door: Door, noord: Door):
    refused(door, "party-file-invalid", "partner", "add", *told(noord, *(f"noord/g{n}" for n in range(101))))
    many = [part for n in range(101) for part in ("--serves", f"noord/g{n}")]
    refused(door, "recipient-invalid", "partner", "add", *told(noord), *many)


def test_what_a_partner_serves_without_being_told_is_said(door: Door, noord: Door):
    door("partner", "add", *told(noord))
    said = door("partner", "serves", "pool-noord", "pool-noord", OTHER, OTHER.lower()).err
    assert "'pool-noord' leads to it by itself and is not listed." in said
    assert serving(door, "pool-noord") == [OTHER.lower()]
    assert "by itself" not in door("partner", "serves", "pool-noord", OTHER).err


def test_who_may_have_a_second_physician_in_the_house_may_let_a_partner_serve_its_id(door: Door, noord: Door):
    """R5: the military exception; its two sides are parties of their own (R38)."""
    text = (door.home / "sogw.toml").read_text(encoding="utf-8")
    swapped = text.replace('id = "beleid-vaste-groep"', 'id = "beleid-defensie"')
    assert swapped != text
    refused(door, "recipient-taken", "partner", "add", *told(noord), "--serves", "arbo-lindehof")
    (door.home / "sogw.toml").write_text(swapped, encoding="utf-8")
    refused(door, "recipients-not-confirmed", "partner", "add", *told(noord, "arbo-lindehof"))
    door("partner", "add", *told(noord, "arbo-lindehof"), "--serves", "arbo-lindehof")


def test_what_was_pinned_before_and_leads_to_two_is_told(door: Door, mulkens: Door, noord: Door):
    for partner in (mulkens, noord):
        door("partner", "add", *told(partner))
    asyncio.run(_believed(door, "pool-noord", "praktijk-mulkens"))
    for arguments in (("list",), ("show", "pool-noord")):
        assert "ONE TEXT LEADS TO TWO: 'praktijk-mulkens'" in door("partner", *arguments).err
    assert "One text leads to two" in door("check").out


async def _believed(door: Door, party_id: str, recipient: str) -> None:
    """Pin a recipient text as a file's word was once believed."""
    async with build(load_settings(door.home)) as gateway, gateway.services.store.begin() as work:
        known = next(partner for partner in await work.partners() if partner.party.party_id == party_id)
        await work.save_partner(replace(known, recipients=(recipient,)))
