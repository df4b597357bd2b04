"""``second-opinion-copy/1``: what a party holds of a case, for programs.

The models and the JSON Schema are made from the domain's steps, so the copy cannot drift from what is kept.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, create_model

from gateway.domain import steps as s
from gateway.domain.consent import Consent
from gateway.domain.messages import Kind
from gateway.domain.party import Party
from gateway.domain.retention import TERMS, DataKind
from gateway.ports.copies import CaseCopy
from gateway.ports.letters import Letter, LetterKind, LogLine
from gateway.ports.store import InboxItem, JournalEntry, OutboxItem
from mappings.backoffices.canonical import step_model
from mappings.backoffices.schemas import written_schema
from mappings.letters.words import word

SCHEMA = "second-opinion-copy/1"
SCHEMA_ID = "https://second-opinion-gateway.example/schema/second-opinion-copy-1.json"

_CONFIG = ConfigDict(frozen=True)
_DAY_SECONDS = 86400

Names = Callable[[str], str]
"""The name of an organisation or recipient by its id."""


class CopiedConsent(BaseModel):
    """One decision of the employee, with what was asked in Dutch and who the recipient is."""

    model_config = _CONFIG
    consent: Consent
    words: str
    recipient_name: str


class CopiedMessage(BaseModel):
    """One message about the case: what, to or from whom, when, and what became of it."""

    model_config = _CONFIG
    message_id: str
    direction: Literal["sent", "received"]
    kind: Kind
    words: str
    partner: str
    partner_name: str
    at: datetime
    state: str
    state_words: str
    reason: str | None = None


class CopiedLetter(BaseModel):
    """One letter as it can be written from the case now."""

    model_config = _CONFIG
    kind: LetterKind
    title: str
    text: str


class CopiedTerm(BaseModel):
    """How long one kind of data is kept; at least, where the holder never deletes it or does not hold it."""

    model_config = _CONFIG
    kind: DataKind
    words: str
    days: float


@cache
def step_models() -> dict[str, type[BaseModel]]:
    """The model of every step, by code, with its place in the journal."""
    place: dict[str, Any] = {"sequence": (int, ...), "recorded_at": (datetime, ...)}
    return {kind.code: step_model(kind, leaving_out=(), **place) for kind in s.step_classes()}


@cache
def copy_model() -> type[BaseModel]:
    """The model of the whole document."""
    any_step: Any = Union[tuple(step_models().values())]  # noqa: UP007 - a union of a computed list
    steps: Any = tuple[Annotated[any_step, Field(discriminator="step")], ...]
    parts: dict[str, Any] = {
        "format": (Literal[SCHEMA], Field(alias="schema")),
        "holder": (Party, ...),
        "case_id": (str, ...),
        "made_at": (datetime, ...),
        "made_by": (s.Actor, ...),
        "consents": (tuple[CopiedConsent, ...], ...),
        "messages": (tuple[CopiedMessage, ...], ...),
        "letters": (tuple[CopiedLetter, ...], ...),
        "log": (tuple[LogLine, ...], ...),
        "steps": (steps, ...),
        "terms": (tuple[CopiedTerm, ...], ...),
    }
    words = "All that one party holds of a case; 'steps' has everything, the rest says it in Dutch."
    return create_model("SecondOpinionCopy", __config__=_CONFIG, __doc__=words, **parts)


def json_schema() -> str:
    """The JSON Schema (2020-12) as committed in ``docs/reference/copy.schema.json``."""
    return written_schema(copy_model(), SCHEMA_ID)


def document(copied: CaseCopy, letters: Sequence[Letter], log: Sequence[LogLine], name_of: Names) -> str:
    """The copy as JSON."""
    model = copy_model().model_construct(
        format=SCHEMA,
        holder=copied.holder,
        case_id=copied.case.case_id,
        made_at=copied.made_at,
        made_by=copied.made_by,
        consents=tuple(_consent(consent, name_of) for consent in copied.case.consents),
        messages=messages(copied, name_of),
        letters=tuple(CopiedLetter(kind=one.kind, title=one.title, text=one.text) for one in letters),
        log=tuple(log),
        steps=tuple(map(_step, copied.entries)),
        terms=terms(copied),
    )
    return json.dumps(model.model_dump(by_alias=True), default=_text, ensure_ascii=False, indent=2)


def messages(copied: CaseCopy, name_of: Names) -> tuple[CopiedMessage, ...]:
    """What was sent and received, oldest first."""
    both = [_sent(item, name_of) for item in copied.sent] + [_received(item, name_of) for item in copied.received]
    return tuple(sorted(both, key=lambda message: message.at))


def terms(copied: CaseCopy) -> tuple[CopiedTerm, ...]:
    """Every kind of data with its term at the holder."""
    return tuple(
        CopiedTerm(kind=kind, words=word(kind, "data"), days=copied.retention.of(kind).total_seconds() / _DAY_SECONDS)
        for kind in TERMS
    )


def _consent(consent: Consent, name_of: Names) -> CopiedConsent:
    return CopiedConsent(
        consent=consent, words=word(consent.purpose, "purpose"), recipient_name=name_of(consent.recipient)
    )


def _sent(item: OutboxItem, name_of: Names) -> CopiedMessage:
    return CopiedMessage(
        message_id=item.message_id,
        direction="sent",
        kind=item.kind,
        words=word(item.kind, "kind"),
        partner=item.recipient,
        partner_name=name_of(item.recipient),
        at=item.created_at,
        state=item.state,
        state_words=word(item.state, "sent"),
        reason=item.reason,
    )


def _received(item: InboxItem, name_of: Names) -> CopiedMessage:
    return CopiedMessage(
        message_id=item.message_id,
        direction="received",
        kind=item.kind,
        words=word(item.kind, "kind"),
        partner=item.sender,
        partner_name=name_of(item.sender),
        at=item.received_at,
        state=item.state,
        state_words=word(item.state, "received"),
        reason=item.reason,
    )


def _step(entry: JournalEntry) -> BaseModel:
    step = entry.step
    values = {field.name: getattr(step, field.name) for field in fields(step)}
    return step_models()[step.code].model_construct(
        step=step.code, sequence=entry.sequence, recorded_at=entry.recorded_at, **values
    )


def _text(value: date) -> str:
    return value.isoformat()
