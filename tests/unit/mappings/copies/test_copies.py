"""A copy for the employee: nothing that is held is left out, and both forms can be read by whom they are for (R58)."""

import json
import types
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.enclosure import Enclosure
from gateway.domain.party import Party, Role
from gateway.domain.retention import DataKind, RetentionTerms
from gateway.ports.copies import CaseCopy
from gateway.ports.letters import LetterKind
from gateway.ports.store import InboxState, OutboxState
from mappings.copies import DutchCopies
from mappings.copies.document import json_schema
from mappings.copies.labels import LABELS, WORDS_OF_FIELD
from mappings.letters import DutchLetters, Letterhead
from mappings.letters.layout import COLUMNS
from mappings.letters.words import WORDS
from tests.unit.mappings.letters.samples import (
    BACK_OFFICE,
    CASE_ID,
    CONTACT,
    FEEDBACK,
    REPORT,
    at,
    entries,
    given,
    referral_step,
    submitted,
    whole_path,
)
from tests.unit.mappings.letters.steps_of_every_kind import every_kind_of_step

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NAMES = {"arbo-lindehof": "Arbodienst Lindehof B.V.", "praktijk-mulkens": "Praktijk Mulkens"}
HOLDER = Party("arbo-lindehof", Role.OHS, "Arbodienst Lindehof B.V.")
REPORT_STEP = next(step for step in every_kind_of_step() if isinstance(step, s.ReportReleased))
PERSONAL_STEPS = [kind for kind in s.step_classes() if kind is not s.CaseRead]


@pytest.fixture(scope="module")
def copies() -> DutchCopies:
    return DutchCopies(DutchLetters(Letterhead("Arbodienst Lindehof B.V."), NAMES), NAMES)


@pytest.fixture(scope="module")
def rules() -> Draft202012Validator:
    return Draft202012Validator(json.loads(json_schema()))


def copied(*steps: s.Step, **changes: Any) -> CaseCopy:
    lines = tuple(entries(list(steps)))
    whole = CaseCopy(HOLDER, fold(CASE_ID, steps), lines, (), (), AT, BACK_OFFICE, RetentionTerms())
    return replace(whole, **changes)


def marked(kind: Any, counter: list[str]) -> Any:
    """A value of a type with a marker of its own in every text, however deep; the markers are put in ``counter``."""
    scan = Enclosure("application/pdf", 7, "JVBERi0xLjc=")  # a file, not a text
    plain = {int: 7, bool: True, float: 36.5, datetime: AT, date: AT.date(), Enclosure: scan}
    if kind is str:
        counter.append(f"Merkteken-{len(counter)}.")
        return counter[-1]
    if kind in plain:
        return plain[kind]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: marked(hints[field.name], counter) for field in fields(kind)})
    if get_origin(kind) in {Union, types.UnionType}:
        return marked(next(part for part in get_args(kind) if part is not type(None)), counter)
    if get_origin(kind) is tuple:
        return (marked(get_args(kind)[0], counter),)
    return next(iter(kind))


@pytest.mark.parametrize("kind", PERSONAL_STEPS, ids=lambda kind: kind.code)
def test_every_text_of_every_step_is_in_both_forms(
    copies: DutchCopies, rules: Draft202012Validator, kind: type[s.Step]
):
    markers: list[str] = []
    step = marked(kind, markers)
    step = replace(step, by=replace(step.by, role=s.ActorRole.BACK_OFFICE))  # of the employee only "u zelf" shows
    held = copied(submitted(), step)
    document, page = copies.document(held), copies.page(held)
    assert [marker for marker in markers if marker not in document] == []
    # Messages have a list of their own.
    assert [marker for marker in markers if marker not in page] == [m for m in markers if m == step.message_id]


def test_a_file_is_in_the_copy_for_programs_and_named_in_the_one_for_people(copies: DutchCopies):
    report = replace(REPORT_STEP.report, text="", enclosure=Enclosure("application/pdf", 8, "JVBERi0xLjc="))
    held = copied(submitted(), replace(REPORT_STEP, report=report))
    assert '"JVBERi0xLjc="' in copies.document(held)
    assert "Bestand: application/pdf, 8 bytes" in copies.page(held)
    assert "JVBERi0xLjc=" not in copies.page(held)


