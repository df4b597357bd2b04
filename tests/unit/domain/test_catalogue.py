"""Every refusal that a rule gives is reached by it, and every one of the catalogue is fit to be read.

What only the application or a command refuses is reached by their tests; that none is forgotten shows in the ledger of a
whole run (``--every-code``).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Choice, Purpose
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.document_content import check_document
from gateway.domain.enclosure import INLINE_BYTES
from gateway.domain.errors import RefusedError
from gateway.domain.party import Party, Role
from gateway.domain.people import Employer, PersonName
from gateway.domain.permissions import Permission
from gateway.domain.policy import FixedGroup, InvoiceMode, Policy, PoolModel, TransferRule
from gateway.domain.restatement import Doubt, restate
from gateway.domain.rules import (
    aftercare,
    billing,
    ceilings,
    complaint,
    decisions,
    exchange,
    information,
    keeping,
    live,
    plans,
    reassessment,
    referral,
    report,
    rights,
    statement,
    triage,
)
from gateway.domain.rules import permission as permissions
from gateway.domain.rules.refusal import CATALOGUE, PERMIT, decide, refuse
from gateway.domain.rules.verdict import assess
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    CONTRACT,
    DRAFT,
    EMPLOYEE,
    FEEDBACK,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    OUTCOME,
    POLICY,
    POOL,
    REFERRAL_ID,
    RELEASED,
    SECOND,
    STARTED,
    WITHHELD,
    a_case,
    a_request,
    an_invoice,
    at,
    completed,
    consent,
    contract_of,
    decided,
    of_referral,
    ready,
    referred,
)

EARLY = Policy("early", medical_data_before_first_contact=True)
REASONING = m.InformationKind.REASONING
ASKED = of_referral(s.InformationRequested, at(18), request_id="r1", asked=REASONING, employee_decided_at=at(18))
AWARE = consent(Purpose.EMPLOYER_AWARE, "werkgever")
OFFICER = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "mr. P. Kist")
DECLINED_REQUEST = of_referral(
    s.InformationDeclined, at(19), request_id="r1", reason=m.InformationDeclineCode.NOT_PERMITTED
)
DECLINED_BY_POOL = of_referral(s.ReferralDeclined, at(15), reason=m.DeclineCode.NOT_AVAILABLE)
STOPPED = of_referral(s.ReferralStopped, at(19), reason=m.StopCode.NO_SHOW)
ERASURE_ASKED = of_referral(s.ErasureRequested, at(20))
ERASED = of_referral(s.ErasureConfirmed, at(20))
KEPT = of_referral(s.ErasureConfirmed, at(20), kept_because=m.KeptBecause.COMPLAINT_OPEN)
OUTSIDE = a_request(chosen_option="buiten-contract")


def _codes(case, policy=POLICY):
    return [refusal.code for refusal in assess(case, policy).refusals]


def _request(**changes):
    return _codes(a_case(decided(CONTACT), request=a_request(**changes)))


def _starting(case, recipient=None):
    return [refusal.code for refusal in referral.may_start_referral(case, at(24), recipient).refusals]


def _grouped(valid_from):
    group = FixedGroup(valid_from, "directie", valid_from, ("praktijk-elders",))
    return replace(POLICY, pool_model=PoolModel.FIXED_GROUP, group=(group,))


def _repeated():
    ground = {"reason_code": "repeat-same-question", "written_to_employee_on": date(2026, 9, 14)}
    step = s.RequestDeclined(
        at=at(14, 10), by=FIRST_PHYSICIAN, reasons="Omdat.", complaints_procedure_named=True, **ground
    )
    return _codes(a_case(step, request=a_request(earlier_cases=(s.EarlierCase("Z-1"),)), accepted=False))


def _planning(for_at):
    return plans.within_reach(a_case(), s.FollowUpPlanned(at=at(15), by=BACK_OFFICE, for_at=for_at))


def _reassessment(for_at):
    return s.ReassessmentPlanned(at=at(16), by=BACK_OFFICE, for_at=for_at)


def _refused(kind=s.RequestDeclined, by=FIRST_PHYSICIAN, **changes):
    fields = {
        "reason_code": "improper-use",
        "reasons": "Omdat.",
        "written_to_employee_on": date(2026, 9, 14),
        "complaints_procedure_named": True,
    }
    return _codes(a_case(kind(at=at(14, 10), by=by, **{**fields, **changes}), accepted=False))


def _contact(**changes):
    return _codes(a_case(decided(replace(CONTACT, **changes)), s.NoteRecorded(at=at(20), by=EMPLOYEE, topic="later")))


def _outcome(**changes):
    return _codes(ready(referred(), STARTED, DRAFT, decided(replace(OUTCOME, **changes)), RELEASED))


def _situation(case, role=Role.OHS):
    ours, theirs = Party(OHS, Role.OHS, "Lindehof"), Party(POOL, Role.POOL, "Mulkens")
    party, partner = (ours, theirs) if role is Role.OHS else (theirs, ours)
    return exchange.Situation(case, case.referral(REFERRAL_ID), POLICY, party, partner, at(20))


def _sending(content, case=None, role=Role.OHS):
    situation = _situation(case or ready(referred(), STARTED), role)
    return [refusal.code for refusal in exchange.may_send(situation, content).refusals]


def _bringing_consents():
    brought = replace(consent(Purpose.MEDICAL_TO_SO, POOL), recorder=POOL)
    case = replace(ready(referred(), STARTED), consents=(brought,))
    content = m.InformationRequest("r2", REASONING, at(20), (replace(brought, consent_id="another"),))
    return [r.code for r in ceilings.may_add_consents(Ceilings(consents_per_partner=1), case, POOL, content).refusals]


def _saying_again(sequence, said=0):
    decision = ceilings.may_say_again(Ceilings(), m.Kind.MILESTONE_REACHED, sequence, said)
    return [refusal.code for refusal in decision.refusals]


def _begun(open_referrals=0, today=0):
    return [r.code for r in ceilings.may_begin_referral(Ceilings(), open_referrals, today).refusals]


def _asking_once_more(more, *, most=1):
    """The same as the first request again, without the employee's decision; at most one may be open."""
    case = ready(referred(), STARTED, ASKED, *more)
    content = m.InformationRequest("r2", REASONING, None)
    allowed = ceilings.may_ask_information(
        Ceilings(open_information_requests=most), case, case.referral(REFERRAL_ID), content, at(20)
    )
    return [refusal.code for refusal in allowed.refusals]


