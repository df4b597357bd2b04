"""One filled step of every kind there is."""

from datetime import date

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.messages import (
    DeclineCode,
    DocumentRole,
    InformationDeclineCode,
    InformationKind,
    InvoiceLine,
    InvoiceNotice,
    Milestone,
    PatientContact,
    StopCode,
)
from gateway.domain.people import Organisation, PersonName, Physician
from tests.unit.mappings.letters.samples import (
    BACK_OFFICE,
    CONTACT,
    EMPLOYEE,
    FIRST,
    OHS,
    POOL,
    REPORT,
    REQUEST,
    SECOND,
    SYSTEM,
    at,
    consent,
    document,
    given,
    referral_step,
    submitted,
)

_MOMENT = "2026-09-14T10:00"
_NOTICE = InvoiceNotice(
    "P-1",
    Organisation(POOL, "Praktijk Mulkens"),
    Organisation(OHS, "Arbodienst Lindehof B.V."),
    date(2026, 9, 1),
    date(2026, 9, 30),
    (InvoiceLine("verrichting", 1, 50_000),),
)


def step_classes() -> list[type[s.Step]]:
    """Every step that can be recorded; what carries no code of its own is a base."""
    kinds = [kind for kind in vars(s).values() if isinstance(kind, type) and issubclass(kind, s.Step)]
    return [kind for kind in kinds if "code" in vars(kind) and kind is not s.Step]


def _step(kind: type[s.Step], by: s.Actor = FIRST, **fields) -> s.Step:
    return kind(at=at(_MOMENT), by=by, **fields)


def _refusing(kind: type[s.Step], code: str) -> s.Step:
    return _step(
        kind,
        reason_code=code,
        reasons="Uitleg.",
        written_to_employee_on=date(2026, 9, 14),
        complaints_procedure_named=True,
    )


def every_kind_of_step() -> list[s.Step]:
    return [*_at_home(), *_exchanged(), *_of_the_gateway()]


def _at_home() -> list[s.Step]:
    refused = consent(6, Purpose.EMPLOYER_AWARE, _MOMENT, "werkgever", choice=Choice.REFUSED)
    return [
        submitted(),
        _step(s.DossierCorrected, BACK_OFFICE, dossier=submitted(), changed=("employee.telephone",)),
        _step(s.CaseStated, BACK_OFFICE, named=("consent-given T01-1",), doubts=("not-accepted",)),
        _step(s.StatementConfirmed, BACK_OFFICE, doubts=("not-accepted",)),
        _step(s.QuestionSettled, text="Mag ik vier uur werken?", settled_with="second-physician"),
        _step(s.ClarificationAsked, reply_by=date(2026, 9, 21)),
        _step(s.DecisionAidDiscussed),
        _step(s.AlternativeOffered, alternative="mediation", employee_insists=True),
        _step(s.NoteRecorded, topic="terugbellen"),
        _step(s.ReassessmentPlanned, for_at=at("2026-09-22T09:20")),
        _step(s.AdviceRenewed, feedback_text="Nieuw advies."),
        _step(s.RequestMaintained, EMPLOYEE),
        _step(s.MilitaryExceptionRecorded),
        _step(s.IndependenceBreached, BACK_OFFICE, option_id="opt-1", reason="De arts werkt ook bij de arbodienst."),
        _step(s.NewChoiceAsked, BACK_OFFICE),
        _step(s.CaseReopened, BACK_OFFICE),
        _step(s.ContractShortfallReported, BACK_OFFICE),
        _step(s.EmployerAgreementRecorded, BACK_OFFICE, payer="employer"),
        _step(s.RequestAccepted),
        _refusing(s.RequestDeclined, "improper-use"),
        _refusing(s.RequestRedirected, "legal-proceedings"),
        _step(s.RequestFoundInadmissible, reason_code="not-by-employee"),
        _step(s.RequestWithdrawn, EMPLOYEE),
        given(consent(5, Purpose.SO_CONTACT_EMPLOYER, _MOMENT, expires_at=at("2026-12-01T00:00"))),
        given(refused),
        _step(s.ConsentWithdrawn, EMPLOYEE, consent_id=CONTACT.consent_id, purpose=CONTACT.purpose),
        _step(s.RecipientChosen, EMPLOYEE, recipient=POOL),
        _step(s.ActionRefused, action="report-released", reason="outcome-consent-absent", because_of=("R40",)),
        _step(s.CompletionReported, BACK_OFFICE, channel="employer", is_confirmed=False),
        _step(s.FollowUpPlanned, BACK_OFFICE, for_at=at("2026-09-28T08:40")),
        _step(s.AdviceWeighed, adoption=s.Adoption.PARTLY, reasons="Uitleg."),
        _step(s.GuidanceDecided, continues=True),
        _step(s.TransferRequested, EMPLOYEE),
        _step(s.TransferDecided, is_granted=True, colleague="R. el Amrani"),
        _step(s.HandoverMade, colleague="R. el Amrani", parts=("limitations",), text="Feiten."),
        _step(s.ComplaintFiled, EMPLOYEE, about="refusal"),
        _step(s.ComplaintDecided, s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS), about="refusal", is_upheld=True),
        _step(
            s.EmployerInvoiced,
            SYSTEM,
            number="F-1",
            dated_on=date(2026, 9, 30),
            period_start=date(2026, 9, 1),
            period_end=date(2026, 9, 30),
            lines=(InvoiceLine("Arbodienstverlening", 1, 100),),
        ),
        _step(s.CaseRead, EMPLOYEE, view="log"),
    ]