def test_every_field_has_a_name_in_dutch_and_every_name_a_field():
    seen: set[str] = set()
    for step in s.step_classes():
        _fields_of(step, seen)
    assert set(LABELS) == seen
    assert set(WORDS_OF_FIELD.values()) <= {*WORDS, "hindrance"}


def _fields_of(kind: Any, seen: set[str]) -> None:
    if kind is Enclosure:
        return  # said in one line: what it is and how large
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        for field in fields(kind):
            seen.add(field.name)
            _fields_of(hints[field.name], seen)
    for part in get_args(kind):
        _fields_of(part, seen)


def test_the_document_is_what_the_schema_says_whatever_happened(copies: DutchCopies, rules: Draft202012Validator):
    steps = [*whole_path(), *every_kind_of_step(), *(marked(kind, []) for kind in s.step_classes())]
    document = json.loads(copies.document(copied(*steps)))
    assert [error.message for error in rules.iter_errors(document)] == []
    assert len(document["steps"]) == len(document["log"]) == len(steps)
    assert {term["kind"] for term in document["terms"]} == set(DataKind)
    consent = document["consents"][0]
    assert consent["words"] == "het doorgeven van uw contactgegevens voor de second opinion"
    assert consent["recipient_name"] == "Praktijk Mulkens"
    assert {"decided_at", "form", "choice", "purpose"} <= set(consent["consent"])


@pytest.mark.parametrize("spoil", ["steps", "case_id", "unknown"])
def test_the_schema_can_say_no(copies: DutchCopies, rules: Draft202012Validator, spoil: str):
    document = json.loads(copies.document(copied(submitted())))
    changes = {"steps": [{"step": "no-such-step"}], "case_id": None, "unknown": 1}
    assert not rules.is_valid({**document, spoil: changes[spoil]})


def test_the_page_has_the_report_the_feedback_and_the_letters_word_for_word(copies: DutchCopies):
    held = copied(*whole_path())
    page = " ".join(copies.page(held).split())
    for text in (REPORT, FEEDBACK):
        assert " ".join(text.split()) in page
    for title in ("Overzicht van uw toestemmingen", "Mijn besluit en de uitleg daarbij", "Logboek van uw zaak"):
        assert title in page
    assert f"Aantal stappen: {len(whole_path())}." in page


def test_a_letter_is_in_it_only_when_its_step_is_on_record(copies: DutchCopies):
    def kinds(*steps: s.Step) -> set[str]:
        return {letter["kind"] for letter in json.loads(copies.document(copied(*steps)))["letters"]}

    assert kinds(submitted()) == {LetterKind.CONSENT_OVERVIEW}
    planned = s.ReassessmentPlanned(at=at("2026-09-12T10:00"), by=BACK_OFFICE)
    assert kinds(submitted(), planned) == {LetterKind.CONSENT_OVERVIEW, LetterKind.REASSESSMENT}
    granted = s.TransferDecided(at=at("2026-09-12T10:00"), by=BACK_OFFICE, is_granted=True)
    assert kinds(submitted(), granted) == {LetterKind.CONSENT_OVERVIEW}


def test_no_line_is_wider_than_paper(copies: DutchCopies):
    lines = copies.page(copied(*whole_path(), *every_kind_of_step())).splitlines()
    assert [line for line in lines if len(line) > COLUMNS] == []


def test_what_people_wrote_is_no_template_and_no_half_character_is_lost(copies: DutchCopies):
    strange = "{{ 7*7 }} {% raw %}\ud83d eind"
    held = copied(submitted(doubt=strange))
    assert strange in copies.page(held)
    written = copies.document(held).encode("utf-8", errors="backslashreplace")
    assert json.loads(written)["steps"][0]["doubt"] == strange


def test_every_state_of_a_message_has_words():
    assert set(WORDS["sent"]) == set(OutboxState)
    assert set(WORDS["received"]) == set(InboxState)
    assert set(WORDS["data"]) == set(DataKind)


def test_at_a_pool_there_is_no_dossier_and_still_a_whole_copy(copies: DutchCopies, rules: Draft202012Validator):
    steps = [step for step in whole_path() if isinstance(step, s.ReferralStep)]
    held = copied(given(CONTACT), *steps, referral_step(s.ErasureRequested, "2026-10-14T10:00"))
    document = json.loads(copies.document(held))
    assert [error.message for error in rules.iter_errors(document)] == []
    assert "Geachte heer, mevrouw" in copies.page(held)
