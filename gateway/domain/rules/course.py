"""Judge whether a conversation has come to what is said: who may say it, in which state, to whom, and once."""

from collections.abc import Iterator

from gateway.domain import messages as m
from gateway.domain.protocol import PROTOCOL, may_say
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.rules.situation import Situation


def role(situation: Situation, content: m.Content) -> Iterator[Ruling]:
    """Judge whether who says it may say such a thing at all."""
    yield PERMIT if may_say(situation.sender.role, content.kind) else refuse("wrong-role")


def state(situation: Situation, content: m.Content) -> Iterator[Ruling]:
    """Judge the state; what met our last word on the way still has its effect where the row says so.

    R37, R58: of what the pool confirmed to have erased nobody says anything more, whatever state it ended in.
    """
    row, known = PROTOCOL[content.kind], situation.referral
    if known is not None and known.erasure_confirmed_at is not None:
        yield refuse("referral-erased")
        return
    if row.opens:
        yield PERMIT if known is None and not situation.is_spent else refuse("wrong-state")
    elif row.before:
        allowed = row.before | row.crosses if situation.is_received else row.before
        yield PERMIT if known is not None and known.state in allowed else refuse("wrong-state")


def partner(situation: Situation, _: m.Content) -> Iterator[Ruling]:
    """Judge whether the conversation is with who says it (R25)."""
    known = situation.referral
    is_theirs = known is None or known.partner in {None, situation.partner.party_id}
    yield PERMIT if is_theirs else refuse("not-the-partner")


def erasure_not_asked(situation: Situation, _: m.ErasureRequest) -> Iterator[Ruling]:
    """Permit to ask once, until the answer is that it is kept: who has erased knows the referral no more (R58)."""
    known = situation.referral
    is_asked = known is not None and known.erasure_asked_at is not None and known.erasure_kept_at is None
    yield refuse("erasure-under-way") if is_asked else PERMIT


def erasure_asked(situation: Situation, _: m.ErasureConfirmation) -> Iterator[Ruling]:
    """Judge whether an answer is waited for (R58)."""
    known = situation.referral
    is_asked = known is not None and known.erasure_asked_at is not None and known.erasure_confirmed_at is None
    yield PERMIT if is_asked else refuse("erasure-not-asked")
