"""May this message be sent, and may it be received: the protocol table and the rules behind each content.

Every message is judged three times: when it is made, when the relay publishes it, and when the other side opens it
(protocol section 4). The first two use ``may_send`` and ``still_permitted``, the third ``may_receive``.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gateway.domain import messages as m
from gateway.domain.case import Case
from gateway.domain.consent import Choice, Consent, Purpose, weigh
from gateway.domain.contract import organisation_of
from gateway.domain.party import Party, Role
from gateway.domain.policy import Policy
from gateway.domain.protocol import PROTOCOL, BusinessStatus, Need, Row, audit_of
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules import information, recipient, referral, report, rights
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a judgement may look at.

    Attributes:
        case: The case at this side, folded.
        referral: The referral the message belongs to; None when it opens one.
        policy: Of the arbodienst; a default at the pool, where no policy decides.
        party: Ourselves.
        partner: The other party.
        at: The instant for which consents must hold.
        recipients: Recipient texts this party serves besides its own id.
        overtaken_by: What the partner said later in this conversation and what came earlier: it waits for its turn,
            but is known (R27).
    """

    case: Case
    referral: ReferralState | None
    policy: Policy
    party: Party
    partner: Party
    at: datetime
    recipients: tuple[str, ...] = field(default=())
    overtaken_by: tuple[m.Content, ...] = field(default=())


def may_send(situation: Situation, content: m.Content) -> Decision:
    """Whether this side may send this content now."""
    row = PROTOCOL[content.kind]
    state = _state(situation, row, row.before)
    held = _not_held(situation, content.kind)
    first = decide(_role(situation.party.role, row), state, _not_restricted(situation, content.kind), *held.refusals)
    return first if not first.is_permitted else _judge(_AT_SENDER, row, situation, content)


def still_permitted(situation: Situation, kind: m.Kind, carried: frozenset[str]) -> Decision:
    """Whether a message in the queue may still go: its consents, at the instant of publishing (R27).

    Args:
        situation: As it is now.
        kind: Of the message.
        carried: Roles of the documents it carries.
    """
    if situation.referral is None:
        return decide()
    checks = [_AT_RELAY[need] for need in PROTOCOL[kind].needs if need in _AT_RELAY]
    weighed = (ruling for check in checks for ruling in check(situation, situation.referral, carried).refusals)
    held = _not_held(situation, kind)
    return decide(_not_restricted(situation, kind), *held.refusals, *weighed)


def rests_on_consent(kind: m.Kind) -> bool:
    """Whether a queued message of this kind is weighed again before it is published."""
    return any(need in _AT_RELAY for need in PROTOCOL[kind].needs)


def may_receive(situation: Situation, content: m.Content) -> Decision:
    """Whether this side may let the content have its effect.

    A withdrawal that overtook it counts already, though its own turn has not come (R27). What ended the referral here
    may have crossed a withdrawal there, where it is refused: the withdrawal wins at both sides.
    """
    row = PROTOCOL[content.kind]
    state = _state(situation, row, row.before | row.crosses)
    first = decide(_role(situation.partner.role, row), state, _not_withdrawn(situation, content))
    if not first.is_permitted:
        return first
    return _judge(_AT_RECEIVER, row, *_with_withdrawals(situation, content))


def may_be_overtaken(kind: m.Kind) -> bool:
    """Whether a withdrawal that came before its turn matters to a message of this kind."""
    return _discloses(kind)


def _discloses(kind: m.Kind) -> bool:
    return PROTOCOL[kind].audit == "disclosure"


def _not_restricted(situation: Situation, kind: m.Kind) -> Ruling:
    return rights.not_restricted(situation.case) if _discloses(kind) else PERMIT


def _not_held(situation: Situation, kind: m.Kind) -> Decision:
    return referral.in_doubt(situation.case) if _discloses(kind) else decide()


def _not_withdrawn(situation: Situation, content: m.Content) -> Ruling:
    is_over = any(isinstance(later, m.ReferralWithdrawal) for later in situation.overtaken_by)
    return refuse("withdrawn") if is_over and audit_of(content) == "disclosure" else PERMIT


def _with_withdrawals(situation: Situation, content: Any) -> tuple[Situation, Any]:
    """The same, with every consent taken back that is known to be."""
    gone = {
        withdrawal.consent_id for withdrawal in situation.overtaken_by if isinstance(withdrawal, m.ConsentWithdrawal)
    }
    if not gone:
        return situation, content

    def weighed(consents: tuple[Consent, ...]) -> tuple[Consent, ...]:
        return tuple(c.withdrawn(situation.at) if c.consent_id in gone else c for c in consents)

    case = replace(situation.case, consents=weighed(situation.case.consents))
    carried = getattr(content, "consents", None)
    return replace(situation, case=case), replace(content, consents=weighed(carried)) if carried else content


_Checks = dict[Need, Callable[[Situation, Any], Decision]]


