"""Consents and how they are weighed (R25 to R27, R40; domain vocabulary 4.2).

A consent is purpose x recipient x data set x time. Silence is no consent. The more specific decision beats the
less specific one; at equal specificity the later decision counts, also when it has ended by now, and at the same
instant an objection beats a consent. An objection to everybody weighs at every level, and one to a person wherever
that person may be the one who would receive (ADR 62). Who gives cannot receive: an objection to them is to everybody.

A consent is known by who recorded it and its id. A partner's word is weighed beside our own record: its objections
count, its consents do not overrule an objection of ours.
"""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.domain.contract import organisation_of
from gateway.domain.named_person import is_same_name, may_be_meant
from gateway.domain.people import Physician

FORMS = frozenset({"digital", "digitaal", "digitaal-ondertekend", "paper", "papier", "papier-ondertekend"})
"""How a decision may be said to be given; whatever else somebody wrote is another way, and is never quoted."""
OTHER_FORM = "other"

EVERYBODY = "*"
"""Whom an objection concerns that cannot be tied to one recipient; a consent is never for everybody (R25)."""


class Purpose(StrEnum):
    """What a consent is for."""

    CONTACT_TO_SO = "CONTACT-TO-SO"
    FEEDBACK_TO_SO = "FEEDBACK-TO-SO"
    MEDICAL_TO_SO = "MEDICAL-TO-SO"
    TREATING_INFO = "TREATING-INFO"
    OUTCOME_TO_FIRST = "OUTCOME-TO-FIRST"
    DOSSIER_TO_COLLEAGUE = "DOSSIER-TO-COLLEAGUE"
    EMPLOYER_AWARE = "EMPLOYER-AWARE"
    SO_CONTACT_EMPLOYER = "SO-CONTACT-EMPLOYER"


class Choice(StrEnum):
    """What the employee decided."""

    GIVEN = "given"
    REFUSED = "refused"


class Standing(StrEnum):
    """How a consent question stands at an instant."""

    ACTIVE = "active"
    ABSENT = "absent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OTHER_RECIPIENT = "other-recipient"


