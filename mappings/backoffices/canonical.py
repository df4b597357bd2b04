"""``second-opinion-case/1``: our own documented case format, for back offices that can write what we ask.

A case is a header and the steps that happened, close to the steps of the domain and in the same English. The models
and the JSON Schema are made from the domain's steps, so the format cannot drift from what the rules look at. The
schema refuses unknown keys, for whoever writes; the reader ignores them, so that a newer export still reads.
"""

import dataclasses
import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from gateway.domain import steps as s
from gateway.domain.people import Organisation
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices import lines as reading
from mappings.backoffices.problems import problems

SCHEMA = "second-opinion-case/1"
SCHEMA_ID = "https://second-opinion-gateway.example/schema/second-opinion-case-1.json"

FILE_STEPS: tuple[type[s.Step], ...] = (
    s.RequestSubmitted,
    s.QuestionSettled,
    s.ClarificationAsked,
    s.DecisionAidDiscussed,
    s.AlternativeOffered,
    s.NoteRecorded,
    s.ReassessmentPlanned,
    s.AdviceRenewed,
    s.RequestMaintained,
    s.MilitaryExceptionRecorded,
    s.ContractShortfallReported,
    s.EmployerAgreementRecorded,
    s.RequestAccepted,
    s.RequestDeclined,
    s.RequestRedirected,
    s.RequestFoundInadmissible,
    s.RequestWithdrawn,
    s.ConsentGiven,
    s.ConsentRefused,
    s.ConsentWithdrawn,
    s.RecipientChosen,
    s.ReferralRequested,
    s.ReferralReceived,
    s.ReferralAccepted,
    s.ReferralDeclined,
    s.MilestoneReached,
    s.InformationRequested,
    s.InformationProvided,
    s.InformationDeclined,
    s.DraftDiscussed,
    s.ReportReleased,
    s.ReportWithheld,
    s.ReferralWithdrawn,
    s.ReferralStopped,
    s.ErasureRequested,
    s.ErasureConfirmed,
    s.CompletionReported,
    s.FollowUpPlanned,
    s.AdviceWeighed,
    s.GuidanceDecided,
    s.TransferRequested,
    s.TransferDecided,
    s.HandoverMade,
    s.ComplaintFiled,
    s.ComplaintDecided,
    s.EmployerInvoiced,
)
"""What a back office can know; steps of the exchange itself (receipts, reads, refused acts) are ours alone."""

_OURS = frozenset({"message_id", "referral"})
_BY_CODE = {step.code: step for step in FILE_STEPS}
_TAGS = frozenset(_BY_CODE)
_CONFIG = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


def _fields(step: type[s.Step]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(step) if field.name not in _OURS]


def step_model(step: type[s.Step], *, leaving_out: Collection[str] = _OURS, **more: Any) -> type[BaseModel]:
    """The model of one step: its code under ``step``, and its fields.

    Args:
        step: Which.
        leaving_out: Names of fields that do not show.
        more: Fields besides those of the step, as ``create_model`` takes them.
    """
    hints = get_type_hints(step)
    fields: dict[str, Any] = {"step": (Literal[step.code], ...), **more}
    for field in dataclasses.fields(step):
        if field.name not in leaving_out:
            default = ... if field.default is dataclasses.MISSING else field.default
            fields[field.name] = (hints[field.name], default)
    return create_model(step.__name__, __config__=_CONFIG, __doc__=step.__doc__, **fields)


@cache
def step_models() -> dict[str, type[BaseModel]]:
    """The model of every step a file may hold, by code; made on first use, for a quick start."""
    return {step.code: step_model(step) for step in FILE_STEPS}


@cache
def case_model() -> type[BaseModel]:
    """The model of one line."""
    any_step: Any = Union[tuple(step_models().values())]  # noqa: UP007 - a union of a computed list
    steps: Any = tuple[Annotated[any_step, Field(discriminator="step")], ...]
    identifier = Annotated[str, Field(min_length=1, max_length=200)]
    fields: dict[str, Any] = {
        "format": (Literal[SCHEMA], Field(alias="schema")),
        "case_id": (identifier, ...),
        "policy_id": (identifier, ...),
        "organisation": (Organisation, ...),
        "steps": (Annotated[steps, Field(min_length=1)], ...),
    }
    words = "One case: who holds it, by which policy it is judged, and what happened."
    return create_model("SecondOpinionCase", __config__=_CONFIG, __doc__=words, **fields)


