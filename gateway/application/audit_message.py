"""Audit lines of a message: the act itself, and every consent that was weighed for it, permit and deny alike."""

from collections.abc import Callable, Iterable
from typing import Any

from gateway.domain import messages as m
from gateway.domain.case import Case
from gateway.domain.consent import Consent, Purpose
from gateway.domain.protocol import PROTOCOL, audit_of
from gateway.domain.rules.standing import standing_of
from gateway.domain.steps import Actor
from gateway.ports.bundles import AuditOutcome, AuditRecord, AuditWhat


def audit_lines(message: m.Message, by: Actor, case: Case | None) -> tuple[AuditRecord, ...]:
    """The lines a bundle carries.

    Args:
        message: The message about to be sealed.
        by: Who acts.
        case: The case, for its consents; None when the message belongs to no case.
    """
    act = _line(message, by, AuditWhat(audit_of(message.content)), rules=PROTOCOL[message.kind].rules)
    weighed = _WEIGHED.get(type(message.content))
    if weighed is None or case is None:
        return (act,)
    return (act, *_decisions(message, by, case, weighed(message.content, case)))


def _decisions(
    message: m.Message, by: Actor, case: Case, questions: Iterable[tuple[Purpose, str, tuple[Consent, ...]]]
) -> Iterable[AuditRecord]:
    referral = case.referral(message.referral_id or "")
    for purpose, recipient, more in questions:
        decision = standing_of(
            case, purpose, recipient, message.sent_at, referral=referral, consents=(*case.consents, *more)
        )
        if decision.consent is None:
            continue
        outcome = AuditOutcome.PERMITTED if decision.is_active else AuditOutcome.DENIED
        yield _line(
            message,
            by,
            AuditWhat.CONSENT_DECISION,
            outcome=outcome,
            purpose=purpose,
            consent_id=decision.consent.consent_id,
            rules=("R25",),
        )


def _line(message: m.Message, by: Actor, what: AuditWhat, **more: Any) -> AuditRecord:
    fields: dict[str, Any] = {"outcome": AuditOutcome.PERMITTED, **more}
    return AuditRecord(
        what=what,
        recorded_at=message.sent_at,
        agent_role=by.role.value,
        agent_organisation=message.sender,
        agent_name=by.name,
        on_behalf_of=by.on_behalf_of,
        message_id=message.message_id,
        **fields,
    )


_Questions = Iterable[tuple[Purpose, str, tuple[Consent, ...]]]


def _of_referral(content: m.Referral, _: Case) -> _Questions:
    purposes = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO)
    return tuple((purpose, content.recipient, content.consents) for purpose in purposes)


def _of_correction(content: m.ContactCorrection, _: Case) -> _Questions:
    return tuple((Purpose.CONTACT_TO_SO, c.recipient, content.consents) for c in content.consents)


def _of_report(content: m.ReportRelease, _: Case) -> _Questions:
    return tuple((Purpose.OUTCOME_TO_FIRST, c.recipient, content.consents) for c in content.consents)


def _of_information(_: m.InformationAnswer, case: Case) -> _Questions:
    current = case.current_referral
    return ((Purpose.MEDICAL_TO_SO, current.recipient, ()),) if current else ()


_WEIGHED: dict[type[Any], Callable[[Any, Case], _Questions]] = {
    m.Referral: _of_referral,
    m.ContactCorrection: _of_correction,
    m.ReportRelease: _of_report,
    m.InformationAnswer: _of_information,
}
