"""The reader of ``second-opinion-case/1``: the same gates as for an export, and the same judgement of what contradicts.

A step of a kind that is not known, and one with a code that is not known, is left out or read as what restricts; the
record that holds it is not understood. The other steps are read, so that what restricts in them counts.
"""

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from typing_extensions import override

from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.rules.consistency import inconsistencies, restrictive
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices import lines as reading
from mappings.backoffices.canonical import BY_CODE, as_in_step, case_model, fields_of
from mappings.backoffices.canonical_words import LISTS
from mappings.backoffices.gate import Location, blank_text, once, sift, split_keys, unknown_word, within
from mappings.backoffices.problems import problems
from mappings.backoffices.words import nearest_word, words_in

_TAGS = frozenset(BY_CODE)
_ASSESSMENT: tuple[type[s.Step], ...] = (
    *(s.ClarificationAsked, s.AlternativeOffered, s.ReassessmentPlanned, s.AdviceRenewed, s.RequestMaintained),
    *(s.MilitaryExceptionRecorded, s.IndependenceBreached, s.NewChoiceAsked, s.CaseReopened),
    *(s.EmployerAgreementRecorded, s.RequestAccepted, s.RequestDeclined, s.RequestRedirected),
    *(s.RequestFoundInadmissible, s.RequestWithdrawn, s.ConsentGiven, s.ConsentRefused, s.ConsentWithdrawn),
    s.RecipientChosen,
)
_WHOLE = frozenset(step.code for step in _ASSESSMENT)
"""Steps in which every unknown key decides."""

_PARTS = {
    s.RequestSubmitted.code: (("employee",), ("first_physician",), ("contract", "options")),
    s.ReferralAccepted.code: (("physician",),),
}
"""Parts of other steps in which an unknown key decides."""


class CanonicalFormat(BackOffice):
    """The reader of ``second-opinion-case/1``."""

    @override
    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read a file; see the port."""
        for number, record in reading.records(lines):
            if isinstance(record, ImportProblem):
                yield record
            else:
                yield from self.read_record(number, record)

    def read_record(self, number: int, record: reading.Record) -> Iterator[CaseImport | ImportProblem]:
        """Read one record that is JSON already."""
        yield from _Reading(number, reading.case_id_of(record), record).items()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One record on its way through the gates."""

    line: int
    case_id: str | None
    record: reading.Record

    def items(self) -> Iterator[CaseImport | ImportProblem]:
        positions, strange = self._steps()
        sifted = sift(self._with(positions), case_model())
        unknown = [dataclasses.replace(key, location=self._place(key.location, positions)) for key in sifted.unknown]
        blank = {self._place(location, positions) for location in sifted.blank}
        model, doubted = self._validated(sifted.record, positions)
        wrong = [*(blank_text(self.line, place, self.case_id) for place in sorted(blank, key=str))]
        if isinstance(model, ValidationError):
            yield from wrong
            yield from self._problems(model, positions, blank)
            return
        steps = tuple(map(_step, model.steps))
        wrong.extend(self._told(positions, _wrong_moments(steps)) or self._told(positions, _wrong_whole(steps)))
        yield from wrong
        if wrong:
            return
        keys, ignored = split_keys(self.line, unknown, self._decides, self.case_id)
        yield CaseImport(
            case_id=model.case_id,
            policy_id=model.policy_id,
            organisation=model.organisation,
            steps=tuple(sorted(restrictive(steps), key=_time)),
            line=self.line,
            doubts=once(
                (*strange, *doubted, *keys, *self._words(sifted.record, positions), *self._odd(steps, positions))
            ),
            remarks=ignored,
        )

    def _problem(self, location: Location, message: str, remedy: str) -> ImportProblem:
        return ImportProblem(self.line, reading.shown_path(location), message, remedy, self.case_id)

    def _steps(self) -> tuple[list[int], list[ImportProblem]]:
        """Where the steps of a known kind stand, and what is told about the others."""
        listed = self.record.get("steps")
        steps = listed if isinstance(listed, list) else []
        strange = [
            self._problem(("steps", index, "step"), "This kind of step is not known.", _kind_hint(step["step"]))
            for index, step in enumerate(steps)
            if _is_strange(step)
        ]
        return [index for index, step in enumerate(steps) if not _is_strange(step)], strange

    def _with(self, positions: list[int]) -> reading.Record:
        steps = self.record.get("steps")
        return {**self.record, "steps": [steps[i] for i in positions]} if isinstance(steps, list) else self.record

    def _validated(self, record: Any, positions: list[int]) -> tuple[Any, list[ImportProblem]]:
        """The model, or what keeps the line from being read; codes that are not known do not."""
        try:
            return case_model().model_validate_json(json.dumps(record)), []
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False, include_context=False)
            codes = [each["loc"] for each in found if each["type"] in _CODE]
            if len(codes) != len(found) or any(_is_needed(record, place) for place in codes):
                return error, []
            told = list(self._problems(error, positions, frozenset()))
        dropped = sorted({index for place in codes for index in _mend(record, place)}, reverse=True)
        for index in dropped:
            del record["steps"][index]
            del positions[index]
        model, more = self._validated(record, positions)
        return model, [*told, *more]

    def _problems(
        self, error: ValidationError, positions: list[int], without: Iterable[Location]
    ) -> Iterator[ImportProblem]:
        told = {reading.shown_path(location) for location in without}
        for problem in problems(self.line, error, _TAGS, case_id=self.case_id, positions=positions):
            if problem.where not in told:
                yield problem

    def _place(self, location: Location, positions: list[int]) -> Location:
        """A location in what was read, as it is in the line."""
        if location[:1] == ("steps",) and len(location) > 1 and isinstance(location[1], int):
            return ("steps", positions[location[1]], *location[2:])
        return location

    def _told(self, positions: list[int], found: Iterable[tuple[Location, str, str]]) -> list[ImportProblem]:
        return [self._problem(self._place(place, positions), *words) for place, *words in found]

    def _decides(self, location: Location) -> bool:
        return _decides(self.record, location)

    def _words(self, record: Any, positions: list[int]) -> Iterator[ImportProblem]:
        for word in words_in(record, LISTS):
            if word.text not in word.listed.words:
                told = unknown_word(self.line, word, self.case_id)
                where = reading.shown_path(self._place(word.location, positions))
                yield dataclasses.replace(told, where=where)

    def _odd(self, steps: tuple[s.Step, ...], positions: list[int]) -> Iterator[ImportProblem]:
        for found in inconsistencies(steps):
            place: Location = ("steps", positions[found.index], *found.field.split("."))
            yield self._problem(place, found.message, found.remedy)