def _exchanged() -> list[s.Step]:
    report = document(DocumentRole.REPORT, REPORT, _MOMENT)
    medical = document(DocumentRole.MEDICAL_DATA, "Uitslag.", _MOMENT)
    asked = InformationKind.MEDICAL_DATA
    contents = ("contact-data", "contested-feedback")
    return [
        referral_step(s.AvailabilityAsked, _MOMENT, BACK_OFFICE, region="Utrecht"),
        referral_step(s.AvailabilityAnswered, _MOMENT, is_available=True, earliest_on=date(2026, 9, 21)),
        referral_step(s.ReferralRequested, _MOMENT, BACK_OFFICE, recipient=POOL, contents=contents),
        referral_step(s.ContactCorrected, _MOMENT, BACK_OFFICE, contact=PatientContact(PersonName("Kolk"))),
        referral_step(s.ReferralReceived, _MOMENT, s.Actor(s.ActorRole.SYSTEM, POOL)),
        referral_step(s.ReferralAccepted, _MOMENT, physician=Physician("H. Mulkens")),
        referral_step(s.ReferralDeclined, _MOMENT, reason=DeclineCode.NOT_AVAILABLE),
        referral_step(
            s.MilestoneReached, _MOMENT, milestone=Milestone.APPOINTMENT_PLANNED, due_at=at("2026-09-21T10:00")
        ),
        referral_step(
            s.InformationRequested, _MOMENT, request_id=REQUEST, asked=asked, employee_decided_at=at(_MOMENT)
        ),
        referral_step(s.InformationProvided, _MOMENT, FIRST, request_id=REQUEST, documents=(medical,)),
        referral_step(
            s.InformationDeclined, _MOMENT, FIRST, request_id=REQUEST, reason=InformationDeclineCode.NOT_PERMITTED
        ),
        referral_step(s.DraftDiscussed, _MOMENT, corrections="Acht weken."),
        referral_step(s.ReportReleased, _MOMENT, report=report),
        referral_step(s.ReportWithheld, _MOMENT),
        referral_step(s.ReferralWithdrawn, _MOMENT, BACK_OFFICE),
        referral_step(s.ReferralStopped, _MOMENT, reason=StopCode.NO_SHOW),
        referral_step(s.ConsentWithdrawalNotified, _MOMENT, SYSTEM, consent_id="T-1", purpose=Purpose.CONTACT_TO_SO),
        referral_step(s.ErasureRequested, _MOMENT, BACK_OFFICE),
        referral_step(s.ErasureConfirmed, _MOMENT, SECOND),
        referral_step(s.MessageDelivered, _MOMENT, SYSTEM, kind="referral-requested", verdict="ok", reason="accepted"),
        referral_step(s.MessageDropped, _MOMENT, SYSTEM, kind="referral-requested", reason="contact-consent-withdrawn"),
    ]


def _of_the_gateway() -> list[s.Step]:
    operator = s.Actor(s.ActorRole.OPERATOR, OHS, "B. Heer")
    return [
        _step(s.PoolInvoiceIssued, SYSTEM, partner=OHS, invoice=_NOTICE),
        _step(s.PoolInvoiceReceived, SYSTEM, partner=POOL, invoice=_NOTICE),
        _step(s.PartnerPinned, operator, partner=POOL, fingerprint="ab:cd"),
        _step(s.PartnerJournalDoubted, SYSTEM, partner=POOL, reason="checkpoint-contradicts", size=17),
        _step(s.MessageQuarantined, SYSTEM, partner=POOL, reason="bad-signature"),
        _step(s.MessageReplayed, operator, reason="operator"),
        _step(s.MessageOpened, operator, partner=POOL, reason="Melding 12"),
        _step(s.MessageDiscarded, operator, partner=POOL, reason="Dubbel verstuurd"),
        _step(s.PartnerPaused, operator, partner=POOL, reason="Onderhoud"),
        _step(s.PartnerResumed, operator, partner=POOL, reason="Onderhoud klaar"),
        _step(s.StorageKeyReplaced, operator, keys=12),
        _step(s.BackupMade, operator),
        _step(s.StoreRestored, operator, reason="De schijf is stuk"),
        _step(s.RestrictionLifted, BACK_OFFICE, request_id="r-1", text="Het is verbeterd."),
        _step(s.RetentionEnded, SYSTEM),
        _step(s.CaseErased, SYSTEM),
        s.DataDeleted(at=at(_MOMENT), by=SYSTEM, kind="transport-copy", count=7, until=at(_MOMENT)),
        _step(s.RightRequested, EMPLOYEE, request_id="r-1", right=s.Right.COPY, due_on=date(2026, 10, 14), text="Nr."),
        _step(
            s.RightAnswered,
            BACK_OFFICE,
            request_id="r-1",
            right=s.Right.ERASURE,
            is_granted=False,
            grounds=("case-not-over", "complaint-open"),
            text="Later wel",
        ),
    ]