def _judge(checks: _Checks, row: Row, situation: Situation, content: m.Content) -> Decision:
    """Every need of the row that has something to say at this side."""
    decisions = [checks[need](situation, content) for need in row.needs if need in checks]
    return Decision(tuple(refusal for decision in decisions for refusal in decision.refusals))


def _role(role: Role, row: Row) -> Ruling:
    return PERMIT if role in row.senders else refuse("wrong-role")


def _state(situation: Situation, row: Row, states: frozenset[BusinessStatus]) -> Ruling:
    if row.task_status is None and not row.before:
        return PERMIT
    if row.opens:
        return PERMIT if situation.referral is None else refuse("wrong-state")
    if situation.referral is None or situation.referral.state not in states:
        return refuse("wrong-state")
    return PERMIT


_DOCUMENT_PURPOSES = {
    m.DocumentRole.CONTESTED_FEEDBACK: (Purpose.FEEDBACK_TO_SO, "feedback-not-permitted"),
    m.DocumentRole.MEDICAL_DATA: (Purpose.MEDICAL_TO_SO, "medical-not-permitted"),
    m.DocumentRole.REASONING: (Purpose.MEDICAL_TO_SO, "medical-not-permitted"),
}


def _documents(
    consents: tuple[Consent, ...], roles: AbstractSet[str], recipient_: str, at: datetime
) -> tuple[Ruling, ...]:
    """R26: each kind of document rests on its own consent; work circumstances need none (R30)."""
    return tuple(
        PERMIT if weigh(consents, purpose, recipient_, at).is_active else refuse(code)
        for role, (purpose, code) in _DOCUMENT_PURPOSES.items()
        if role.value in roles
    )


def _send_referral(situation: Situation, content: m.Referral) -> Decision:
    case, policy, at = situation.case, situation.policy, situation.at
    roles = {document.role for document in content.documents}
    medical = {m.DocumentRole.MEDICAL_DATA, m.DocumentRole.REASONING} & roles
    rulings: list[Ruling] = [*referral.may_refer(case, policy, at, content.recipient).refusals]
    rulings.extend(referral.may_start_referral(case, at, content.recipient).refusals)
    if m.DocumentRole.CONTESTED_FEEDBACK in roles:
        rulings.append(referral.may_carry_feedback(case, policy, content.recipient, at))
    if medical:
        rulings.append(referral.may_carry_medical(case, policy, content.recipient, at))
    return decide(*rulings)


def _send_correction(situation: Situation, _: m.ContactCorrection) -> Decision:
    to = situation.referral.recipient if situation.referral else ""
    return decide(referral.contact_consent(situation.case, to, situation.at))


def _send_acceptance(situation: Situation, content: m.Acceptance) -> Decision:
    """R5, R6 as far as the pool can see: another person, another organisation than the one that refers."""
    known = situation.referral.referral if situation.referral else None
    rulings: list[Ruling] = [recipient.registered_physician(content.physician)]
    if known is not None and known.requester.big == content.physician.big:
        rulings.append(refuse("not-independent"))
    return decide(*rulings)


def _send_information_request(situation: Situation, content: m.InformationRequest) -> Decision:
    if situation.referral is None:
        return decide(refuse("wrong-state"))
    allowed = information.may_ask(situation.referral, content.asked, content.employee_decided_at)
    consent = information.information_consent(situation.case, situation.referral, content.asked, situation.at)
    return decide(*allowed.refusals, consent)


def _send_information(situation: Situation, content: m.InformationAnswer) -> Decision:
    known = situation.referral.request(content.request_id) if situation.referral else None
    if situation.referral is None or known is None or known.is_answered:
        return decide(refuse("unknown-request"))
    asked = {document.role.value for document in content.documents} == {known.asked.value}
    allowed = information.may_answer(situation.case, situation.referral, content.request_id, situation.at)
    return decide(*allowed.refusals, PERMIT if asked else refuse("more-than-asked"))


def _send_information_refusal(situation: Situation, content: m.InformationRefusal) -> Decision:
    known = situation.referral.request(content.request_id) if situation.referral else None
    return decide(PERMIT if known and not known.is_answered else refuse("unknown-request"))


def _send_report(situation: Situation, _: m.ReportRelease) -> Decision:
    known = situation.referral.referral if situation.referral else None
    to = known.requester_organisation.organisation_id if known else situation.partner.party_id
    return report.may_return_report(situation.case, situation.referral, to, situation.at)


def _send_consent_withdrawal(situation: Situation, content: m.ConsentWithdrawal) -> Decision:
    return decide(PERMIT if situation.case.consent(content.consent_id) else refuse("unknown-consent"))


def _receive_referral(situation: Situation, content: m.Referral) -> Decision:
    at, consents = situation.at, content.consents
    served = {situation.party.party_id, *situation.recipients}
    mine = content.recipient in served or organisation_of(content.recipient) in served
    roles = {document.role.value for document in content.documents}
    return decide(
        PERMIT if mine else refuse("not-the-recipient"),
        _contact_carried(consents, content.recipient, at),
        *_documents(consents, roles, content.recipient, at),
    )


