"""The one list of judgements of a message: for each need the function that judges it, the same at both sides.

``gateway.domain.needs`` says when each is judged. A sender that skips its own rules meets the same function at the
receiver; the situation says from which side it is seen.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from gateway.domain import messages as m
from gateway.domain.consent import EVERYBODY, Choice, Purpose
from gateway.domain.named_person import may_be_one
from gateway.domain.needs import Need
from gateway.domain.protocol import audit_of
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules import (
    billing,
    course,
    information,
    labels,
    recipient,
    referral,
    report,
    request,
    rights,
    timing,
)
from gateway.domain.rules.clues import NOBODY
from gateway.domain.rules.queued import (
    PURPOSES,
    Queued,
    Rulings,
    again_contact,
    again_documents,
    again_not_in_doubt,
    again_not_overtaken,
    again_not_restricted,
    again_referral,
    again_report,
    again_still_open,
    ended_by,
)
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.rules.situation import Situation, names_of


def _not_overtaken(situation: Situation, content: m.Content) -> Rulings:
    yield ended_by(situation.overtaken_by) if audit_of(content) == "disclosure" else PERMIT


def _not_restricted(situation: Situation, _: m.Content) -> Rulings:
    yield rights.not_restricted(situation.case)


def _not_in_doubt(situation: Situation, _: m.Content) -> Rulings:
    return referral.in_doubt(situation.case).refusals


def _referral_may_follow(situation: Situation, _: m.Content) -> Rulings:
    return (rights.not_restricted(situation.case), *referral.may_follow(situation.case).refusals)


def _times(situation: Situation, content: m.Content) -> Rulings:
    return timing.told_in_time(content, situation.referral, situation.at)


def _labels_readable(_: Situation, content: m.Content) -> Rulings:
    yield labels.readable(content)


def _anonymous_texts(situation: Situation, content: m.AvailabilityQuery) -> Rulings:
    """R8: who asks knows of whom; who is asked looks at the shape alone."""
    known = NOBODY if situation.is_received else billing.known_of((situation.case,))
    yield billing.without_clues((content.region, content.specialism, content.language), known)


def _referral(situation: Situation, content: m.Referral) -> Rulings:
    """The rules that rest on the dossier, which never travels, and on the policy."""
    case, policy, at = situation.case, situation.policy, situation.at
    roles = {document.role for document in content.documents}
    yield from referral.may_refer(case, policy, at, content.recipient).refusals
    yield from referral.may_start_referral(case, at, content.recipient).refusals
    if m.DocumentRole.CONTESTED_FEEDBACK in roles:
        yield referral.may_carry_feedback(case, policy, content.recipient, at)
    if {m.DocumentRole.MEDICAL_DATA, m.DocumentRole.REASONING} & roles:
        yield referral.may_carry_medical(case, policy, content.recipient, at)


def _recipient_served(situation: Situation, content: m.Referral) -> Rulings:
    served = {situation.party.party_id, *situation.recipients}
    yield PERMIT if served & names_of(content.recipient) else refuse("not-the-recipient")


def _parties_named(situation: Situation, content: m.Referral) -> Rulings:
    """R25, R40: who asks is who sends, and who is asked is who receives; to the one who asks the report returns."""
    is_between = situation.sender.is_named_by(content.requester_organisation)
    is_between = is_between and situation.receiver.is_named_by(content.performer_organisation)
    yield PERMIT if is_between else refuse("referral-of-others")


def _requester(_: Situation, content: m.Referral) -> Rulings:
    yield request.may_request(content.requester)


def _independence(situation: Situation, content: m.Referral | m.Acceptance) -> Rulings:
    """R5, R6: another person than who refers, and at the arbodienst by everything that its record knows."""
    if isinstance(content, m.Referral):
        yield _other_person(content.requester.big, content.performer.big if content.performer else None)
        return
    known = situation.referral
    if known is None:
        yield refuse("wrong-state")
        return
    yield recipient.registered_physician(content.physician)
    yield _other_person(known.referral.requester.big if known.referral else None, content.physician.big)
    yield recipient.independent_of_first(situation.case, situation.policy, known.recipient, content.physician)


def _other_person(first: str | None, second: str | None) -> Ruling:
    return refuse("not-independent") if first is not None and first == second else PERMIT


def _physician_chosen(situation: Situation, content: m.Acceptance) -> Rulings:
    """R8, R25: the one the employee chose and consented to, and no colleague."""
    known, one = situation.referral, content.physician
    told = known.referral.performer if known and known.referral else None
    chosen = told or (recipient.second_physician(situation.case, known.recipient) if known else None)
    yield PERMIT if chosen is None or may_be_one(chosen, one) else refuse("physician-not-chosen")


def _contact(situation: Situation, content: m.Referral | m.ContactCorrection) -> Rulings:
    """R25; what only takes a place in the line discloses nothing."""
    if isinstance(content, m.ContactCorrection) and content.contact is None:
        return
    to = content.recipient if isinstance(content, m.Referral) else _pool(situation)
    if not situation.is_received:
        yield referral.contact_consent(situation.case, to, situation.at, situation.partner.party_id)
    elif not situation.standing(content.consents, Purpose.CONTACT_TO_SO, to).is_active:
        yield refuse("contact-consent-absent")


def _pool(situation: Situation) -> str:
    return situation.referral.recipient if situation.referral else ""


def _documents(situation: Situation, content: m.Referral) -> Rulings:
    """R26: each kind of document rests on its own consent; work circumstances need none (R30)."""
    roles = {document.role for document in content.documents}
    for role, (purpose, code) in PURPOSES.items():
        if role in roles:
            decision = situation.standing(content.consents, purpose, content.recipient)
            yield PERMIT if decision.is_active else refuse(code)


def _documents_in_place(situation: Situation, content: m.Referral | m.InformationAnswer | m.ReportRelease) -> Rulings:
    """R28, R32: what the kind may carry; of an answer the asked set and nothing else."""
    roles = {document.role.value for document in m.documents_of(content)}
    if isinstance(content, m.InformationAnswer):
        known = situation.referral.request(content.request_id) if situation.referral else None
        yield PERMIT if known is None or roles == {known.asked.value} else refuse("more-than-asked")
    elif isinstance(content, m.ReportRelease):
        yield PERMIT if roles == {m.DocumentRole.REPORT.value} else refuse("content-not-on-list")
    else:
        yield PERMIT if roles <= referral.CONTENTS else refuse("content-not-on-list")


_CARRIED: Mapping[m.Kind, frozenset[Purpose]] = {
    m.Kind.REFERRAL_REQUESTED: frozenset({Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO}),
    m.Kind.CONTACT_CORRECTED: frozenset({Purpose.CONTACT_TO_SO}),
    m.Kind.INFORMATION_REQUESTED: frozenset({Purpose.MEDICAL_TO_SO}),
    m.Kind.REPORT_RELEASED: frozenset({Purpose.OUTCOME_TO_FIRST}),
}
"""The purposes of the consents that each kind may carry."""


def _consents_in_place(situation: Situation, content: Any) -> Rulings:
    """R25: only consents of the kind's purposes, for who receives the data; an objection may be to everybody."""
    names = _names_in(situation, content)
    for consent in content.consents:
        is_named = consent.recipient in names or (consent.recipient == EVERYBODY and consent.choice is Choice.REFUSED)
        is_in_place = consent.purpose in _CARRIED[content.kind] and is_named
        yield PERMIT if is_in_place else refuse("consent-out-of-place")


