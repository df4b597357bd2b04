"""Play one case: every step of the record becomes what a person would do at the right gateway, at its moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import decline_information, provide_information
from gateway.application.ask_availability import ask_availability
from gateway.application.correct_contact import tell_contact
from gateway.application.issue_invoice import invoice_employer, issue_invoice
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.request_erasure import request_erasure
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.consent import Purpose
from gateway.domain.contract import OptionKind
from gateway.domain.errors import RefusedError
from gateway.domain.people import Organisation
from gateway.domain.rules.recipient import chosen_options
from gateway.entrypoints.demo.cast import ENQUIRY_POOL
from gateway.entrypoints.demo.stage import Stage
from gateway.ports.backoffice import CaseImport
from gateway.ports.services import Services

_TEXTS = {
    m.DocumentRole.MEDICAL_DATA: "Synthetische medische gegevens bij deze voorbeeldzaak.",
    m.DocumentRole.REASONING: "Synthetische onderbouwing van de visie bij deze voorbeeldzaak.",
    m.DocumentRole.WORK_CIRCUMSTANCES: "Synthetische beschrijving van de werksituatie bij deze voorbeeldzaak.",
}
_ENQUIRY_BEFORE = timedelta(minutes=5)
_CORRECTED = "SO-2026-0001"
"""The case in which a telephone number is corrected after the referral; the sample's record knows the first one."""
_TELEPHONE = "+31 6 0000 0199"


@dataclass(slots=True)
class Played:
    """What came of one case.

    Attributes:
        case_id: The case.
        party_id: Its arbodienst.
        referrals: Real referral ids by the record's own, with the pool that holds them.
        refused: Refusals met on the way: what was tried, code, rules.
    """

    case_id: str
    party_id: str
    referrals: dict[str, tuple[str, str]] = field(default_factory=dict)
    refused: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