def _receive_correction(situation: Situation, content: m.ContactCorrection) -> Decision:
    """R25 from the message itself, and nothing on our own record that takes the consent back."""
    if content.contact is None:
        return decide()
    to = situation.referral.recipient if situation.referral else ""
    return decide(_contact_carried((*content.consents, *_objections(situation.case)), to, situation.at))


def _contact_carried(consents: tuple[Consent, ...], recipient_: str, at: datetime) -> Ruling:
    decision = weigh(consents, Purpose.CONTACT_TO_SO, recipient_, at)
    return PERMIT if decision.is_active else refuse("contact-consent-absent")


def _receive_acceptance(situation: Situation, content: m.Acceptance) -> Decision:
    if situation.referral is None:
        return decide(refuse("wrong-state"))
    target = situation.referral.recipient
    return decide(
        recipient.registered_physician(content.physician),
        recipient.independent_of_first(situation.case, situation.policy, target, content.physician),
    )


def _receive_information(situation: Situation, content: m.InformationAnswer) -> Decision:
    known = situation.referral.request(content.request_id) if situation.referral else None
    if situation.referral is None or known is None or known.is_answered:
        return decide(refuse("unknown-request"))
    asked = {document.role.value for document in content.documents} <= {known.asked.value}
    consent = information.information_consent(situation.case, situation.referral, known.asked, situation.at)
    return decide(consent, PERMIT if asked else refuse("more-than-asked"))


def _receive_report(situation: Situation, content: m.ReportRelease) -> Decision:
    """R40 from the message itself, and nothing on our own record that takes the consent back."""
    decision = weigh(
        (*content.consents, *_objections(situation.case)), Purpose.OUTCOME_TO_FIRST, _own(situation), situation.at
    )
    if not decision.is_active or decision.consent is None:
        return decide(refuse("outcome-consent-absent"))
    is_after = decision.consent.decided_at > content.draft_discussed_at
    return decide(PERMIT if is_after else refuse("outcome-consent-before-draft"))


def _own(situation: Situation) -> str:
    return situation.case.dossier.organisation if situation.case.dossier else situation.party.party_id


def _objections(case: Case) -> tuple[Consent, ...]:
    """What the employee took back or refused, as this side knows it."""
    return tuple(c for c in case.consents if c.withdrawn_at is not None or c.choice is Choice.REFUSED)


def _relay_referral(situation: Situation, waiting: ReferralState, carried: frozenset[str]) -> Decision:
    """The same judgement as when it was made: a request taken back or a side job told of since counts too."""
    case, at = situation.case, situation.at
    permitted = referral.may_refer(case, situation.policy, at, waiting.recipient)
    return decide(*permitted.refusals, *_documents(case.consents, carried, waiting.recipient, at))


def _relay_correction(situation: Situation, waiting: ReferralState, _: frozenset[str]) -> Decision:
    return decide(referral.contact_consent(situation.case, waiting.recipient, situation.at))


def _relay_information(situation: Situation, waiting: ReferralState, carried: frozenset[str]) -> Decision:
    return decide(*_documents(situation.case.consents, carried, waiting.recipient, situation.at))


def _relay_report(situation: Situation, waiting: ReferralState, _: frozenset[str]) -> Decision:
    known = waiting.referral
    to = known.requester_organisation.organisation_id if known else situation.partner.party_id
    return decide(report.outcome_consent(situation.case, waiting, to, situation.at))


_AT_SENDER: _Checks = {
    Need.REFERRAL_PERMITTED: _send_referral,
    Need.CONTACT_PERMITTED: _send_correction,
    Need.INDEPENDENCE: _send_acceptance,
    Need.INFORMATION_ASKED: _send_information_request,
    Need.INFORMATION_PERMITTED: _send_information,
    Need.REQUEST_OPEN: _send_information_refusal,
    Need.REPORT_PERMITTED: _send_report,
    Need.CONSENT_KNOWN: _send_consent_withdrawal,
}
_AT_RELAY: dict[Need, Callable[[Situation, ReferralState, frozenset[str]], Decision]] = {
    Need.REFERRAL_PERMITTED: _relay_referral,
    Need.CONTACT_PERMITTED: _relay_correction,
    Need.INFORMATION_PERMITTED: _relay_information,
    Need.REPORT_PERMITTED: _relay_report,
}
_AT_RECEIVER: _Checks = {
    Need.REFERRAL_PERMITTED: _receive_referral,
    Need.CONTACT_PERMITTED: _receive_correction,
    Need.INDEPENDENCE: _receive_acceptance,
    Need.INFORMATION_PERMITTED: _receive_information,
    Need.REPORT_PERMITTED: _receive_report,
}
