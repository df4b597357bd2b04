"""Refer a case: build the referral from what is on record, and nothing else (R8, R23, R25 to R31)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.application.audit_message import audit_lines
from gateway.application.compose_message import size_floor
from gateway.application.enclose_files import Paper, document_of
from gateway.application.perform_act import Act, existing_case, perform_within, raise_refusal, recorded, refused
from gateway.domain.case import Case
from gateway.domain.consent import Consent, Purpose
from gateway.domain.contact import Channel, channel_of, language_of
from gateway.domain.contract import organisation_of
from gateway.domain.messages import Document, DocumentRole, Message, PatientContact, Referral
from gateway.domain.people import Employee, Organisation
from gateway.domain.permissions import Permission
from gateway.domain.protocol import PROTOCOL
from gateway.domain.routing import RouteEntry, reached
from gateway.domain.rules import recipient as choice
from gateway.domain.rules.referral import carries_question, contact_consent, may_carry_feedback, may_refer
from gateway.domain.rules.refusal import PERMIT, Refusal, Ruling, refuse
from gateway.domain.steps import Actor, RequestSubmitted
from gateway.ports.services import Services
from gateway.ports.store import Partner, UnitOfWork

_TO_SECOND_PHYSICIAN = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)


async def refer(
    services: Services,
    case_id: str,
    by: Actor,
    *,
    recipient: str | None = None,
    attachments: Mapping[DocumentRole, Paper] | None = None,
) -> Message:
    """Send the referral of a case to whom the employee chose.

    Args:
        services: Ours.
        case_id: The case.
        by: Who acts.
        recipient: As the consents name it; the employee's choice on record when None.
        attachments: Texts and files to go along under their own consent: medical data, work circumstances.

    Raises:
        RefusedError: With the rule that stands in the way; nothing left the house.
    """

    async def run(work: UnitOfWork) -> Message:
        case = await existing_case(work, case_id)
        raise_refusal(may_refer(case, services.policy, services.clock.now(), recipient))
        return await refer_within(services, work, case, by, recipient, attachments or {})

    return await recorded(services, case_id, "referral-requested", by, Permission.REFERRAL_SEND, run)


async def refer_within(
    services: Services,
    work: UnitOfWork,
    case: Case,
    by: Actor,
    recipient: str | None,
    attachments: Mapping[DocumentRole, Paper],
) -> Message:
    """Send the referral of a case that may be referred, within a running unit of work; it is judged again there.

    Raises:
        RefusedError: As ``refer``.
    """
    target = recipient or choice.intended_recipient(case)
    if target is None or case.dossier is None:
        raise refused(refuse("advice-not-identified"))  # a case of which so little is known may not be referred
    partner = partner_for(await work.partners(), target)
    content = _referral(services, case, case.dossier, target, partner, attachments, services.clock.now())
    act = Act(case.case_id, content, by, partner.party.party_id, services.new_id())
    return await perform_within(services, work, act)


def rehearse(services: Services, case: Case, partners: Sequence[Partner], by: Actor) -> None:
    """Make the referral of a case and seal it, and let nothing of it leave or stay.

    Raises:
        RefusedError: What would keep it from being sent: its size, its characters, its keys.
    """
    target = choice.intended_recipient(case)
    if target is None or case.dossier is None:
        return
    now = services.clock.now()
    partner = partner_for(partners, target)
    content = _referral(services, case, case.dossier, target, partner, {}, now)
    message = Message(
        message_id=services.new_id(),
        sender=services.party.party_id,
        recipient=partner.party.party_id,
        sent_at=now,
        content=content,
        referral_id=services.new_id(),
        sequence=1,
    )
    payload = services.mapper.to_bundle(message, audit=audit_lines(message, by, case))
    services.sealer.seal(
        payload,
        recipient=message.recipient,
        message_id=message.message_id,
        issued_at=now,
        size_floor=size_floor(services.terms, PROTOCOL[content.kind]),
    )


def partner_for(partners: Sequence[Partner], recipient: str) -> Partner:
    """Find the partner whose gateway serves a recipient text.

    Raises:
        RefusedError: ``no-route``: nobody does; ``route-ambiguous``: more than one does.
    """
    ruling = has_route(partners, recipient)
    if isinstance(ruling, Refusal):
        raise refused(ruling)
    return _serving(partners, recipient)[0]


def has_route(partners: Sequence[Partner], recipient: str) -> Ruling:
    """R8: one partner serves a recipient text, and no other does."""
    serving = _serving(partners, recipient)
    if not serving:
        return refuse("no-route")
    return PERMIT if len(serving) == 1 else refuse("route-ambiguous")


def may_reach(case: Case, partners: Sequence[Partner], recipient: str, at: datetime) -> Ruling:
    """R8, R25: one partner serves a recipient text, and the employee objects to that one as little."""
    ruling = has_route(partners, recipient)
    if ruling is not PERMIT:
        return ruling
    return contact_consent(case, recipient, at, _serving(partners, recipient)[0].party.party_id)


def _serving(partners: Sequence[Partner], recipient: str) -> list[Partner]:
    ids = {entry.party_id for entry in reached(map(entry_of, partners), recipient)}
    return [partner for partner in partners if partner.party.party_id in ids]


def entry_of(partner: Partner) -> RouteEntry:
    """Tell what leads to a partner."""
    return RouteEntry(partner.party.party_id, partner.party.name, partner.recipients)


def _referral(
    services: Services,
    case: Case,
    dossier: RequestSubmitted,
    target: str,
    partner: Partner,
    attachments: Mapping[DocumentRole, Paper],
    now: datetime,
) -> Referral:
    documents = [*_feedback(services, case, target, now, partner.party.party_id), *_attached(services, attachments)]
    return Referral(
        authored_at=case.accepted_at or dossier.at,
        advice_kind=dossier.advice.kind,
        requester=dossier.first_physician,
        requester_organisation=_organisation(services, dossier.organisation),
        performer_organisation=Organisation(
            partner.party.party_id,
            partner.party.name,
            partner.party.ura,
            partner.party.kvk,
            partner.party.agb,
        ),
        recipient=target,
        patient=contact_of(dossier.employee),
        consents=_consents(case, target),
        performer=choice.second_physician(case, target),
        question=case.question if carries_question(services.policy) else None,
        documents=tuple(documents),
    )


def _organisation(services: Services, organisation: str) -> Organisation:
    party = services.party
    return Organisation(organisation, party.name, party.ura, party.kvk, party.agb)


def contact_of(employee: Employee) -> PatientContact:
    """Name, address, contact data, language and interpreter need; a protected address stays home (R28).

    A preference for a channel that is not among them says nothing to the other side, and stays home too.
    """
    address = None if employee.is_address_protected else employee.address
    known = {Channel.EMAIL: employee.email, Channel.TELEPHONE: employee.telephone, Channel.POST: address}
    preferred = channel_of(employee.preferred_channel)
    return PatientContact(
        name=employee.name,
        address=address,
        telephone=employee.telephone,
        email=employee.email,
        preferred_channel=preferred if preferred and known[preferred] is not None else None,
        language=language_of(employee.language),
        needs_interpreter=employee.needs_interpreter,
    )


def _consents(case: Case, target: str) -> tuple[Consent, ...]:
    names = {target, organisation_of(target)}
    return tuple(c for c in case.consents if c.purpose in _TO_SECOND_PHYSICIAN and c.recipient in names)


def _feedback(services: Services, case: Case, target: str, now: datetime, partner: str) -> tuple[Document, ...]:
    advice = case.advice
    if advice is None or not advice.feedback_text:
        return ()
    if may_carry_feedback(case, services.policy, target, now, partner) is not PERMIT:
        return ()
    document = Document(
        services.new_id(), DocumentRole.CONTESTED_FEEDBACK, advice.feedback_text, advice.given_at, advice.author
    )
    return (document,)


def _attached(services: Services, attachments: Mapping[DocumentRole, Paper]) -> tuple[Document, ...]:
    return tuple(document_of(services, role, paper) for role, paper in attachments.items())
