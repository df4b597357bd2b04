"""``second-opinion-case/1``: our own documented case format, for back offices that can write what we ask.

A case is a header and the steps that happened, close to the steps of the domain and in the same English. The models
and the JSON Schema are made from the domain's steps, so the format cannot drift from what the rules look at. The
schema refuses unknown keys, for whoever writes; the reader tells them by path, and in a place that decides they make
the record not understood. A newer export comes with a newer schema version.
"""

import dataclasses
from collections.abc import Collection
from functools import cache
from typing import Annotated, Any, Literal, Union, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from gateway.domain import steps as s
from gateway.domain.consent import Consent
from gateway.domain.people import Organisation
from gateway.ports.backoffice import CaseImport
from mappings.backoffices.schemas import written_schema

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
    s.IndependenceBreached,
    s.NewChoiceAsked,
    s.CaseReopened,
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

_OURS = frozenset(
    {
        *("message_id", "referral", "told_by", "accepted_at", "reached_at", "discussed_at"),
        *("consents", "kept_because", "proofs"),
    }
)
"""Fields that only a message sets; so do these of a consent."""
_OURS_OF_CONSENT = frozenset({"recorder", "is_withdrawn_here", "counts_from"})
BY_CODE = {step.code: step for step in FILE_STEPS}
_CONFIG = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


def fields_of(step: type[s.Step]) -> list[dataclasses.Field[Any]]:
    """The fields of a step that a file may hold."""
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
            is_in_file = leaving_out is _OURS and hints[field.name] is Consent
            fields[field.name] = (consent_in_file() if is_in_file else hints[field.name], default)
    return create_model(step.__name__, __config__=_CONFIG, __doc__=step.__doc__, **fields)


@cache
def consent_in_file() -> type[Any]:
    """The class of a consent as a file may hold it: of this side's own record."""
    hints = get_type_hints(Consent)
    kept = [field for field in dataclasses.fields(Consent) if field.name not in _OURS_OF_CONSENT]
    fields = [(field.name, hints[field.name], dataclasses.field(default=field.default)) for field in kept]
    lines = (Consent.__doc__ or "").splitlines(keepends=True)
    words = "".join(line for line in lines if line.split(":")[0].strip() not in _OURS_OF_CONSENT)
    return dataclasses.make_dataclass("Consent", fields, frozen=True, namespace={"__doc__": words})


def as_in_file(value: Any) -> Any:
    """A field of a step as its model holds it; a consent without what only a message sets."""
    return _made(consent_in_file(), value) if isinstance(value, Consent) else value


def as_in_step(value: Any) -> Any:
    """The value of a field of a model as its step holds it."""
    return _made(Consent, value) if isinstance(value, consent_in_file()) else value


def _made(kind: type[Any], value: Any) -> Any:
    return kind(**{field.name: getattr(value, field.name) for field in dataclasses.fields(consent_in_file())})


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


def write_case(case: CaseImport) -> str:
    """One line of the format, without line feed; steps and fields of the exchange itself are left out."""
    kept = [step for step in case.steps if type(step) in FILE_STEPS]
    values = [
        step_models()[step.code].model_construct(
            step=step.code, **{field.name: as_in_file(getattr(step, field.name)) for field in fields_of(type(step))}
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
