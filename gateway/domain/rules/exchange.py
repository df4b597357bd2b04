"""May this message be sent, and may it be received: the needs of its row in the protocol table, one after the other.

Every message is judged three times: when it is made, when the relay publishes it, and when the other side opens it
(protocol section 4). What judges a need is one function, whichever side asks (``gateway.domain.rules.judgement``).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gateway.domain import messages as m
from gateway.domain.needs import ANSWERED, Moment, Need
from gateway.domain.protocol import PROTOCOL
from gateway.domain.rules.judgement import JUDGEMENTS
from gateway.domain.rules.queued import Queued
from gateway.domain.rules.refusal import PERMIT, Decision, Refusal, decide, refuse
from gateway.domain.rules.situation import Situation, without_withdrawn

__all__ = [
    "OVERREACHING",
    "Situation",
    "may_be_overtaken",
    "may_begin",
    "may_receive",
    "may_send",
    "rests_on_consent",
    "still_permitted",
]

_FIRST = frozenset(
    {
        *(Need.SENDER_ROLE, Need.STATE, Need.PARTNER_OF_REFERRAL),
        *(Need.NOT_OVERTAKEN, Need.NOT_RESTRICTED, Need.NOT_IN_DOUBT),
    }
)
"""What is judged before the content: where one of these does not hold, nothing else is worth saying."""


OVERREACHING = frozenset(
    {
        *("wrong-role", "not-the-partner", "not-the-recipient", "told-in-future", "told-before-acceptance"),
        *("text-identifies", "content-not-on-list", "more-than-asked", "requester-not-a-physician"),
        *("consent-out-of-place", "consent-not-in-reach", "unknown-consent", "request-repeated"),
        *("erasure-not-asked", "referral-erased"),
        *("before-first-contact", "employee-did-not-decide", "draft-not-discussed", "outcome-consent-before-draft"),
        *("referral-of-others", "invoice-of-others", "invoice-identifies"),
    }
)
"""Refusals at receipt that no sender meets that judges by these rules itself: a person should hear of them."""


def may_send(situation: Situation, content: m.Content) -> Decision:
    """Whether this side may send this content now; what the partner took back counts before its turn (R27)."""
    return _judge(*_with_withdrawals(situation, content), PROTOCOL[content.kind].judged_at(Moment.MADE))


def may_begin(situation: Situation, content: m.Content) -> Decision:
    """Whether anything of this kind may be said now, before what is recorded with the act changes the state."""
    needs = (need for need in PROTOCOL[content.kind].judged_at(Moment.MADE) if need in _FIRST)
    return Decision(_refusals(situation, content, needs))


def still_permitted(situation: Situation, kind: m.Kind, carried: frozenset[str]) -> Decision:
    """Whether a message in the queue may still go: its state and its consents, at the instant of publishing (R27).

    Of a case that was erased nothing is known that could permit (R58).

    Args:
        situation: As it is now.
        kind: Of the message.
        carried: Roles of the documents it carries.
    """
    checks = [JUDGEMENTS[need].again for need in PROTOCOL[kind].judged_at(Moment.PUBLISHED)]
    if situation.referral is None:
        return decide(refuse("no-referral") if checks else PERMIT)
    now, _ = without_withdrawn(situation, ())
    queued, waiting = Queued(kind, carried), situation.referral
    return decide(*(ruling for check in checks if check for ruling in check(now, waiting, queued)))


def rests_on_consent(kind: m.Kind) -> bool:
    """Whether a queued message of this kind is weighed again before it is published."""
    return bool(PROTOCOL[kind].judged_at(Moment.PUBLISHED))


def may_receive(situation: Situation, content: m.Content) -> Decision:
    """Whether this side may let the content have its effect.

    A withdrawal that overtook it counts already, though its own turn has not come (R27). What ended the referral here
    may have crossed a withdrawal there, where it is refused: the withdrawal wins at both sides.
    """
    needs = tuple(need for need in PROTOCOL[content.kind].judged_at(Moment.RECEIVED) if need not in ANSWERED)
    return _judge(*_with_withdrawals(replace(situation, is_received=True), content), needs)


def may_be_overtaken(kind: m.Kind) -> bool:
    """Whether a withdrawal that came before its turn matters to a message of this kind."""
    return Need.NOT_OVERTAKEN in PROTOCOL[kind].needs


def _with_withdrawals(situation: Situation, content: Any) -> tuple[Situation, Any]:
    """The same, with every consent taken back that is known to be."""
    carried = getattr(content, "consents", ())
    situation, weighed = without_withdrawn(situation, carried)
    return situation, replace(content, consents=weighed) if carried else content


def _judge(situation: Situation, content: m.Content, needs: tuple[Need, ...]) -> Decision:
    """What may be said at all first, then what is said."""
    first = _refusals(situation, content, (need for need in needs if need in _FIRST))
    return Decision(first or _refusals(situation, content, (need for need in needs if need not in _FIRST)))


def _refusals(situation: Situation, content: m.Content, needs: Iterator[Need]) -> tuple[Refusal, ...]:
    """Each once, in the order of the row."""
    judges = (JUDGEMENTS[need].judge for need in needs)
    rulings = (ruling for judge in judges if judge for ruling in judge(situation, content))
    return tuple(dict.fromkeys(ruling for ruling in rulings if isinstance(ruling, Refusal)))