def _asking_for_room(open_questions):
    allowed = ceilings.may_ask_availability(Ceilings(open_availability_questions=3), open_questions)
    return [refusal.code for refusal in allowed.refusals]


def _recording(check, case, step):
    return [refusal.code for refusal in check(case, step).refusals]


def _asking(permission, role=s.ActorRole.FIRST_PHYSICIAN, name="A. Ander", case=None):
    by = s.Actor(role, OHS, name)
    ruling = permissions.actor_may(permission, by, Role.OHS, POLICY, case or a_case())
    return [ruling.code]


def _complaint(about="refusal", by=EMPLOYEE):
    return s.ComplaintFiled(at=at(16), by=by, about=about)


def _judged(by):
    return s.ComplaintDecided(at=at(17), by=by, about="other", is_upheld=False)


def _receiving(content):
    return [refusal.code for refusal in exchange.may_receive(_situation(ready(), Role.POOL), content).refusals]


def _hearing(content, more=()):
    """At the arbodienst, of the pool that accepted on the 15th."""
    accepted = of_referral(s.ReferralAccepted, at(15), physician=SECOND)
    case = ready(referred(partner=POOL), accepted, STARTED, *more)
    return [refusal.code for refusal in exchange.may_receive(_situation(case), content).refusals]


def _answer(role):
    return m.InformationAnswer("r1", (m.Document("d", role, "tekst", at(19)),))


