"""One referral as its steps add up: one Task at one physician or pool."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.consent import Consent
from gateway.domain.contract import organisation_of
from gateway.domain.messages import Document, InformationKind, KeptBecause, Kind, Milestone, PatientContact, Referral
from gateway.domain.people import Physician
from gateway.domain.protocol import ENDED_STATES, OPEN_STATES, OPINION_STATES, BusinessStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class InformationState:
    """One information request within a referral."""

    request_id: str
    asked: InformationKind
    employee_decided_at: datetime | None
    asked_at: datetime
    is_answered: bool = False
    outcome: str | None = None
    answered_at: datetime | None = None
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldContact:
    """The contact data of one message.

    Attributes:
        message_id: Of the correction; None for the referral itself.
        contact: What it said.
        is_dropped: Whether the correction was dropped from the queue (R27).
    """

    message_id: str | None
    contact: PatientContact
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class ToldMilestone:
    """A milestone that was told, and where the referral stood before it.

    Attributes:
        message_id: Of the message that told it.
        milestone: Which one.
        told_at, reached_at: When it was told by our clock, and when it was reached by that of the pool.
        state, task_status, state_since, first_contact_at, draft_told_at: Of the referral before it.
        is_refused: Whether the other side refused it.
    """

    message_id: str | None
    milestone: Milestone
    told_at: datetime
    reached_at: datetime
    state: BusinessStatus
    task_status: TaskStatus
    state_since: datetime | None
    first_contact_at: datetime | None
    draft_told_at: datetime | None
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class ReferralState:
    """One referral: one Task at one physician or pool.

    ``accepted_at``, ``first_contact_at``, ``draft_discussed_at`` and ``draft_told_at`` are by the clock of the pool;
    every other moment is by ours. ``draft_told_at`` is that of the milestone, ``draft_discussed_at`` that of the draft.
    """

    referral_id: str
    partner: str | None
    recipient: str
    requested_at: datetime
    state: BusinessStatus
    task_status: TaskStatus
    contents: tuple[str, ...] = ()
    referral: Referral | None = None
    physician: Physician | None = None
    accepted_at: datetime | None = None
    first_contact_at: datetime | None = None
    draft_told_at: datetime | None = None
    draft_discussed_at: datetime | None = None
    report: Document | None = None
    reported_at: datetime | None = None
    released_from: BusinessStatus | None = None
    released_under: tuple[Consent, ...] = ()
    requests: tuple[InformationState, ...] = ()
    documents: tuple[Document, ...] = ()
    contacts: tuple[ToldContact, ...] = ()
    milestones: tuple[ToldMilestone, ...] = ()
    state_since: datetime | None = None
    erasure_asked_at: datetime | None = None
    erasure_kept_at: datetime | None = None
    erasure_confirmed_at: datetime | None = None
    erasure_kept_because: KeptBecause | None = None

    @property
    def recipient_names(self) -> frozenset[str]:
        """The names under which a consent at the arbodienst may name the other side."""
        return frozenset({self.recipient, organisation_of(self.recipient), *((self.partner,) if self.partner else ())})

    @property
    def ended_at(self) -> datetime | None:
        """When it came to the state from which it does not return; None while it is open."""
        return self.state_since or self.requested_at if self.state in ENDED_STATES else None

    @property
    def is_open(self) -> bool:
        """Whether the referral is active; never two at once in one case."""
        return self.state in OPEN_STATES

    @property
    def took_place(self) -> bool:
        """Whether a second opinion was begun, as far as was told: by a first contact, a draft, or its result (R37)."""
        told = (self.first_contact_at, self.draft_told_at, self.draft_discussed_at)
        return self.state in OPINION_STATES or any(moment is not None for moment in told)

    def request(self, request_id: str) -> InformationState | None:
        """The information request with that id."""
        return next((r for r in self.requests if r.request_id == request_id), None)


def has_answered(referral: ReferralState, kind: str) -> bool:
    """Tell whether the other side said what only who has our message can say: no later receipt unsays that (ADR 74)."""
    is_answer = _ANSWERED.get(kind)
    return is_answer is not None and is_answer(referral)


_ANSWERED: Mapping[str, Callable[[ReferralState], bool]] = {
    Kind.REFERRAL_REQUESTED: lambda known: known.is_open and known.state is not BusinessStatus.REFERRED,
    Kind.ERASURE_REQUESTED: lambda known: (known.erasure_confirmed_at or known.erasure_kept_at) is not None,
}
"""By kind of a message of ours whose refusal changes its referral, what shows that it was answered."""