class CanonicalFormat(BackOffice):
    """The reader of ``second-opinion-case/1``."""

    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read a file; see the port."""
        for number, record in reading.records(lines):
            if isinstance(record, ImportProblem):
                yield record
            else:
                yield from self.read_record(number, record)

    def read_record(self, number: int, record: reading.Record) -> Iterator[CaseImport | ImportProblem]:
        """Read one record that is JSON already."""
        try:
            found: Any = case_model().model_validate_json(json.dumps(record))
        except ValidationError as error:
            yield from problems(number, error, _TAGS)
            return
        steps = tuple(map(_step, found.steps))
        wrong = list(_wrong_moments(number, "$.steps", steps)) or _wrong_whole(number, steps)
        yield from wrong
        if not wrong:
            yield CaseImport(
                case_id=found.case_id,
                policy_id=found.policy_id,
                organisation=found.organisation,
                steps=tuple(sorted(steps, key=_time)),
                line=number,
            )


def _step(model: Any) -> s.Step:
    step = _BY_CODE[model.step]
    return step(**{field.name: getattr(model, field.name) for field in _fields(step)})


def _time(step: s.Step) -> tuple[bool, float]:
    """The request comes first, whatever else was signed before it; then in order of time."""
    return not isinstance(step, s.RequestSubmitted), step.at.timestamp()


_FIRST_YEAR, _LAST_YEAR = 1900, 9998
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IDS = frozenset({"referral_id", "request_id"})


def _wrong_moments(number: int, path: str, value: Any) -> Iterator[ImportProblem]:
    """Times without offset, days outside any registration, and ids that are no UUID, wherever they are."""
    if isinstance(value, datetime) and value.tzinfo is None:
        yield ImportProblem(number, path, "This time has no offset.", "Add the offset, such as +02:00 or Z.")
    elif isinstance(value, date) and not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        yield ImportProblem(number, path, "This date lies outside 1900 to 9998.", "Leave it out when there is no end.")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _wrong_moments(number, f"{path}[{index}]", item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            if field.name in _IDS and not _UUID.fullmatch(part):
                yield ImportProblem(number, f"{path}.{field.name}", "This id is no UUID.", "Write a lower-case UUID.")
            yield from _wrong_moments(number, f"{path}.{field.name}", part)


def _wrong_whole(number: int, steps: tuple[s.Step, ...]) -> list[ImportProblem]:
    """What only the steps together show: one request, and an id of its own for every consent."""
    found = []
    if sum(isinstance(step, s.RequestSubmitted) for step in steps) != 1:
        found.append(("There is not exactly one step 'request-submitted'.", "One line is one request."))
    decisions = [step.consent.consent_id for step in steps if isinstance(step, s.ConsentGiven | s.ConsentRefused)]
    if len(set(decisions)) != len(decisions):
        found.append(("Two consents have the same id.", "Give every decision an id of its own."))
    return [ImportProblem(number, "$.steps", message, remedy) for message, remedy in found]


def write_case(case: CaseImport) -> str:
    """One line of the format, without line feed; steps and fields of the exchange itself are left out."""
    kept = [step for step in case.steps if type(step) in FILE_STEPS]
    values = [
        step_models()[step.code].model_construct(
            step=step.code, **{field.name: getattr(step, field.name) for field in _fields(type(step))}
        )
        for step in kept
    ]
    line = case_model().model_construct(
        format=SCHEMA,
        case_id=case.case_id,
        policy_id=case.policy_id,
        organisation=case.organisation,
        steps=tuple(values),
    )
    return line.model_dump_json(by_alias=True, exclude_none=True)


def json_schema() -> str:
    """The JSON Schema (2020-12) as committed in ``docs/reference/case.schema.json``."""
    return written_schema(case_model(), SCHEMA_ID)


def written_schema(model: type[BaseModel], schema_id: str) -> str:
    """The JSON Schema (2020-12) of a model as text."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": schema_id}
    closed = _closed(model.model_json_schema(by_alias=True))
    return json.dumps({**head, **closed}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _closed(schema: Any) -> Any:
    """The same schema, with every object closed and without the titles pydantic invents."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _closed(part) for key, part in schema.items() if key != "title" or not isinstance(part, str)}
    return {**parts, "additionalProperties": False} if schema.get("type") == "object" else parts
