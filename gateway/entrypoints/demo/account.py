"""The account of one played case: its timeline, its verdict from the journals, and whether that was expected."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.messages import Kind
from gateway.domain.protocol import PROTOCOL
from gateway.domain.rules.verdict import Verdict, assess
from gateway.entrypoints.demo.play import Played
from gateway.entrypoints.demo.stage import Said, Stage
from gateway.ports.bundles import AuditOutcome, AuditWhat
from gateway.ports.store import JournalEntry


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline.

    Attributes:
        at: When.
        who: Role and organisation, or sender and recipient.
        what: Step code or message kind.
        mark: ``step``, ``message`` or ``refused``.
        because: Consents that let it pass, or the reason of a refusal.
        rules: The rules behind it.
    """

    at: datetime
    who: str
    what: str
    mark: str
    because: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """What a person sees of one case.

    Attributes:
        case_id: The case.
        party_id: Its arbodienst.
        lines: The timeline.
        verdict: From the arbodienst's own journal after the play.
        expected: What the sample expects.
        said: Messages of this case, receipts included.
        case: The case as the arbodienst's journal has it.
        entries: The arbodienst's journal of the case.
    """

    case_id: str
    party_id: str
    lines: tuple[Line, ...]
    verdict: Verdict
    expected: dict[str, Any]
    said: tuple[Said, ...]
    case: Case
    entries: tuple[JournalEntry, ...]

    @property
    def is_as_expected(self) -> bool:
        """Whether every part of the verdict is the expected one."""
        return verdict_parts(self.verdict) == self.expected

    @property
    def sent(self) -> int:
        """Messages sent, receipts apart."""
        return sum(1 for said in self.said if said.message.kind is not Kind.RECEIPT)

    @property
    def report(self) -> str:
        """What became of the report."""
        kinds = {said.message.kind for said in self.said}
        if Kind.REPORT_RELEASED in kinds:
            return "returned"
        return "withheld" if Kind.REPORT_WITHHELD in kinds else "-"


def verdict_parts(verdict: Verdict) -> dict[str, Any]:
    """The comparable parts of a verdict."""
    return {
        "status": verdict.status.value,
        "may_refer": verdict.may_refer,
        "may_return_report": verdict.may_return_report,
        "employer_receives": [received.value for received in verdict.employer_receives],
    }


async def account_of(stage: Stage, played: Played, expected: dict[str, Any], said: list[Said]) -> Account:
    """Read the journals of both sides and judge the case by the arbodienst's."""
    ohs = stage.services(played.party_id)
    async with ohs.store.begin() as work:
        entries = await work.entries(played.case_id)
    there = []
    for referral_id, party_id in played.referrals.values():
        async with stage.services(party_id).store.begin() as work:
            there += await work.entries(referral_id)
    case = fold(played.case_id, [entry.step for entry in entries])
    steps = [entry.step for entry in (*entries, *there)]
    lines = [*_steps(steps), *_messages(said), *_refusals(steps)]
    return Account(
        case_id=played.case_id,
        party_id=played.party_id,
        lines=tuple(sorted(lines, key=lambda line: line.at)),
        verdict=assess(case, ohs.policy),
        expected=expected,
        said=tuple(said),
        case=case,
        entries=tuple(entries),
    )


_TOLD_OTHERWISE = (s.ActionRefused, s.MessageDelivered)


def _steps(steps: list[s.Step]) -> list[Line]:
    """Steps that no message tells of already."""
    quiet = [step for step in steps if step.message_id is None and not isinstance(step, _TOLD_OTHERWISE)]
    return [Line(step.at, _who(step.by), step.code, "step", _consent(step), step.rules) for step in quiet]


def _refusals(steps: list[s.Step]) -> list[Line]:
    refused = [step for step in steps if isinstance(step, s.ActionRefused)]
    return [Line(r.at, _who(r.by), r.action, "refused", r.reason, r.because_of) for r in refused]


def _messages(said: list[Said]) -> list[Line]:
    told = [item for item in said if item.message.kind is not Kind.RECEIPT]
    return [
        Line(
            item.message.sent_at,
            f"{item.message.sender} -> {item.message.recipient}",
            " ".join(filter(None, (item.message.kind.value, _detail(item.message.content)))),
            "message",
            ", ".join(_decided(item)),
            PROTOCOL[item.message.kind].rules,
        )
        for item in told
    ]


def _detail(content: m.Content) -> str:
    """The code a message carries, when it carries one."""
    match content:
        case m.MilestoneNotice(milestone=code) | m.InformationRequest(asked=code):
            return code.value
        case m.Declination(reason=code) | m.ReferralStop(reason=code) | m.InformationRefusal(reason=code):
            return code.value
        case m.ConsentWithdrawal(purpose=code):
            return code.value
        case _:
            return ""


def _decided(said: Said) -> list[str]:
    """The consents that were weighed for a message."""
    decisions = [line for line in said.audit if line.what is AuditWhat.CONSENT_DECISION and line.purpose is not None]
    return [
        f"{line.purpose} {line.consent_id}" + ("" if line.outcome is AuditOutcome.PERMITTED else " (denied)")
        for line in decisions
    ]


def _who(by: s.Actor) -> str:
    return f"{by.role.value} @ {by.organisation}"


def _consent(step: s.Step) -> str:
    if isinstance(step, s.ConsentGiven | s.ConsentRefused):
        return f"{step.consent.purpose.value} -> {step.consent.recipient}"
    return ""