def _referral_content(**changes):
    house = m.Organisation
    content = m.Referral(
        authored_at=at(14),
        advice_kind=AdviceKind.ABSENCE_GUIDANCE,
        requester=FIRST,
        requester_organisation=house(OHS, "Lindehof"),
        performer_organisation=house("praktijk-elders", "Elders"),
        recipient="praktijk-elders",
        patient=m.PatientContact(ready().dossier.employee.name),
        consents=(CONTACT,),
    )
    return replace(content, **changes)


ASKED_TO_ERASE = s.RightRequested(
    at=at(28), by=EMPLOYEE, request_id="r1", right=s.Right.ERASURE, due_on=date(2026, 10, 28)
)


def _expiring(case, *, is_settled=True):
    found = keeping.may_expire(case, POLICY, timedelta(days=90), at(29), is_settled=is_settled)
    return [refusal.code for refusal in found.refusals]


def _answering(right=s.Right.ERASURE, *, is_granted=False, request_id="r1"):
    case = completed(s.RightRequested(at=at(28), by=EMPLOYEE, request_id="r1", right=right, due_on=date(2026, 10, 28)))
    step = s.RightAnswered(at=at(29), by=EMPLOYEE, request_id=request_id, right=right, is_granted=is_granted)
    return [refusal.code for refusal in rights.may_answer(case, step).refusals]


def _restricted():
    right = s.Right.RESTRICTION
    asked = s.RightRequested(at=at(15), by=EMPLOYEE, request_id="r1", right=right, due_on=date(2026, 10, 15))
    granted = s.RightAnswered(at=at(15), by=EMPLOYEE, request_id="r1", right=right, is_granted=True)
    return _sending(_referral_content(), ready(asked, granted))


LONG = "x" * (INLINE_BYTES + 1)


def _decided(step, case):
    return [refusal.code for refusal in decisions.may_record(POLICY, case, step).refusals]


def _restated(*said):
    known = [a_request(), ACCEPTED, *decided(CONTACT)]
    return [doubt.code for doubt in restate(known, said, at(20), EMPLOYEE).doubts]


def _stated(*said, first=FIRST, doubts=()):
    steps = [a_request(first_physician=first), *said]
    directory = statement.directory_for(steps, m.Organisation(OHS, "Lindehof"))
    return [doubt.code for doubt in statement.judge(steps, POLICY, directory, at(20), doubts).doubts]


def _judging(content, **declared):
    with pytest.raises(RefusedError) as caught:
        check_document((content,), **declared)
    return [caught.value.code]


