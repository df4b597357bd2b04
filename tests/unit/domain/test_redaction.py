"""What is left of a case for who may know that it is there, and not what it is about."""

from dataclasses import fields, replace
from datetime import date

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.people import Organisation
from gateway.domain.redaction import without_content, without_documents
from tests.support.cases import FIRST, FIRST_PHYSICIAN, OHS, POOL, a_request, at, completed

REQUEST = a_request()
DOCUMENT = m.Document("d1", m.DocumentRole.REPORT, "Verslag.", at(23), "x")
REFERRAL = m.Referral(
    authored_at=at(14),
    advice_kind=REQUEST.advice.kind,
    requester=FIRST,
    requester_organisation=Organisation(OHS, "Arbodienst"),
    performer_organisation=Organisation(POOL, "Praktijk"),
    recipient=POOL,
    patient=REQUEST.employee,
    question="Klopt het?",
    documents=(DOCUMENT,),
    consents=(),
)
DECLINED = s.RequestDeclined(
    at=at(15),
    by=FIRST_PHYSICIAN,
    reason_code="other",
    reasons="Omdat.",
    written_to_employee_on=None,
    complaints_procedure_named=True,
)
TRANSFER = s.TransferDecided(at=at(28), by=FIRST_PHYSICIAN, is_granted=False, reasons="Omdat.")
HANDOVER = s.HandoverMade(at=at(29), by=FIRST_PHYSICIAN, text="Feiten.")


def everything() -> Case:
    """Every field that holds what the case is about has something in it."""
    dossier = replace(
        REQUEST, doubt="Twijfel.", channel="telefoon", earlier_cases=(s.EarlierCase("Z-0", date(2026, 9, 1)),)
    )
    case = completed()
    referral = replace(case.referrals[-1], referral=REFERRAL, documents=(DOCUMENT,), report=DOCUMENT)
    return replace(
        case,
        dossier=dossier,
        advice=dossier.advice,
        question="Klopt het?",
        refusing=DECLINED,
        adoption_reasons="Omdat.",
        transfer=TRANSFER,
        handover=HANDOVER,
        referrals=(*case.referrals[:-1], referral),
    )


def differences(before: object, after: object) -> set[str]:
    return {f.name for f in fields(before) if getattr(before, f.name) != getattr(after, f.name)}


def test_documents_leave_and_everything_else_stays():
    case = everything()
    bare = without_documents(case)
    assert differences(case, bare) == {"handover", "referrals"}
    [before], [after] = case.referrals, bare.referrals
    assert differences(before, after) == {"referral", "documents", "report"}
    assert differences(before.referral, after.referral) == {"question", "documents"}
    assert (bare.handover, after.documents, after.report) == (None, (), None)
    assert (after.referral.question, after.referral.documents) == (None, ())


def test_content_leaves_and_whose_case_it_is_and_where_it_stands_stay():
    case = everything()
    bare = without_content(case)
    gone = {"question", "refusing", "adoption_reasons", "transfer", "handover"}
    assert differences(case, bare) == {*gone, "advice", "dossier", "referrals"}
    assert {getattr(bare, name) for name in gone} == {None}
    assert bare.referrals == without_documents(case).referrals
    assert differences(case.dossier, bare.dossier) == {"doubt", "advice", "earlier_cases", "channel"}
    assert (bare.dossier.doubt, bare.dossier.earlier_cases, bare.dossier.channel) == (None, (), None)
    for before, after in ((case.advice, bare.advice), (case.dossier.advice, bare.dossier.advice)):
        assert differences(before, after) == {"feedback_text"}
        assert after.feedback_text is None


def test_a_case_without_request_and_referral_content_has_nothing_to_leave():
    """That of a pool before anything came."""
    assert without_content(Case("Z-1")) == Case("Z-1")
    case = completed()
    assert without_documents(case) == replace(case, handover=None)