def _is_strange(step: Any) -> bool:
    """Whether a step says of which kind it is, and that kind is not one of the format."""
    return isinstance(step, dict) and isinstance(step.get("step"), str) and step["step"] not in BY_CODE


def _kind_hint(kind: str) -> str:
    like = nearest_word(kind, BY_CODE)
    return f"Did you mean '{like}'?" if like else "Use one of the kinds the format names."


def _decides(record: reading.Record, location: Location) -> bool:
    if location[0] != "steps" or len(location) == 1:
        return location[0] == "steps"
    step = record["steps"][location[1]] if isinstance(location[1], int) else {}
    code = step.get("step") if isinstance(step, dict) else None
    return code in _WHOLE or within(location[2:], _PARTS.get(str(code), ()))


_CODE = frozenset({"enum", "literal_error"})
_RESTRICTING: Mapping[Location, str] = {
    ("by", "role"): s.ActorRole.BACK_OFFICE.value,
    ("consent", "choice"): "refused",
    ("name", "use"): "own",
}
"""How a code that is not known is read: so that it decides nothing, or restricts."""


def _is_needed(record: Any, place: Location) -> bool:
    """Whether a case cannot do without what this code belongs to."""
    if place[:1] != ("steps",) or len(place) < _SHORTEST:
        return True
    step = record["steps"][place[1]]
    return step.get("step") == s.RequestSubmitted.code and place[-2:] not in _RESTRICTING


_SHORTEST = 4
"""Keys to a code in a step: ``steps``, the position, the kind and the field."""


def _mend(record: Any, place: Location) -> Iterator[int]:
    """Read a code that is not known as what restricts; yields the step to leave out where that cannot be."""
    index = place[1]
    step = record["steps"][index]
    value = _RESTRICTING.get(place[-2:])
    if value is None and step.get("step") == s.ConsentWithdrawn.code:
        value = next(_purposes(record, step.get("consent_id")), None)
    if value is None:
        yield int(index)
        return
    holder = step
    for key in place[3:-1]:
        holder = holder[key]
    holder[place[-1]] = value


_PURPOSES = frozenset(purpose.value for purpose in Purpose)


def _purposes(record: Any, consent_id: Any) -> Iterator[str]:
    """The purpose of the consent that a withdrawal names; what is taken back is taken back, however it is written."""
    for step in record["steps"]:
        consent = step.get("consent") if isinstance(step, dict) else None
        if isinstance(consent, dict) and consent.get("consent_id") == consent_id:
            purpose = consent.get("purpose")
            if purpose in _PURPOSES:
                yield purpose


def _step(model: Any) -> s.Step:
    step = BY_CODE[model.step]
    return step(**{field.name: as_in_step(getattr(model, field.name)) for field in fields_of(step)})


def _time(step: s.Step) -> tuple[bool, float]:
    """The request comes first, whatever else was signed before it; then in order of time."""
    return not isinstance(step, s.RequestSubmitted), step.at.timestamp()


_FIRST_YEAR, _LAST_YEAR = 1900, 9998
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IDS = frozenset({"referral_id", "request_id"})
_Wrong = tuple[Location, str, str]


def _wrong_moments(value: Any, here: Location = ("steps",)) -> Iterator[_Wrong]:
    """Times without offset, days outside any registration, and ids that are no UUID, wherever they are."""
    if isinstance(value, datetime) and value.tzinfo is None:
        yield here, "This time has no offset.", "Add the offset, such as +02:00 or Z."
    elif isinstance(value, date) and not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        yield here, "This date lies outside 1900 to 9998.", "Leave it out when there is no end."
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _wrong_moments(item, (*here, index))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            if field.name in _IDS and not _UUID.fullmatch(part):
                yield (*here, field.name), "This id is no UUID.", "Write a lower-case UUID."
            yield from _wrong_moments(part, (*here, field.name))


def _wrong_whole(steps: tuple[s.Step, ...]) -> Iterator[_Wrong]:
    """What only the steps together show: one request."""
    if sum(isinstance(step, s.RequestSubmitted) for step in steps) != 1:
        yield ("steps",), "There is not exactly one step 'request-submitted'.", "One line is one request."