def form_of(told: str | None) -> str | None:
    """How a decision was given, as far as it is told to others: one of ``FORMS``, or that it was another way (R28)."""
    return told if told is None or told in FORMS else OTHER_FORM


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision of the employee.

    Attributes:
        consent_id: Unique among those of one recorder within the case.
        purpose, choice: What was asked and answered.
        recipient: Organisation id, or ``organisation/person`` when a person is named; ``EVERYBODY`` for an objection
            that names nobody we know.
        decided_at: Aware instant of the decision.
        form: How it was given, one of ``FORMS`` when it travels: digital, paper.
        expires_at: First instant at which it no longer counts; None for no expiry.
        withdrawn_at: When it was taken back.
        given_by_employee: False when somebody else signed; such a consent never counts, such a refusal does.
        recorder: The partner whose message brought it; None when this side recorded it.
        is_withdrawn_here: Whether this side took it back itself, though a partner recorded it.
        counts_from: Of a refusal that was recorded after consents of a later date: since when it counts over them.
    """

    consent_id: str
    purpose: Purpose
    choice: Choice
    recipient: str
    decided_at: datetime
    form: str | None = None
    expires_at: datetime | None = None
    withdrawn_at: datetime | None = None
    given_by_employee: bool = True
    recorder: str | None = None
    is_withdrawn_here: bool = False
    counts_from: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[str | None, str]:
        """Who recorded it, and the id it has there."""
        return self.recorder, self.consent_id

    @property
    def restricts(self) -> bool:
        """Whether it takes something away: an objection, or a consent that was taken back."""
        return self.choice is Choice.REFUSED or self.withdrawn_at is not None

    def withdrawn(self, at: datetime) -> "Consent":
        """The same consent, withdrawn at that instant; an earlier withdrawal stays."""
        return self if self.withdrawn_at else replace(self, withdrawn_at=at)

    def standing(self, at: datetime) -> Standing:
        """How this single decision stands at an instant, seen by itself."""
        if self.decided_at > at:
            return Standing.ABSENT
        if self.choice is Choice.REFUSED:
            return Standing.REFUSED
        if not self.given_by_employee:
            return Standing.ABSENT
        if self.withdrawn_at is not None and self.withdrawn_at <= at:
            return Standing.WITHDRAWN
        if self.expires_at is not None and self.expires_at <= at:
            return Standing.EXPIRED
        return Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class ConsentProof:
    """What is kept of a consent when the case it belonged to is erased: that a disclosure rested on it (AVG 7(1)).

    Attributes:
        purpose, recipient, decided_at, form: As the employee decided; nothing of the person.
        disclosed_in: Id of the message that it let pass.
    """

    purpose: Purpose
    recipient: str
    decided_at: datetime
    form: str | None
    disclosed_in: str


@dataclass(frozen=True, slots=True)
class ConsentDecision:
    """The outcome of weighing: how the question stands and which consent decided."""

    standing: Standing
    consent: Consent | None = None

    @property
    def is_active(self) -> bool:
        """Whether disclosure may go ahead, as far as this purpose goes."""
        return self.standing is Standing.ACTIVE


def recorded_by(consents: Iterable[Consent], recorder: str) -> tuple[Consent, ...]:
    """Mark consents as those that a partner recorded."""
    return tuple(replace(consent, recorder=recorder) for consent in consents)


@dataclass(frozen=True, slots=True)
class Receiving:
    """Who would receive what is disclosed, as far as known.

    Attributes:
        physicians: By name or number.
        is_as_chosen: Whether the record ties them to whom the employee chose; else a code may mean any of them.
        houses: Organisations that receive beside the one that the recipient names: who serves it.
        givers: Organisations that disclose. They receive nothing, so an objection to one of them, or to somebody
            there, is to everybody (ADR 77).
    """

    physicians: tuple[Physician, ...] = ()
    is_as_chosen: bool = True
    houses: frozenset[str] = frozenset()
    givers: frozenset[str] = frozenset()


NOBODY_KNOWN = Receiving()


def weigh(
    consents: Iterable[Consent],
    purpose: Purpose,
    recipient: str,
    at: datetime,
    *,
    receiving: Receiving = NOBODY_KNOWN,
    partners: AbstractSet[str] | None = None,
) -> ConsentDecision:
    """Decide one purpose for one recipient at one instant; of a case, ask ``rules.standing``.

    A consent that a partner recorded changes nothing where our own record ends in an objection (R25, R27): it neither
    permits by itself nor ends what kept a consent of ours from counting.

    Args:
        consents: All consents of the case.
        purpose: The purpose of the disclosure.
        recipient: Organisation, or ``organisation/person``.
        at: The instant for which the answer must hold.
        receiving: Who would receive, as far as known: an objection to somebody else at the organisation is none here.
        partners: Of whom a recorded decision counts besides our own; None for everybody. What one partner says of the
            employee concerns what goes to it or comes from it, and no other.

    Returns:
        The standing and the deciding consent. Only ``ACTIVE`` permits.
    """
    consents = tuple(c for c in consents if partners is None or c.recorder is None or c.recorder in partners)
    decision = _weigh(consents, purpose, recipient, at, receiving)
    if not decision.is_active:
        return decision
    ours = (c for c in consents if c.recorder is None or c.is_withdrawn_here)
    own = _weigh(ours, purpose, recipient, at, receiving)
    return own if own.standing in _OBJECTIONS else decision


def _weigh(
    consents: Iterable[Consent], purpose: Purpose, recipient: str, at: datetime, receiving: Receiving
) -> ConsentDecision:
    known = [c for c in consents if c.purpose is purpose and c.standing(at) is not Standing.ABSENT]
    personal = _objection_to_person(known, recipient, at, receiving)
    if personal is not None:
        return ConsentDecision(personal.standing(at), personal)
    levels = dict.fromkeys((recipient, organisation_of(recipient)))
    to_all = [c for c in known if c.standing(at) in _OBJECTIONS and _is_to_all(c, levels, receiving)]
    ended: Consent | None = None
    for level in levels:
        decisive = [c for c in known if c.recipient == level]
        if not decisive:
            continue
        last = max((*decisive, *to_all), key=lambda c: _weight(c, at))
        if last.standing(at) is not Standing.EXPIRED:
            is_older = ended is not None and ended.decided_at > last.decided_at
            return ConsentDecision(Standing.EXPIRED, ended) if is_older else ConsentDecision(last.standing(at), last)
        ended = ended or last
    if to_all:
        last = max(to_all, key=lambda c: _weight(c, at))
        return ConsentDecision(last.standing(at), last)
    if ended is not None:
        return ConsentDecision(Standing.EXPIRED, ended)
    return ConsentDecision(Standing.OTHER_RECIPIENT if known else Standing.ABSENT)


def _is_to_all(consent: Consent, levels: Collection[str], receiving: Receiving) -> bool:
    """Whether an objection weighs at every level: to everybody, to who serves the recipient, or to who gives."""
    beside = {EVERYBODY, *receiving.houses} - set(levels)
    house = organisation_of(consent.recipient)
    return consent.recipient in beside or (house in receiving.givers and house not in levels)


def _objection_to_person(known: list[Consent], recipient: str, at: datetime, receiving: Receiving) -> Consent | None:
    """The newest objection to a person at the organisation who may be the one that would receive.

    It is more specific than a decision for the organisation; a later consent for the same person ends it, and so does
    one that names who would receive.
    """
    _, _, addressed = recipient.partition("/")
    houses = {organisation_of(recipient), *receiving.houses}
    there = [c for c in known if "/" in c.recipient and organisation_of(c.recipient) in houses]
    physicians, is_as_chosen = receiving.physicians, receiving.is_as_chosen
    objections = [c for c in there if c.recipient != recipient and c.standing(at) in _OBJECTIONS]
    standing = [
        c
        for c in objections
        if may_be_meant(_person(c), addressed, physicians, is_as_addressed=is_as_chosen)
        and not any(_ends(later, c, at, physicians) for later in there)
    ]
    return max(standing, key=lambda c: _weight(c, at), default=None)


def _ends(later: Consent, objection: Consent, at: datetime, physicians: tuple[Physician, ...]) -> bool:
    is_later = later.standing(at) is Standing.ACTIVE and later.decided_at > _weight(objection, at)[0]
    names = (_person(objection), *(physician.name for physician in physicians))
    return is_later and any(is_same_name(_person(later), name) for name in names)


def _person(consent: Consent) -> str:
    return consent.recipient.partition("/")[2]


_OBJECTIONS = frozenset({Standing.REFUSED, Standing.WITHDRAWN})

_AT_ONE_INSTANT = (Standing.ACTIVE, Standing.EXPIRED, Standing.WITHDRAWN, Standing.REFUSED)
"""At the same instant an end beats a consent, an objection beats both, and what was said beats what was taken back."""


_A_MOMENT = timedelta(microseconds=1)
"""So much later than the last thing on record is what is recorded now."""


def _weight(consent: Consent, at: datetime) -> tuple[datetime, int]:
    """Later decisions weigh more, whatever the order in which they are listed."""
    standing = consent.standing(at)
    withdrawn_at = consent.withdrawn_at if standing is Standing.WITHDRAWN else None
    recorded = consent.counts_from if consent.counts_from is not None and consent.counts_from <= at else None
    return withdrawn_at or recorded or consent.decided_at, _AT_ONE_INSTANT.index(standing)


def counting_when_recorded(known: tuple[Consent, ...], decision: Consent, last: datetime | None) -> Consent:
    """Let a refusal count over every consent that was on record before it, however it is dated (R27).

    Who records a refusal today means today, also with a slip in the date; a consent that is given anew comes after it.
    What was sent before it was recorded was sent rightly.

    Args:
        known: What is on record.
        decision: What is recorded now.
        last: When the last thing happened that is on record.
    """
    if decision.choice is not Choice.REFUSED:
        return decision
    later = [c.decided_at for c in known if c.purpose is decision.purpose and c.decided_at > decision.decided_at]
    moments = (*later, *((last + _A_MOMENT,) if last else ()))
    return replace(decision, counts_from=max(moments)) if later else decision


def decided_anew(known: tuple[Consent, ...], decision: Consent) -> tuple[Consent, ...]:
    """Add a decision; under an id that its recorder used before it is the employee's later word on that question.

    The earlier decision stays for what was sent under it, and ends when the later one begins; where only its end was
    stated anew, the later one takes its place.
    """
    earlier = [consent for consent in known if consent.key == decision.key]
    if decision in earlier:
        return known
    kept = (_before(consent, decision) if consent in earlier else consent for consent in known)
    same = next((c for c in earlier if _is_same_moment(c, decision)), decision)
    newest = replace(
        decision,
        withdrawn_at=decision.withdrawn_at or same.withdrawn_at,
        is_withdrawn_here=decision.is_withdrawn_here or same.is_withdrawn_here,
    )
    return (*(consent for consent in kept if consent is not None), newest)


def _before(consent: Consent, later: Consent) -> Consent | None:
    """The earlier decision beside a later one under its id; None when that one takes its place."""
    if _is_same_moment(consent, later):
        return None
    asks_the_same = (consent.purpose, consent.recipient) == (later.purpose, later.recipient)
    if consent.choice is Choice.REFUSED or (later.choice is Choice.REFUSED and asks_the_same):
        return consent
    if later.choice is Choice.REFUSED:
        return consent.withdrawn(later.decided_at)
    ends = later.decided_at if consent.expires_at is None else min(consent.expires_at, later.decided_at)
    return replace(consent, expires_at=ends)


def _is_same_moment(consent: Consent, other: Consent) -> bool:
    """Whether only the end, the form or who gave it was stated anew."""
    return _question(consent) == _question(other) and consent.choice is other.choice


def _question(consent: Consent) -> tuple[Purpose, str, datetime]:
    return consent.purpose, consent.recipient, consent.decided_at


def with_more(known: tuple[Consent, ...], more: tuple[Consent, ...]) -> tuple[Consent, ...]:
    """Add consents; one that is known by its recorder and id stays as it is."""
    keys = {consent.key for consent in known}
    return (*known, *(consent for consent in more if consent.key not in keys))
