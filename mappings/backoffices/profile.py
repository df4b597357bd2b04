"""A back office's own words: ``backoffice-profile/1``, a small file that maps their word to ours, or to a note.

A profile can say nothing that the format cannot say: it only translates. A word of the format in another spelling keeps
its meaning, and a word that restricts becomes none that permits. What it names and the format does not know
refuses the profile as a whole, by path.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from gateway.domain.errors import RefusedError, reason_of
from gateway.ports.backoffice import ImportProblem
from mappings.backoffices.arbodienst_words import LISTS, NOT_SENT
from mappings.backoffices.lines import Record, config_path, parse_document
from mappings.backoffices.restricting import letters_of, restricts_among, tells_of_sending
from mappings.backoffices.words import NOTE, Word, WordList, keys_like, nearest_word, words_in

SCHEMA = "backoffice-profile/1"
SCHEMA_ID = "https://second-opinion-gateway.example/schema/backoffice-profile-1.json"
_KEYS = ("schema", "words")

Words = Mapping[str, Mapping[str, str]]
_NO_WORDS: Words = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Profile:
    """Own words of one arbodienst.

    Attributes:
        words: By closed list: their word, and ours or ``note``.
    """

    words: Words = field(default_factory=lambda: _NO_WORDS)

    @property
    def count(self) -> int:
        """How many words it explains."""
        return sum(map(len, self.words.values()))

    def meaning(self, listed: WordList, word: str) -> str:
        """Our word for theirs; the word itself where the profile says nothing of it."""
        return self.words.get(listed.name, {}).get(word, word)


NO_PROFILE = Profile()


def explained(record: Record, lists: Sequence[WordList], profile: Profile) -> tuple[Record, list[Word]]:
    """Put our words in the place of theirs.

    Returns:
        The record with our words, and the words that neither the format nor the profile knows. A word that the
        profile calls a note stays as it is written.
    """
    own = copy.deepcopy(record) if profile.words else record
    unknown = []
    for word in words_in(own, lists):
        meant = profile.meaning(word.listed, str(word.text))
        if meant == NOTE and word.listed.takes_notes:
            continue
        word.holder[word.key] = meant
        if meant not in word.listed.words:
            unknown.append(word)
    return own, unknown


def read_profile(path: Path) -> Profile:
    """Read the profile of an arbodienst: its own words for ``arbodienst-export/1``.

    Raises:
        RefusedError: ``profile-unreadable``, naming the JSON path, and the nearest known word where one is like it.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        _refuse(str(path), f"It cannot be read ({reason_of(error)}).", "Name a file that exists and is yours.")
    record = parse_document(raw)
    if isinstance(record, ImportProblem):
        _refuse(f"profile: {record.where}", record.message, record.remedy)
    _known_keys(record)
    if record.get("schema") != SCHEMA:
        _refuse("profile: $.schema", "The file does not say that it is a profile.", f'Write "schema": "{SCHEMA}".')
    words = record.get("words")
    if not isinstance(words, dict):
        _refuse("profile: $.words", "This must be an object.", "Write it between braces.")
    by_name = {listed.name: listed for listed in LISTS}
    return Profile({name: _list(name, value, by_name) for name, value in words.items()})


def _known_keys(record: Record) -> None:
    for key in record:
        if key not in _KEYS:
            _refuse(
                f"profile: {config_path((key,))}",
                "An unknown key.",
                _hint(next(iter(keys_like(key, _KEYS)), None), _KEYS),
            )


def _list(name: str, value: Any, by_name: Mapping[str, WordList]) -> Mapping[str, str]:
    where = f"profile: $.words{_quoted(name, by_name)}"
    listed = by_name.get(name)
    if listed is None:
        _refuse(
            where,
            "There is no closed list of that name.",
            _hint(next(iter(keys_like(name, by_name)), None), tuple(by_name)),
        )
    if not isinstance(value, dict):
        _refuse(where, "This must be an object: their word, and ours.", "Write it between braces.")
    for number, (theirs, ours) in enumerate(value.items(), start=1):
        _check(f"{where}, entry {number}", listed, theirs, ours)
    return MappingProxyType(dict(value))


def _check(where: str, listed: WordList, theirs: str, ours: Any) -> None:
    if not theirs.strip():
        _refuse(where, "A word of the back office may not be blank.", "Write the word as it is exported.")
    if theirs in listed.words:
        _refuse(where, "This word is of the format already, and keeps its meaning.", "Leave it out.")
    if isinstance(ours, str):
        _same_meaning(where, listed, theirs, ours)
    if ours == NOTE:
        if listed.takes_notes:
            return
        _refuse(where, "A word of this list always decides; it cannot be a note.", "Map it to a word of the list.")
    if not isinstance(ours, str) or ours not in listed.words:
        _refuse(where, "This is no word of the list.", _hint(nearest_word(ours, listed.words), tuple(listed.words)))


def _same_meaning(where: str, listed: WordList, theirs: str, ours: str) -> None:
    """Refuse to turn a word of the format that is spelt differently, and a word that restricts, into another."""
    spelt = next((word for word in listed.words if letters_of(word) == letters_of(theirs)), None)
    if spelt is not None and ours != spelt:
        message = "This is a word of the format in another spelling, and keeps its meaning."
        _refuse(where, message, f"Map it to '{spelt}', or leave it out.")
    is_restricting = bool(listed.restricting) and restricts_among(theirs, listed.words, listed.restricting)
    if is_restricting and ours not in listed.restricting:
        message = "This word restricts, and may not be made to permit or to say nothing."
        _refuse(where, message, f"Map it to one of: {', '.join(sorted(listed.restricting))}.")
    if ours in NOT_SENT and listed.name == _STATUS and tells_of_sending(theirs):
        message = "This word says that a referral went out, and may not be made to say that none did."
        _refuse(where, message, "Map it to a word that says so too, such as verzonden.")


_STATUS = "verwijzing.status"


def _quoted(name: str, by_name: Mapping[str, WordList]) -> str:
    """A list by its name; a name that is not known may hold anything and is not repeated."""
    return f"['{name}']" if name in by_name else "[?]"


def _hint(like: str | None, known: Sequence[str]) -> str:
    return f"Did you mean '{like}'?" if like else f"Known: {', '.join(known)}."


def _refuse(where: str, message: str, remedy: str) -> NoReturn:
    raise RefusedError("profile-unreadable", message, where=where, remedy=remedy)


def json_schema() -> str:
    """The JSON Schema (2020-12) as committed in ``docs/reference/profile.schema.json``."""
    words = {listed.name: _schema_of(listed) for listed in LISTS}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "description": "The own words of one back office: their word, and ours.",
        "type": "object",
        "required": list(_KEYS),
        "additionalProperties": False,
        "properties": {
            "schema": {"const": SCHEMA, "description": "Which format this is."},
            "words": {
                "type": "object",
                "description": "By closed list: their words, each with ours.",
                "additionalProperties": False,
                "properties": words,
            },
        },
    }
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _schema_of(listed: WordList) -> dict[str, Any]:
    ours = [*listed.words, *([NOTE] if listed.takes_notes else [])]
    return {
        "type": "object",
        "description": f"Own words for {', '.join(listed.places)}.",
        "propertyNames": {"not": {"enum": list(listed.words)}, "pattern": "\\S"},
        "additionalProperties": {"enum": ours},
    }