class Player:
    """Plays one case on a stage."""

    def __init__(self, stage: Stage, case: CaseImport) -> None:
        self._stage = stage
        self._case = case
        self._ohs = stage.services(case.organisation.organisation_id)
        self._requests: dict[str, str] = {}
        self._recipients: dict[str, str] = {}
        self._is_withdrawn = False
        self.played = Played(case.case_id, case.organisation.organisation_id)

    async def play(self) -> Played:
        """Every step in its turn; a refusal is written down and the play goes on."""
        self._stage.clock.begin(self._case.steps[0].at)
        for step in self._case.steps:
            if isinstance(step, s.ReferralRequested):
                await self._enquire(step.at - _ENQUIRY_BEFORE)
            self._stage.clock.move_to(step.at)
            await self._attempt(step.code, self._turn(step))
            if isinstance(step, s.ReferralAccepted) and self._case.case_id == _CORRECTED:
                await self._attempt(s.DossierCorrected.code, self._correct_telephone())
        if not any(isinstance(step, s.ReferralRequested) for step in self._case.steps):
            await self._attempt(
                "referral-requested", refer(self._ohs, self._case.case_id, self._by(s.ActorRole.BACK_OFFICE))
            )
        return self.played

    async def _attempt(self, what: str, act: Awaitable[Any]) -> bool:
        try:
            await act
        except RefusedError as refusal:
            self.played.refused.append((what, refusal.code, refusal.rules))
            await self._stage.settle()
            return False
        await self._stage.settle()
        return True

    async def _turn(self, step: s.Step) -> None:
        step = replace(step, by=self._person(step))
        handler = _TURNS.get(type(step))
        if handler is not None:
            await handler(self, step)
        elif not isinstance(step, s.ReferralStep):
            await record_step(self._ohs, self._case.case_id, step)

    def _person(self, step: s.Step) -> s.Actor:
        """Who does it here: the record leaves the physician's name out, and others' words come by the back office."""
        if isinstance(step, s.CompletionReported):
            return self._by(s.ActorRole.BACK_OFFICE)
        first = next(one.first_physician for one in self._case.steps if isinstance(one, s.RequestSubmitted))
        is_unnamed = step.by.role is s.ActorRole.FIRST_PHYSICIAN and step.by.name is None
        return replace(step.by, name=first.name) if is_unnamed else step.by

    def _by(self, role: s.ActorRole, name: str | None = None) -> s.Actor:
        return s.Actor(role, self._ohs.party.party_id, name)

    def _pool(self, step: s.ReferralStep) -> tuple[Services, str, s.Actor]:
        """Who holds the referral of a step, its real id, and the physician who acts there."""
        known = self.played.referrals.get(step.referral_id)
        if known is None:
            raise RefusedError("no-referral", "No referral went out.", remedy="See the other refusals.", rules=("R40",))
        referral_id, party_id = known
        recipient = self._recipients[referral_id]
        name = self._stage.members[party_id].physician(recipient).name
        return self._stage.services(party_id), referral_id, s.Actor(s.ActorRole.SECOND_PHYSICIAN, party_id, name)

    async def _enquire(self, at: datetime) -> None:
        """When the contract names a pool, ask it for room first; nothing personal goes along (R8)."""
        case = fold(self._case.case_id, self._case.steps)
        if self.played.referrals or not any(o.kind is OptionKind.POOL for o in chosen_options(case)):
            return
        self._stage.clock.move_to(at)
        query = m.AvailabilityQuery(specialism="bedrijfsgeneeskunde")
        asked = ask_availability(self._ohs, self._case.case_id, ENQUIRY_POOL, self._by(s.ActorRole.BACK_OFFICE), query)
        message = await asked
        await self._stage.settle()
        lpbso = self._stage.services(ENQUIRY_POOL)
        office = s.Actor(s.ActorRole.BACK_OFFICE, ENQUIRY_POOL)
        await pool.answer_availability(lpbso, message.referral_id or "", office, is_available=True)
        await self._stage.settle()

    async def submit(self, step: s.RequestSubmitted) -> None:
        """The back office hands the case over."""
        await submit_case(self._ohs, self._case.case_id, (step,), refer=False)

    async def refuse(self, step: s.RequestDeclined) -> None:
        """The back office hands over what the physician decided; what restricts counts, whatever its ground (R19)."""
        until = self._case.steps.index(step) + 1
        await submit_case(self._ohs, self._case.case_id, self._case.steps[:until], refer=False)

    async def consent(self, step: s.ConsentGiven | s.ConsentRefused) -> None:
        """The employee decides; about the report at the pool, about everything else at the arbodienst."""
        if step.consent.purpose is Purpose.OUTCOME_TO_FIRST and self.played.referrals:
            referral_id, party_id = list(self.played.referrals.values())[-1]
            by = s.Actor(s.ActorRole.EMPLOYEE, party_id)
            await pool.record_consent(self._stage.services(party_id), referral_id, by, step.consent)
            return
        await record_step(self._ohs, self._case.case_id, step)

    async def withdraw_consent(self, step: s.ConsentWithdrawn) -> None:
        """The employee takes a consent back, where it was given."""
        if step.purpose is Purpose.OUTCOME_TO_FIRST and self.played.referrals:
            referral_id, party_id = list(self.played.referrals.values())[-1]
            await withdraw_consent(self._stage.services(party_id), referral_id, step.consent_id, step.by)
            return
        await withdraw_consent(self._ohs, self._case.case_id, step.consent_id, step.by)

    async def withdraw(self, step: s.RequestWithdrawn | s.ReferralWithdrawn) -> None:
        """The employee takes the request back, once; the pool is asked to erase."""
        if self._is_withdrawn:
            return
        self._is_withdrawn = True
        await withdraw_request(self._ohs, self._case.case_id, step.by)
        await self._stage.settle()
        for referral_id, _ in self.played.referrals.values():
            await request_erasure(self._ohs, referral_id, self._by(s.ActorRole.BACK_OFFICE))

    async def refer(self, step: s.ReferralRequested) -> None:
        """The arbodienst refers to whom the employee chose."""
        texts = {role: text for role, text in _TEXTS.items() if role.value in step.contents}
        message = await refer(self._ohs, self._case.case_id, step.by, recipient=step.recipient, attachments=texts)
        self.played.referrals[step.referral_id] = (message.referral_id or "", message.recipient)
        self._recipients[message.referral_id or ""] = step.recipient

    async def accept(self, step: s.ReferralStep) -> None:
        """The pool accepts, once."""
        services, referral_id, by = self._pool(step)
        async with services.store.begin() as work:
            referral = fold(referral_id, await work.steps(referral_id)).referral(referral_id)
        if referral is None or referral.state != "referred":
            return
        physician = self._stage.members[services.party.party_id].physician(referral.recipient)
        await pool.accept_referral(services, referral_id, by, physician)

    async def _correct_telephone(self) -> None:
        """The back office corrects the telephone number, and the pool is told (R28)."""
        by = self._by(s.ActorRole.BACK_OFFICE)
        async with self._ohs.store.begin() as work:
            known = await work.steps(self._case.case_id)
            dossier = fold(self._case.case_id, known).dossier
            if dossier is None:
                return
            corrected = replace(dossier, employee=replace(dossier.employee, telephone=_TELEPHONE))
            step = s.DossierCorrected(
                at=self._stage.clock.now(), by=by, dossier=corrected, changed=("employee.telephone",)
            )
            await work.append(self._case.case_id, (step,))
            await tell_contact(self._ohs, work, fold(self._case.case_id, [*known, step]), by)

    async def decline(self, step: s.ReferralDeclined) -> None:
        """The pool declines."""
        services, referral_id, by = self._pool(step)
        await pool.decline_referral(services, referral_id, by, step.reason)

    async def milestone(self, step: s.MilestoneReached) -> None:
        """The pool reports a milestone; a planned appointment means that it accepted."""
        await self.accept(step)
        await self._stage.settle()
        if step.milestone is m.Milestone.DRAFT_WITH_EMPLOYEE:
            return
        services, referral_id, by = self._pool(step)
        await pool.reach_milestone(services, referral_id, by, step.milestone, due_at=step.due_at)

    async def ask(self, step: s.InformationRequested) -> None:
        """The second physician asks for information."""
        services, referral_id, by = self._pool(step)
        message = await pool.request_information(
            services, referral_id, by, step.asked, employee_decided_at=step.employee_decided_at
        )
        if isinstance(message.content, m.InformationRequest):
            self._requests[step.request_id] = message.content.request_id

    async def answer(self, step: s.InformationProvided) -> None:
        """The arbodienst answers."""
        _, referral_id, _ = self._pool(step)
        asked = self._asked(step.request_id)
        request_id = self._requests.get(step.request_id, "")
        await provide_information(
            self._ohs, referral_id, request_id, step.by, asked, _TEXTS[m.DocumentRole(asked.value)]
        )

    async def refuse_information(self, step: s.InformationDeclined) -> None:
        """The arbodienst says no; when a rule said so already, nothing is left to say."""
        _, referral_id, _ = self._pool(step)
        async with self._ohs.store.begin() as work:
            case = fold(self._case.case_id, await work.steps(self._case.case_id))
        referral = case.referral(referral_id)
        request_id = self._requests.get(step.request_id, "")
        asked = referral.request(request_id) if referral else None
        if asked is not None and not asked.is_answered:
            await decline_information(self._ohs, referral_id, request_id, step.by, step.reason)

    def _asked(self, request_id: str) -> m.InformationKind:
        requests = (step for step in self._case.steps if isinstance(step, s.InformationRequested))
        return next(step.asked for step in requests if step.request_id == request_id)

    async def draft(self, step: s.DraftDiscussed) -> None:
        """The draft is discussed with the employee."""
        services, referral_id, by = self._pool(step)
        await pool.discuss_draft(services, referral_id, by, step.corrections)

    async def release(self, step: s.ReportReleased) -> None:
        """The report goes out, when the employee consented."""
        services, referral_id, by = self._pool(step)
        text = step.report.text if step.report else "Synthetisch verslag bij deze voorbeeldzaak."
        await pool.release_report(services, referral_id, by, text)

    async def withhold(self, step: s.ReportWithheld) -> None:
        """First somebody tries to send the report, which is refused; then 'finished, no report'."""
        services, referral_id, by = self._pool(step)
        text = "Synthetisch verslag dat de werknemer niet vrijgeeft."
        await self._attempt("report-released", pool.release_report(services, referral_id, by, text))
        await pool.withhold_report(services, referral_id, by)

    async def stop(self, step: s.ReferralStopped) -> None:
        """The second opinion ends early."""
        services, referral_id, by = self._pool(step)
        await pool.stop_referral(services, referral_id, by, step.reason)

    async def invoice(self, step: s.EmployerInvoiced) -> None:
        """The pool invoices the arbodienst by the billing lane; the arbodienst invoices the employer."""
        if self.played.referrals:
            _, party_id = list(self.played.referrals.values())[-1]
            await self._pool_invoice(party_id, step)
            await self._stage.settle()
        await invoice_employer(self._ohs, self._case.case_id, replace(step, message_id=None))

    async def _pool_invoice(self, party_id: str, step: s.EmployerInvoiced) -> None:
        issuer, debtor = self._stage.members[party_id].party, self._ohs.party
        notice = m.InvoiceNotice(
            number=f"P-{step.number}",
            issuer=Organisation(issuer.party_id, issuer.name, issuer.ura, issuer.kvk, issuer.agb),
            recipient=Organisation(debtor.party_id, debtor.name, debtor.ura, debtor.kvk, debtor.agb),
            period_start=step.period_start,
            period_end=step.period_end,
            lines=(m.InvoiceLine("Consulten in de periode", 1, 48000),),
        )
        office = s.Actor(s.ActorRole.BACK_OFFICE, party_id)
        await issue_invoice(self._stage.services(party_id), debtor.party_id, notice, office)


_TURNS: dict[type[s.Step], Callable[[Player, Any], Awaitable[None]]] = {
    s.RequestSubmitted: Player.submit,
    s.RequestDeclined: Player.refuse,
    s.ConsentGiven: Player.consent,
    s.ConsentRefused: Player.consent,
    s.ConsentWithdrawn: Player.withdraw_consent,
    s.RequestWithdrawn: Player.withdraw,
    s.ReferralWithdrawn: Player.withdraw,
    s.ReferralRequested: Player.refer,
    s.ReferralAccepted: Player.accept,
    s.ReferralDeclined: Player.decline,
    s.MilestoneReached: Player.milestone,
    s.InformationRequested: Player.ask,
    s.InformationProvided: Player.answer,
    s.InformationDeclined: Player.refuse_information,
    s.DraftDiscussed: Player.draft,
    s.ReportReleased: Player.release,
    s.ReportWithheld: Player.withhold,
    s.ReferralStopped: Player.stop,
    s.EmployerInvoiced: Player.invoice,
}