REACHED: dict[str, Callable[[], list[str]]] = {
    "not-by-employee": lambda: _request(submitted_by=s.ActorRole.EMPLOYER),
    "pre-employment-exam": lambda: _request(advice=ContestedAdvice(at(7), AdviceKind.PRE_EMPLOYMENT_EXAMINATION)),
    "inadmissible": lambda: _codes(
        a_case(s.RequestFoundInadmissible(at=at(14, 10), by=FIRST_PHYSICIAN, reason_code=None), accepted=False)
    ),
    "declined": _refused,
    "redirected-uwv": lambda: _refused(s.RequestRedirected),
    "withdrawn": lambda: _codes(ready(s.RequestWithdrawn(at=at(15), by=EMPLOYEE))),
    "not-accepted": lambda: _codes(a_case(accepted=False)),
    "alternative-chosen": lambda: _codes(
        ready(s.AlternativeOffered(at=at(15), by=FIRST_PHYSICIAN, alternative="mediation", employee_insists=False))
    ),
    "contract-ended": lambda: _starting(ready(contract=replace(CONTRACT, ends_on=date(2026, 9, 20)))),
    "awaiting-reassessment": lambda: _codes(
        a_case(s.ReassessmentPlanned(at=at(14, 10), by=FIRST_PHYSICIAN), accepted=False)
    ),
    "decision-too-old": lambda: _request(advice=ContestedAdvice(at(1, month=8), AdviceKind.ABSENCE_GUIDANCE)),
    "no-contract-in-force": lambda: _request(contract=replace(CONTRACT, ends_on=date(2026, 1, 1))),
    "contract-names-no-option": lambda: _request(contract=contract_of()),
    "not-chosen-by-employee": lambda: _request(chosen_option=None),
    "chosen-option-unknown": lambda: _request(chosen_option="opt-9"),
    "choice-contradicts": lambda: _codes(
        ready(s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient=POOL, option_id="opt-2"))
    ),
    "consents-name-several": lambda: _codes(
        ready(
            decided(replace(CONTACT, consent_id="other", recipient="praktijk-elders")),
            contract=contract_of(ContractOption("opt-1", OptionKind.POOL, "Pool")),
        )
    ),
    "option-names-nobody": lambda: _request(contract=contract_of(replace(CONTRACT.options[0], physician=None))),
    "recipient-not-chosen": lambda: _starting(ready(), "praktijk-wiarda"),
    "choose-again": lambda: _codes(ready(referred(), DECLINED_BY_POOL)),
    "not-independent": lambda: _request(first_physician=replace(FIRST, big=SECOND.big)),
    "option-not-independent": lambda: _codes(
        ready(s.IndependenceBreached(at=at(15), by=BACK_OFFICE, option_id="opt-1", reason="Nevenfunctie."))
    ),
    "big-malformed": lambda: _request(
        contract=contract_of(replace(CONTRACT.options[0], physician=replace(SECOND, big="9999 0005 101")))
    ),
    "not-registered": lambda: _request(
        contract=contract_of(replace(CONTRACT.options[0], physician=replace(SECOND, big=None)))
    ),
    "outside-contract-unaware": lambda: _codes(
        a_case(decided(consent(Purpose.CONTACT_TO_SO, "praktijk-elders")), request=OUTSIDE)
    ),
    "outside-contract-not-agreed": lambda: _codes(
        a_case(decided(consent(Purpose.CONTACT_TO_SO, "praktijk-elders"), AWARE), request=OUTSIDE)
    ),
    "not-discussed-with-first-physician": lambda: _request(discussed_with_first_physician_on=None),
    "requester-not-a-physician": lambda: _request(first_physician=replace(FIRST, big=None)),
    "advice-not-identified": lambda: _codes(replace(ready(), advice=None)),
    "no-suspension-not-discussed": lambda: _request(no_suspension_discussed=False),
    "contact-consent-absent": lambda: _codes(a_case()),
    "contact-consent-refused": lambda: _contact(choice=Choice.REFUSED),
    "contact-consent-withdrawn": lambda: _contact(withdrawn_at=at(15)),
    "contact-consent-expired": lambda: _contact(expires_at=at(15)),
    "contact-consent-other-recipient": lambda: _contact(recipient="praktijk-wiarda"),
    "no-fixed-group-in-force": lambda: _codes(ready(), _grouped(date(2026, 9, 24))),
    "not-in-fixed-group": lambda: _codes(ready(), _grouped(date(2026, 1, 1))),
    "opinion-already-held": lambda: _starting(completed()),
    "consent-before-decline": lambda: _starting(ready(referred(), DECLINED_BY_POOL), POOL),
    "referral-active": lambda: [r.code for r in decide(referral.no_other_referral(ready(referred()))).refusals],
    "feedback-not-permitted": lambda: _codes(a_case(decided(CONTACT), referred(contents=("contested-feedback",)))),
    "content-not-on-list": lambda: _codes(ready(referred(contents=("bsn",)))),
    "medical-before-first-contact": lambda: _codes(ready(referred(contents=("medical-data",)))),
    "medical-not-permitted": lambda: _codes(a_case(decided(CONTACT), referred(contents=("medical-data",))), EARLY),
    "employee-did-not-decide": lambda: [r.code for r in decide(information.employee_decided(REASONING, None)).refusals],
    "before-first-contact": lambda: [
        r.code for r in information.may_ask(ready(referred()).referrals[0], REASONING, at(18)).refusals
    ],
    "no-referral": lambda: [r.code for r in report.may_return_report(ready(), None, OHS, at(20)).refusals],
    "draft-not-discussed": lambda: _codes(ready(referred())),
    "outcome-consent-absent": lambda: _codes(ready(referred(), STARTED, DRAFT)),
    "outcome-consent-refused": lambda: _outcome(choice=Choice.REFUSED),
    "outcome-consent-withdrawn": lambda: _outcome(withdrawn_at=at(23, 14)),
    "outcome-consent-expired": lambda: _outcome(expires_at=at(23, 14)),
    "outcome-consent-other-recipient": lambda: _outcome(recipient="werkgever"),
    "outcome-consent-before-draft": lambda: _outcome(decided_at=at(20)),
    "refusal-not-by-first-physician": lambda: _refused(by=EMPLOYEE),
    "refusal-not-in-writing": lambda: _refused(reasons=None),
    "refusal-without-complaints-procedure": lambda: _refused(complaints_procedure_named=False),
    "refusal-code-unknown": lambda: _refused(reason_code="too-old"),
    "refusal-without-clarification": lambda: _refused(reason_code="unspecified-after-clarification"),
    "refusal-without-earlier-case": lambda: _refused(reason_code="repeat-same-question"),
    "repeat-of-another-advice": _repeated,
    "inadmissible-ground-unknown": lambda: [
        r.code
        for r in triage.may_find_inadmissible(
            s.RequestFoundInadmissible(at=at(14), by=FIRST_PHYSICIAN, reason_code="improper-use")
        ).refusals
    ],
    "clarification-without-reply-period": lambda: [
        triage.gives_time_to_reply(s.ClarificationAsked(at=at(14), by=FIRST_PHYSICIAN)).code
    ],
    "reassessment-without-ground": lambda: [reassessment.reassessment_grounded(a_case(), POLICY).code],
    "reassessment-too-late": lambda: [reassessment.reassessment_in_time(ready(referred())).code],
    "request-not-maintained": lambda: [
        reassessment.request_stands(
            a_case(
                s.ReassessmentPlanned(at=at(15), by=FIRST_PHYSICIAN),
                s.AdviceRenewed(at=at(18), by=FIRST_PHYSICIAN, feedback_text="Zes uur."),
                accepted=False,
            )
        ).code
    ],
    "consent-before-advice": lambda: [
        refusal.code
        for refusal in live.may_be_said(
            a_case(), decided(replace(CONTACT, decided_at=a_request().advice.given_at - timedelta(days=1)))[0]
        ).refusals
    ],
    "advice-after-referral": lambda: [reassessment.advice_in_time(ready(referred())).code],
    "acceptance-of-earlier-advice": lambda: [
        reassessment.accepts_advice_that_stands(
            a_case(s.AdviceRenewed(at=at(18), by=FIRST_PHYSICIAN), s.RequestMaintained(at=at(19), by=FIRST_PHYSICIAN)),
            at(18),
        ).code
    ],
    "advice-not-renewed": lambda: [reassessment.advice_renewed(a_case()).code],
    "advice-not-received": lambda: [aftercare.advice_at_hand(ready(), s.Adoption.WHOLLY).code],
    "advice-received": lambda: [aftercare.advice_at_hand(completed(), s.Adoption.NOT_ASSESSED).code],
    "transfer-to-same-physician": lambda: [aftercare.transfer_to_another(completed(), "J.M. Terpstra").code],
    "transfer-not-requested": lambda: [aftercare.transfer_requested(completed()).code],
    "transfer-not-granted": lambda: [aftercare.transfer_granted(completed()).code],
    "complaint-not-by-employee": lambda: _recording(
        complaint.may_file, a_case(), _complaint("other", s.Actor(s.ActorRole.EMPLOYER, OHS))
    ),
    "complaint-without-decision": lambda: _recording(complaint.may_file, a_case(), _complaint()),
    "complaint-unknown": lambda: _recording(complaint.may_judge, a_case(), _judged(OFFICER)),
    "complaint-judged-by-involved": lambda: _recording(
        complaint.may_judge, a_case(_complaint("other")), _judged(FIRST_PHYSICIAN)
    ),
    "invoice-identifies": lambda: _codes(completed(an_invoice("SO dhr. Kolk"))),
    "invoice-number-used": lambda: [billing.number_free(an_invoice(), (an_invoice("Reiskosten"),)).code],
    "planned-before-case": lambda: [_planning(at(1)).code],
    "planned-in-past": lambda: [plans.within_reach(a_case(), _reassessment(at(15))).code],
    "planned-out-of-reach": lambda: [_planning(at(1).replace(year=2062)).code],
    "right-asked-before-case": lambda: [plans.asked_within_case(a_case(), at(1)).code],
    "invoice-mentions-second-opinion": lambda: _codes(
        completed(an_invoice(), employer=Employer("x", employee_count=4))
    ),
    "invoice-not-in-policy": lambda: _codes(completed(an_invoice()), Policy("x", invoice_mode=InvoiceMode.NONE)),
    "nothing-to-invoice": lambda: _codes(a_case(an_invoice())),
    "follow-up-not-in-policy": lambda: _codes(
        completed(
            s.AdviceWeighed(at=at(28), by=s.Actor(s.ActorRole.PRACTICE_ASSISTANT, OHS), adoption=s.Adoption.WHOLLY)
        )
    ),
    "transfer-unanswered": lambda: _codes(completed(s.TransferRequested(at=at(28), by=EMPLOYEE))),
    "transfer-must-be-granted": lambda: _codes(
        completed(s.TransferDecided(at=at(28), by=FIRST_PHYSICIAN, is_granted=False, reasons="Omdat.")),
        Policy("x", transfer_on_request=TransferRule.ALWAYS),
    ),
    "adoption-without-reasons": lambda: _codes(
        completed(s.AdviceWeighed(at=at(28), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT))
    ),
    "handover-not-neutral": lambda: _codes(
        completed(s.HandoverMade(at=at(28), by=FIRST_PHYSICIAN, parts=("opinion",)))
    ),
    "handover-opinion": lambda: _codes(
        completed(s.HandoverMade(at=at(28), by=FIRST_PHYSICIAN, text="Hij overdrijft zijn klachten."))
    ),
    "handover-consent-absent": lambda: _codes(completed(s.HandoverMade(at=at(28), by=FIRST_PHYSICIAN))),
    "sent-before-consent": lambda: _codes(a_case(referred(), decided(FEEDBACK))),
    "wrong-role": lambda: _sending(m.ReferralStop(m.StopCode.NO_SHOW)),
    "wrong-state": lambda: _sending(m.ReferralWithdrawal(), ready(referred(), STARTED, DRAFT, WITHHELD)),
    "not-the-recipient": lambda: _receiving(_referral_content()),
    "referral-of-others": lambda: _receiving(
        _referral_content(requester_organisation=m.Organisation("arbo-elders", "Arbodienst Elders"))
    ),
    "not-the-partner": lambda: [
        r.code
        for r in exchange.may_receive(
            _situation(ready(referred(partner="praktijk-wiarda"))), m.Declination(m.DeclineCode.NOT_AVAILABLE)
        ).refusals
    ],
    "too-many-requests": lambda: _asking_once_more([]),
    "asked-again": lambda: _asking_once_more([DECLINED_REQUEST]),
    "too-many-questions": lambda: _asking_for_room(3),
    "too-many-consents": _bringing_consents,
    "too-many-messages": lambda: _saying_again(501),
    "repeated-too-often": lambda: _saying_again(60, 50),
    "too-many-referrals": lambda: _begun(open_referrals=500),
    "too-many-invoices": lambda: [r.code for r in ceilings.may_invoice(Ceilings(), 100).refusals],
    "unknown-request": lambda: _sending(_answer(m.DocumentRole.REASONING)),
    "more-than-asked": lambda: _sending(_answer(m.DocumentRole.MEDICAL_DATA), ready(referred(), STARTED, ASKED)),
    "told-in-future": lambda: _hearing(m.MilestoneNotice(m.Milestone.SO_STARTED, at(30))),
    "told-before-acceptance": lambda: _hearing(m.MilestoneNotice(m.Milestone.SO_STARTED, at(1))),
    "consent-out-of-place": lambda: _hearing(m.InformationRequest("r2", REASONING, at(20), (FEEDBACK,))),
    "consent-not-in-reach": lambda: _hearing(
        m.ConsentWithdrawal("aware", Purpose.EMPLOYER_AWARE, at(20)), decided(replace(AWARE, consent_id="aware"))
    ),
    "request-repeated": lambda: _hearing(m.InformationRequest("r1", REASONING, at(20)), [ASKED]),
    "erasure-not-asked": lambda: _hearing(m.ErasureConfirmation(at(20)), [STOPPED]),
    "referral-erased": lambda: _hearing(m.ReportWithholding(), [STOPPED, ERASURE_ASKED, ERASED]),
    "physician-not-chosen": lambda: _sending(
        m.Acceptance(replace(SECOND, big="99990009999")), ready(referred()), Role.POOL
    ),
    "name-unreadable": lambda: _request(
        contract=contract_of(replace(CONTRACT.options[0], physician=replace(SECOND, name="S.\u202eMulkens")))
    ),
    "erasure-under-way": lambda: _sending(m.ErasureRequest(), ready(referred(), STOPPED, ERASURE_ASKED)),
    "erasure-kept": lambda: [keeping.everybody_erased(ready(referred(), STOPPED, KEPT), []).code],
    "invoice-of-others": lambda: _hearing(
        m.InvoiceNotice(
            "F", m.Organisation("x", "X"), m.Organisation(OHS, "Y"), date(2026, 8, 1), date(2026, 8, 31), ()
        )
    ),
    "text-identifies": lambda: _sending(m.AvailabilityQuery("Noord, dhr. Kolk"), ready()),
    "unknown-consent": lambda: _sending(m.ConsentWithdrawal("unknown", Purpose.CONTACT_TO_SO, at(20))),
    "case-not-over": lambda: _expiring(ready(referred())),
    "messages-under-way": lambda: _expiring(completed(), is_settled=False),
    "complaint-open": lambda: _expiring(completed(_complaint("other"))),
    "right-at-stake": lambda: _expiring(completed(ASKED_TO_ERASE)),
    "term-not-over": lambda: _expiring(completed()),
    "erasure-not-confirmed": lambda: [keeping.everybody_erased(completed(), []).code],
    "right-unknown": lambda: _answering(request_id="r2"),
    "right-refused-without-ground": _answering,
    "copy-not-made": lambda: _answering(s.Right.COPY, is_granted=True),
    "correction-without-text": lambda: _answering(s.Right.CORRECTION, is_granted=True),
    "processing-restricted": _restricted,
    "acceptance-not-by-first-physician": lambda: _decided(replace(ACCEPTED, by=EMPLOYEE), a_case(accepted=False)),
    "reopened-without-complaint": lambda: _decided(s.CaseReopened(at=at(15), by=FIRST_PHYSICIAN), a_case()),
    "request-decided": lambda: _decided(replace(ACCEPTED, at=at(15)), a_case()),
    "text-too-long": lambda: _codes(
        a_case(decided(CONTACT, FEEDBACK), request=a_request(advice=replace(a_request().advice, feedback_text=LONG)))
    ),
    "other-person": lambda: _restated(a_request(employee=replace(a_request().employee, personnel_number="P2"))),
    "person-changed": lambda: _restated(
        a_request(
            employee=replace(a_request().employee, name=PersonName("Kolk", call_name="An"), personnel_number=None)
        )
    ),
    "consent-missing": lambda: _restated(a_request(), ACCEPTED),
    "decision-missing": lambda: _restated(a_request(), *decided(CONTACT)),
    "consent-widened": lambda: _restated(
        a_request(), ACCEPTED, *decided(replace(CONTACT, recipient="praktijk-wiarda"))
    ),
    "not-understood": lambda: _stated(doubts=(Doubt("not-understood", "$.toestemmingen[0]"),)),
    "not-explained": lambda: _codes(ready(s.CaseStated(at=at(20), by=EMPLOYEE, doubts=("not-explained",)))),
    "consent-not-by-employee": lambda: _stated(*(replace(step, by=OFFICER) for step in decided(CONTACT))),
    "dossier-widened": lambda: [
        doubt.code
        for doubt in restate(
            [a_request(first_physician=replace(FIRST, other_organisations=("x",)))], [a_request()], at(20), EMPLOYEE
        ).doubts
    ],
    "recipient-unknown": lambda: _stated(*decided(replace(CONTACT, recipient="Praktijk Onbekend"))),
    "organisation-not-an-id": lambda: _stated(first=replace(FIRST, organisation="Arbodienst Lindehof B.V.")),
    "dated-in-future": lambda: _stated(replace(ACCEPTED, at=at(20, month=10))),
    "document-blank": lambda: _judging(b"\xe2\x80\x8b"),
    "document-not-text": lambda: _judging(b"\xff"),
    "document-control-characters": lambda: _judging(b"naam\0"),
    "document-utf-16": lambda: _judging(b"a\0b\0"),
    "document-rtf": lambda: _judging(b" \n{\\rtf1}"),
    "document-base64": lambda: _judging(b"JVBERi0x"),
    "document-heic": lambda: _judging(b"\0\0\0\x18ftypheic"),
    "document-tiff": lambda: _judging(b"II*\0"),
    "document-other-kind": lambda: _judging(b"PK\3\4"),
    "document-truncated": lambda: _judging(b"%PDF-1.7"),
    "document-encrypted": lambda: _judging(b"%PDF-1.7 /Encrypt 5 0 R %%EOF"),
    "document-type-contradicts": lambda: _judging(b"Tekst.", declared="application/pdf"),
    "role-not-permitted": lambda: _asking(Permission.CASE_READ, s.ActorRole.EMPLOYER),
    "name-required": lambda: _asking(Permission.CASE_READ, name=None),
    "not-of-the-case": lambda: _asking(Permission.CASE_READ),
    "not-the-own-case": lambda: _asking(Permission.CASE_READ, s.ActorRole.EMPLOYEE),
    "no-complaint-at-hand": lambda: _asking(Permission.CASE_READ, s.ActorRole.COMPLAINTS_OFFICER),
}


@pytest.mark.parametrize("code", REACHED)
def test_a_rule_reaches(code):
    assert code in REACHED[code]()


@pytest.mark.parametrize("refusal", CATALOGUE.values(), ids=lambda refusal: refusal.code)
def test_a_refusal_can_be_read_and_acted_on(refusal):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", refusal.code)
    assert refusal.rules
    assert all(re.fullmatch(r"R([1-9]|[1-4]\d|5[0-8])", rule) for rule in refusal.rules)
    assert refusal.message.endswith(".")
    assert refusal.remedy.endswith(".")
    assert refuse(refusal.code) is refusal


def test_a_decision_permits_when_nobody_refuses():
    assert decide().is_permitted
    assert decide(PERMIT, PERMIT).is_permitted
    assert decide(PERMIT, refuse("declined"), refuse("withdrawn")).refusals == (refuse("declined"), refuse("withdrawn"))