def _names_in(situation: Situation, content: m.Content) -> AbstractSet[str]:
    if isinstance(content, m.Referral):
        return names_of(content.recipient)
    if isinstance(content, m.ReportRelease):
        return {situation.first}
    return situation.pool_names


def _asked(situation: Situation, content: m.InformationRequest) -> Rulings:
    if situation.referral is None:
        yield refuse("wrong-state")
        return
    yield from information.may_ask(situation.referral, content.asked, content.employee_decided_at).refusals
    is_new = situation.referral.request(content.request_id) is None
    yield PERMIT if is_new else refuse("request-repeated")


def _asked_with_consent(situation: Situation, content: m.InformationRequest) -> Rulings:
    """R32; at receipt it is answered instead (``information.declined_at_once``)."""
    if situation.referral is not None:
        yield information.information_consent(situation.case, situation.referral, content.asked, situation.at)


def _request_open(situation: Situation, content: m.InformationAnswer | m.InformationRefusal) -> Rulings:
    known = situation.referral.request(content.request_id) if situation.referral else None
    yield PERMIT if known is not None and not known.is_answered else refuse("unknown-request")


def _information(situation: Situation, content: m.InformationAnswer) -> Rulings:
    known = situation.referral
    if known is not None and known.request(content.request_id) is not None:
        yield from information.may_answer(situation.case, known, content.request_id, situation.at).refusals


def _report(situation: Situation, content: m.ReportRelease) -> Rulings:
    """R39, R40: by the moment of the draft that the pool told before, and by the one that the report tells."""
    known = situation.referral
    if not situation.is_received:
        yield from report.may_return_report(situation.case, known, situation.first, situation.at).refusals
        return
    if known is None or known.draft_told_at is None:
        yield refuse("draft-not-discussed")
        return
    decision = situation.standing(content.consents, Purpose.OUTCOME_TO_FIRST, situation.first)
    if not decision.is_active or decision.consent is None:
        yield refuse("outcome-consent-absent")
        return
    draft = max(known.draft_told_at, content.draft_discussed_at)
    yield PERMIT if decision.consent.decided_at > draft else refuse("outcome-consent-before-draft")


