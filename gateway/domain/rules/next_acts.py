"""Which commands say something of a referral where it stands now: the way out of a refusal for its state (R36, R38)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.domain.messages import Kind
from gateway.domain.party import Role
from gateway.domain.protocol import PROTOCOL
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.refusal import Decision, Refusal

COMMANDS: Final[Mapping[Kind, str]] = {
    Kind.AVAILABILITY_ANSWERED: "availability answer",
    Kind.REFERRAL_ACCEPTED: "referral accept",
    Kind.REFERRAL_DECLINED: "referral decline",
    Kind.MILESTONE_REACHED: "referral milestone",
    Kind.INFORMATION_REQUESTED: "referral request-information",
    Kind.INFORMATION_PROVIDED: "referral answer-information",
    Kind.REPORT_RELEASED: "referral release",
    Kind.REPORT_WITHHELD: "referral withhold",
    Kind.REFERRAL_STOPPED: "referral stop",
    Kind.REFERRAL_WITHDRAWN: "case withdraw",
    Kind.ERASURE_REQUESTED: "referral erase",
}
"""By kind of message, as typed after ``sogw``."""


def with_way_out(decision: Decision, referral: ReferralState | None, role: Role) -> Decision:
    """Name the state of the referral, and what may be said in it, where its state stands in the way."""
    return Decision(tuple(_named(refusal, referral, role) for refusal in decision.refusals))


def _named(refusal: Refusal, referral: ReferralState | None, role: Role) -> Refusal:
    if refusal.code != "wrong-state" or referral is None:
        return refusal
    names = ", ".join(f"sogw {command}" for command in possible_now(referral, role)) or "nothing"
    return replace(refusal, remedy=f"The referral stands at '{referral.state}'. Possible now: {names}.")


def possible_now(referral: ReferralState, role: Role) -> tuple[str, ...]:
    """The commands of a side that the state of a referral permits; other rules may stand in the way."""
    if referral.erasure_confirmed_at is not None:
        return ()
    asked = any(not request.is_answered for request in referral.requests)
    return tuple(
        command
        for kind, command in COMMANDS.items()
        if role in PROTOCOL[kind].senders
        and referral.state in PROTOCOL[kind].before
        and (asked or kind is not Kind.INFORMATION_PROVIDED)
    )