def _consent_known(situation: Situation, content: m.ConsentWithdrawal) -> Rulings:
    """R27: on record under that id and purpose; of a partner's word only what came from it or was given to it.

    Of the arbodienst's own consents the pool may never have heard; what it says of them still restricts there.
    """
    case, partner = situation.case, situation.partner.party_id
    named = [c for c in case.consents if c.consent_id == content.consent_id and c.purpose is content.purpose]
    if not named:
        may_be_new = situation.is_received and case.exchanges(content.purpose)
        yield PERMIT if may_be_new else refuse("unknown-consent")
    elif situation.is_received and not any(case.in_reach(partner, consent) for consent in named):
        yield refuse("consent-not-in-reach")


def _invoice_parties(situation: Situation, content: m.InvoiceNotice) -> Rulings:
    is_between = situation.sender.is_named_by(content.issuer) and situation.receiver.is_named_by(content.recipient)
    yield PERMIT if is_between else refuse("invoice-of-others")


def _invoice_anonymous(situation: Situation, content: m.InvoiceNotice) -> Rulings:
    yield billing.notice_without_personal_data(content, situation.at)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a need is judged.

    Attributes:
        judge: By a message's content, when it is made and when it is received. None where more than the domain knows
            decides, the length of the envelope and a receipt's digest, both judged where they are opened; and where
            there is nothing to judge before it waits.
        again: By what is known of it, when it is published; the content is sealed by then.
    """

    judge: Callable[[Situation, Any], Rulings] | None
    again: Callable[[Situation, ReferralState, Queued], Rulings] | None = None


JUDGEMENTS: Mapping[Need, Judgement] = {
    Need.SENDER_ROLE: Judgement(course.role),
    Need.STATE: Judgement(course.state),
    Need.PARTNER_OF_REFERRAL: Judgement(course.partner),
    Need.STILL_OPEN: Judgement(None, again_still_open),
    Need.NOT_OVERTAKEN: Judgement(_not_overtaken, again_not_overtaken),
    Need.NOT_RESTRICTED: Judgement(_not_restricted, again_not_restricted),
    Need.NOT_IN_DOUBT: Judgement(_not_in_doubt, again_not_in_doubt),
    Need.TIMES: Judgement(_times),
    Need.LABELS_READABLE: Judgement(_labels_readable),
    Need.ANONYMOUS_TEXTS: Judgement(_anonymous_texts),
    Need.REFERRAL_MAY_FOLLOW: Judgement(_referral_may_follow),
    Need.REFERRAL_PERMITTED: Judgement(_referral, again_referral),
    Need.RECIPIENT_SERVED: Judgement(_recipient_served),
    Need.PARTIES_NAMED: Judgement(_parties_named),
    Need.REQUESTER_REGISTERED: Judgement(_requester),
    Need.INDEPENDENCE: Judgement(_independence),
    Need.PHYSICIAN_CHOSEN: Judgement(_physician_chosen),
    Need.CONTACT_PERMITTED: Judgement(_contact, again_contact),
    Need.DOCUMENTS_PERMITTED: Judgement(_documents, again_documents),
    Need.DOCUMENTS_IN_PLACE: Judgement(_documents_in_place),
    Need.CONSENTS_IN_PLACE: Judgement(_consents_in_place),
    Need.INFORMATION_ASKED: Judgement(_asked),
    Need.ASKED_WITH_CONSENT: Judgement(_asked_with_consent),
    Need.REQUEST_OPEN: Judgement(_request_open),
    Need.INFORMATION_PERMITTED: Judgement(_information, again_documents),
    Need.REPORT_PERMITTED: Judgement(_report, again_report),
    Need.SHARED_SIZE: Judgement(None),
    Need.CONSENT_KNOWN: Judgement(_consent_known),
    Need.NOTHING_TO_KEEP: Judgement(None),
    Need.ERASURE_NOT_ASKED: Judgement(course.erasure_not_asked),
    Need.ERASURE_ASKED: Judgement(course.erasure_asked),
    Need.INVOICE_OF_PARTIES: Judgement(_invoice_parties),
    Need.INVOICE_ANONYMOUS: Judgement(_invoice_anonymous),
    Need.RECEIPT_OF_OURS: Judgement(None),
}
"""One judgement per need; a test holds it to ``gateway.domain.needs``."""
