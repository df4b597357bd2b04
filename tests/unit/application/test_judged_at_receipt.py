"""Every kind and everything that is judged at receipt: a sender that skips its own rules gets a refusal, never an effect.

The table of wrong messages is held to the protocol table: no row and no need may be missing. Each is signed and sealed by
the sender's own keys, over real bundles, and given to a receiver that has come as far as an honest case would bring it.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.messages import Kind
from gateway.domain.needs import ANSWERED, JUDGED, Moment, Need
from gateway.domain.party import Role
from gateway.domain.people import Organisation
from gateway.domain.protocol import PROTOCOL
from gateway.domain.rules.judgement import JUDGEMENTS
from tests.support import stages
from tests.support.skipping import Heard, insist
from tests.support.world import (
    EMPLOYEE,
    FIRST,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    START,
    World,
)

LATER = datetime(9998, 1, 1, tzinfo=UTC)
HOUSES = {p.party_id: Organisation(p.party_id, p.name, p.ura, p.kvk, p.agb) for p in (OHS, POOL)}


@dataclass(frozen=True)
class Now:
    """What a wrong message may be made of."""

    world: World
    referral_id: str
    request_id: str

    @property
    def at(self) -> datetime:
        return self.world.clock.now()


Make = Callable[[Now], m.Content]


@dataclass(frozen=True)
class Wrong:
    """A message that a rule forbids.

    Attributes:
        at: The stage that the case has come to.
        say: What is said.
        code: How it is refused.
        by: Who says it.
        later: How many places before its turn.
        in_a_new_one: Whether in a conversation that the receiver does not know.
        size_floor: Other than the common size.
    """

    at: Callable[[World], Awaitable[str]]
    say: Make
    code: str
    by: str = ""
    in_a_new_one: bool = False
    size_floor: int | None = None
    before: Make | None = None


def referral(**changes) -> Make:
    def made(now: Now) -> m.Referral:
        fields = {
            "authored_at": now.at,
            "advice_kind": next(iter(m.AdviceKind)),
            "requester": FIRST,
            "requester_organisation": HOUSES[OHS.party_id],
            "performer_organisation": HOUSES[POOL.party_id],
            "recipient": POOL.party_id,
            "patient": m.PatientContact(m.PersonName("Kolkmeijer")),
            "consents": (stages.CONTACT,),
            "performer": SECOND,
        }
        return m.Referral(**{**fields, **{k: v(now) if callable(v) else v for k, v in changes.items()}})

    return made


def document(role: m.DocumentRole, now: Now) -> m.Document:
    return m.Document(str(uuid4()), role, "Tekst.", now.at)


def given(purpose: Purpose, recipient: str = POOL.party_id, **changes) -> Consent:
    return replace(Consent("X-1", purpose, Choice.GIVEN, recipient, START), **changes)


def outcome(now: Now, **changes) -> Consent:
    return replace(given(Purpose.OUTCOME_TO_FIRST, OHS.party_id, decided_at=now.at), **changes)


def report(role: m.DocumentRole = m.DocumentRole.REPORT, draft: timedelta = timedelta(minutes=10), **changes) -> Make:
    return lambda now: m.ReportRelease(document(role, now), now.at - draft, (outcome(now, **changes),))


def request(asked=m.InformationKind.REASONING, *consents: Consent, decided: bool = True, number: str = "") -> Make:
    return lambda now: m.InformationRequest(
        number or now.request_id or "V-1", asked, now.at if decided else None, consents
    )


def answer(*roles: m.DocumentRole, number: str | None = None) -> Make:
    return lambda now: m.InformationAnswer(number or now.request_id, tuple(document(role, now) for role in roles))


def correction(*consents: Consent) -> Make:
    return lambda _: m.ContactCorrection(m.PatientContact(m.PersonName("Kolkmeijer"), telephone="0600000199"), consents)


def milestone(
    code: m.Milestone, reached: Callable[[Now], datetime] = lambda now: now.at, due: datetime | None = None
) -> Make:
    return lambda now: m.MilestoneNotice(code, reached(now), due)


def invoice(**changes) -> Make:
    fields = {
        "number": "F2026-0042",
        "issuer": HOUSES[POOL.party_id],
        "recipient": HOUSES[OHS.party_id],
        "period_start": date(2026, 8, 1),
        "period_end": date(2026, 8, 31),
        "lines": (m.InvoiceLine("Consulten in de periode", 3, 48_000),),
    }
    return lambda _: m.InvoiceNotice(**{**fields, **changes})


REASONING, WORK = m.DocumentRole.REASONING, m.DocumentRole.WORK_CIRCUMSTANCES
REASONING_ASKED = m.InformationKind.REASONING
HONEST: dict[Kind, tuple[Callable[[World], Awaitable[str]], Make]] = {
    Kind.AVAILABILITY_ASKED: (stages.submitted, lambda _: m.AvailabilityQuery("Noord", "longziekten", "nl")),
    Kind.AVAILABILITY_ANSWERED: (stages.asked_for_room, lambda _: m.AvailabilityAnswer(True, date(2026, 10, 1))),
    Kind.REFERRAL_REQUESTED: (stages.submitted, referral()),
    Kind.CONTACT_CORRECTED: (stages.referred, correction(stages.CONTACT)),
    Kind.REFERRAL_ACCEPTED: (stages.referred, lambda _: m.Acceptance(SECOND)),
    Kind.REFERRAL_DECLINED: (stages.referred, lambda _: m.Declination(m.DeclineCode.NOT_AVAILABLE)),
    Kind.MILESTONE_REACHED: (stages.accepted, milestone(m.Milestone.SO_STARTED)),
    Kind.INFORMATION_REQUESTED: (stages.started, request(m.InformationKind.REASONING, given(Purpose.MEDICAL_TO_SO))),
    Kind.INFORMATION_PROVIDED: (stages.asked, answer(REASONING)),
    Kind.INFORMATION_DECLINED: (
        stages.asked,
        lambda now: m.InformationRefusal(now.request_id, m.InformationDeclineCode.NOT_AVAILABLE),
    ),
    Kind.REPORT_RELEASED: (stages.drafted, report()),
    Kind.REPORT_WITHHELD: (stages.drafted, lambda _: m.ReportWithholding()),
    Kind.REFERRAL_WITHDRAWN: (stages.referred, lambda _: m.ReferralWithdrawal()),
    Kind.REFERRAL_STOPPED: (stages.started, lambda _: m.ReferralStop(m.StopCode.NO_SHOW)),
    Kind.CONSENT_WITHDRAWN: (
        stages.started,
        lambda now: m.ConsentWithdrawal(stages.MEDICAL.consent_id, Purpose.MEDICAL_TO_SO, now.at),
    ),
    Kind.ERASURE_REQUESTED: (stages.released, lambda _: m.ErasureRequest()),
    Kind.ERASURE_CONFIRMED: (stages.stopped, lambda now: m.ErasureConfirmation(now.at)),
    Kind.INVOICE_ISSUED: (stages.submitted, invoice()),
}
"""For each kind an honest message, and the stage at which it is accepted; a receipt is no word in a conversation."""

INFORMATION, EXAMINED = (Kind.INFORMATION_PROVIDED, stages.asked), stages.started
SENDER = {kind: OHS.party_id if Role.OHS in row.senders else POOL.party_id for kind, row in PROTOCOL.items()}
OTHER_SIDE = {OHS.party_id: POOL.party_id, POOL.party_id: OHS.party_id, OTHER_POOL.party_id: OHS.party_id}
DISCLOSURES = [kind for kind, row in PROTOCOL.items() if Need.NOT_OVERTAKEN in row.needs]
OVER = {
    OHS.party_id: (m.ReferralWithdrawal(), "withdrawn"),
    POOL.party_id: (m.ReferralStop(m.StopCode.NO_SHOW), "wrong-state"),
}
"""By who says it: what ends the referral before its turn, and how what is said before that is refused."""
SHARING = [kind for kind, row in PROTOCOL.items() if row.shares_size]


def _base() -> Iterator[tuple[tuple[Kind, Need, str], Wrong]]:
    """What is wrong with whatever is said: by whom, when, in whose conversation, of what size."""
    for kind, (stage, say) in HONEST.items():
        row, sender = PROTOCOL[kind], SENDER[kind]
        if Need.SENDER_ROLE in row.needs:
            # of a message that opens a conversation, in one of its own
            yield (kind, Need.SENDER_ROLE, ""), Wrong(stage, say, "wrong-role", OTHER_SIDE[sender], row.opens)
        if Need.STATE in row.needs:
            at = stages.referred if row.opens else stage
            yield (kind, Need.STATE, ""), Wrong(at, say, "wrong-state", sender, not row.opens)
        if Need.PARTNER_OF_REFERRAL in row.needs:
            at = stages.referred if row.opens else stage
            yield (kind, Need.PARTNER_OF_REFERRAL, ""), Wrong(at, say, "not-the-partner", OTHER_POOL.party_id)
    for kind in DISCLOSURES:
        stage, say = HONEST[kind]
        later, code = OVER[SENDER[kind]]
        over = Wrong(stage, say, code, SENDER[kind], PROTOCOL[kind].opens, before=lambda _, later=later: later)
        yield (kind, Need.NOT_OVERTAKEN, ""), over
    for kind in SHARING:
        stage, say = HONEST[kind]
        for name, floor in (("", 0), ("more", 300 * 1024)):
            wrong = Wrong(stage, say, "size-not-shared", SENDER[kind], size_floor=floor)
            yield (kind, Need.SHARED_SIZE, name), wrong


def _from(kind: Kind, need: Need, name: str, say: Make, code: str, at=None) -> tuple[tuple[Kind, Need, str], Wrong]:
    return (kind, need, name), Wrong(at or HONEST[kind][0], say, code, SENDER[kind], PROTOCOL[kind].opens)


UNREADABLE = {"empty": "", "long": "x" * 4000, "NUL": "T\x001", "line": "T\n1", "turned": "T\u202e1"}
K, N, P = Kind, Need, Purpose
ELSEWHERE = OTHER_POOL.party_id
WRONG: dict[tuple[Kind, Need, str], Wrong] = dict(
    [
        *_base(),
        _from(
            K.AVAILABILITY_ASKED,
            N.ANONYMOUS_TEXTS,
            "number",
            lambda _: m.AvailabilityQuery("Noord 99990001101"),
            "text-identifies",
        ),
        _from(
            K.AVAILABILITY_ASKED,
            N.ANONYMOUS_TEXTS,
            "name",
            lambda _: m.AvailabilityQuery(None, "dhr. Kolk"),
            "text-identifies",
        ),
        _from(
            K.AVAILABILITY_ANSWERED,
            N.TIMES,
            "",
            lambda _: m.AvailabilityAnswer(True, date(9998, 1, 1)),
            "told-in-future",
        ),
        # the referral
        _from(K.REFERRAL_REQUESTED, N.TIMES, "authored", referral(authored_at=LATER), "told-in-future"),
        _from(
            K.REFERRAL_REQUESTED,
            N.TIMES,
            "document",
            referral(
                documents=lambda now: (replace(document(m.DocumentRole.WORK_CIRCUMSTANCES, now), created_at=LATER),)
            ),
            "told-in-future",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.RECIPIENT_SERVED,
            "",
            referral(recipient=ELSEWHERE, consents=(stages.OTHER_CONTACT,)),
            "not-the-recipient",
        ),
        *(
            _from(K.REFERRAL_REQUESTED, N.PARTIES_NAMED, name, referral(**changes), "referral-of-others")
            for name, changes in {
                "requester": {"requester_organisation": Organisation("arbo-elders", OHS.name)},
                "number": {"requester_organisation": replace(HOUSES[OHS.party_id], kvk="00000999")},
                "performer": {"performer_organisation": HOUSES[OHS.party_id]},
            }.items()
        ),
        *(
            _from(K.REFERRAL_REQUESTED, N.LABELS_READABLE, name, referral(**changes), "name-unreadable")
            for name, changes in {
                "requester": {"requester": replace(FIRST, name="dr. A\nB")},
                "performer": {"performer": replace(SECOND, name="x" * 201)},
                "role": {"performer": replace(SECOND, role="bedrijfsarts\x1b[2J")},
                "region": {"performer": replace(SECOND, region="x" * 201)},
                "focus area": {"performer": replace(SECOND, focus_areas=("rug\u202e",))},
                "side job": {"performer": replace(SECOND, other_organisations=("a\nb",))},
                "organisation": {"requester_organisation": replace(HOUSES[OHS.party_id], name="Arbo\x1b[2J")},
                "number of an organisation": {"performer_organisation": replace(HOUSES[POOL.party_id], agb="a\nb")},
                "consent": {"consents": (stages.CONTACT, replace(stages.MEDICAL, consent_id="T\u202e1"))},
                "author": {"documents": lambda now: (replace(document(WORK, now), author=" "),)},
            }.items()
        ),
        _from(K.AVAILABILITY_ASKED, N.LABELS_READABLE, "", lambda _: m.AvailabilityQuery("No\nord"), "name-unreadable"),
        *(
            _from(kind, N.LABELS_READABLE, f"consent {name}", make(consent_id), "name-unreadable")
            for name, consent_id in UNREADABLE.items()
            for kind, make in {
                K.CONTACT_CORRECTED: lambda text: correction(replace(stages.CONTACT, consent_id=text)),
                K.INFORMATION_REQUESTED: lambda text: request(REASONING_ASKED, given(P.MEDICAL_TO_SO, consent_id=text)),
                K.REPORT_RELEASED: lambda text: report(consent_id=text),
            }.items()
        ),
        _from(
            K.REFERRAL_ACCEPTED,
            N.LABELS_READABLE,
            "region",
            lambda _: m.Acceptance(replace(SECOND, region="No\nord")),
            "name-unreadable",
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.LABELS_READABLE,
            "",
            lambda now: m.InformationRequest("V\u202e1", REASONING_ASKED, now.at),
            "name-unreadable",
        ),
        _from(
            K.INFORMATION_PROVIDED,
            N.LABELS_READABLE,
            "",
            lambda now: m.InformationAnswer(now.request_id, (replace(document(REASONING, now), author="a\u200bb"),)),
            "name-unreadable",
        ),
        _from(
            K.REPORT_RELEASED,
            N.LABELS_READABLE,
            "",
            lambda now: replace(report()(now), report=replace(document(m.DocumentRole.REPORT, now), author="")),
            "name-unreadable",
        ),
        _from(
            K.REPORT_RELEASED,
            N.TIMES,
            "written before the acceptance",
            lambda now: replace(report()(now), report=replace(document(m.DocumentRole.REPORT, now), created_at=START)),
            "told-before-acceptance",
        ),
        _from(K.INVOICE_ISSUED, N.LABELS_READABLE, "", invoice(number=" "), "name-unreadable"),
        _from(
            K.INVOICE_ISSUED,
            N.LABELS_READABLE,
            "line",
            invoice(lines=(m.InvoiceLine("Consulten\u202e in de periode", 3, 48_000),)),
            "name-unreadable",
        ),
        _from(
            K.INVOICE_ISSUED,
            N.LABELS_READABLE,
            "issuer",
            invoice(issuer=replace(HOUSES[POOL.party_id], name="x" * 201)),
            "name-unreadable",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.REQUESTER_REGISTERED,
            "",
            referral(requester=replace(FIRST, big=None)),
            "requester-not-a-physician",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.INDEPENDENCE,
            "",
            referral(performer=replace(SECOND, big=FIRST.big)),
            "not-independent",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.DOCUMENTS_IN_PLACE,
            "",
            referral(documents=lambda now: (document(m.DocumentRole.REPORT, now),)),
            "content-not-on-list",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.CONSENTS_IN_PLACE,
            "purpose",
            referral(consents=(stages.CONTACT, given(P.EMPLOYER_AWARE))),
            "consent-out-of-place",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.CONSENTS_IN_PLACE,
            "recipient",
            referral(consents=(stages.CONTACT, stages.OTHER_CONTACT)),
            "consent-out-of-place",
        ),
        _from(K.REFERRAL_REQUESTED, N.CONTACT_PERMITTED, "none", referral(consents=()), "contact-consent-absent"),
        _from(
            K.REFERRAL_REQUESTED,
            N.CONTACT_PERMITTED,
            "withdrawn",
            referral(consents=(replace(stages.CONTACT, withdrawn_at=START),)),
            "contact-consent-absent",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.DOCUMENTS_PERMITTED,
            "feedback",
            referral(documents=lambda now: (document(m.DocumentRole.CONTESTED_FEEDBACK, now),)),
            "feedback-not-permitted",
        ),
        _from(
            K.REFERRAL_REQUESTED,
            N.DOCUMENTS_PERMITTED,
            "medical",
            referral(documents=lambda now: (document(m.DocumentRole.MEDICAL_DATA, now),)),
            "medical-not-permitted",
        ),
        # contact data
        _from(
            K.CONTACT_CORRECTED, N.TIMES, "", correction(replace(stages.CONTACT, decided_at=LATER)), "told-in-future"
        ),
        _from(
            K.CONTACT_CORRECTED,
            N.CONSENTS_IN_PLACE,
            "",
            correction(stages.MEDICAL),
            "consent-out-of-place",
        ),
        _from(
            K.CONTACT_CORRECTED,
            N.CONTACT_PERMITTED,
            "",
            correction(replace(stages.CONTACT, choice=Choice.REFUSED)),
            "contact-consent-absent",
        ),
        # the course
        _from(
            K.REFERRAL_ACCEPTED,
            N.INDEPENDENCE,
            "same",
            lambda _: m.Acceptance(replace(SECOND, big=FIRST.big)),
            "not-independent",
        ),
        _from(
            K.REFERRAL_ACCEPTED,
            N.PHYSICIAN_CHOSEN,
            "a colleague",
            lambda _: m.Acceptance(replace(SECOND, name="N. Bouchiba", big="99990005301")),
            "physician-not-chosen",
        ),
        _from(
            K.REFERRAL_ACCEPTED,
            N.INDEPENDENCE,
            "without a name",
            lambda _: m.Acceptance(replace(SECOND, name="a\u202eb")),
            "name-unreadable",
        ),
        _from(
            K.REFERRAL_ACCEPTED,
            N.INDEPENDENCE,
            "unregistered",
            lambda _: m.Acceptance(replace(SECOND, big=None)),
            "not-registered",
        ),
        _from(
            K.MILESTONE_REACHED, N.TIMES, "future", milestone(m.Milestone.SO_STARTED, lambda _: LATER), "told-in-future"
        ),
        _from(
            K.MILESTONE_REACHED,
            N.TIMES,
            "over the leeway",
            milestone(m.Milestone.SO_STARTED, lambda now: now.at + timedelta(minutes=5, seconds=1)),
            "told-in-future",
        ),
        _from(
            K.MILESTONE_REACHED,
            N.TIMES,
            "plan",
            milestone(m.Milestone.APPOINTMENT_PLANNED, due=LATER),
            "told-in-future",
        ),
        _from(
            K.MILESTONE_REACHED,
            N.TIMES,
            "before the acceptance",
            milestone(m.Milestone.SO_STARTED, lambda now: now.at - timedelta(minutes=10)),
            "told-before-acceptance",
        ),
        _from(
            K.MILESTONE_REACHED,
            N.TIMES,
            "plan before the acceptance",
            milestone(m.Milestone.APPOINTMENT_PLANNED, due=START.replace(year=1962)),
            "told-before-acceptance",
        ),
        # information
        _from(
            K.INFORMATION_REQUESTED,
            N.TIMES,
            "consent",
            request(m.InformationKind.REASONING, given(P.MEDICAL_TO_SO, decided_at=LATER)),
            "told-in-future",
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.TIMES,
            "decision",
            lambda _: m.InformationRequest("V-1", m.InformationKind.REASONING, LATER),
            "told-in-future",
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.TIMES,
            "before the acceptance",
            lambda _: m.InformationRequest("V-1", m.InformationKind.REASONING, START - timedelta(days=1)),
            "told-before-acceptance",
        ),
        _from(
            K.INFORMATION_REQUESTED, N.INFORMATION_ASKED, "undecided", request(decided=False), "employee-did-not-decide"
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.INFORMATION_ASKED,
            "again",
            request(m.InformationKind.WORK_CIRCUMSTANCES),
            "request-repeated",
            stages.asked,
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.CONSENTS_IN_PLACE,
            "purpose",
            request(m.InformationKind.REASONING, given(P.EMPLOYER_AWARE, OHS.party_id)),
            "consent-out-of-place",
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.CONSENTS_IN_PLACE,
            "for another",
            request(m.InformationKind.REASONING, given(P.MEDICAL_TO_SO, ELSEWHERE)),
            "consent-out-of-place",
        ),
        _from(
            K.INFORMATION_REQUESTED,
            N.CONSENTS_IN_PLACE,
            "refusal for another",
            request(m.InformationKind.REASONING, given(P.CONTACT_TO_SO, ELSEWHERE, choice=Choice.REFUSED)),
            "consent-out-of-place",
        ),
        _from(
            K.INFORMATION_PROVIDED,
            N.TIMES,
            "",
            lambda now: m.InformationAnswer(now.request_id, (replace(document(REASONING, now), created_at=LATER),)),
            "told-in-future",
        ),
        _from(K.INFORMATION_PROVIDED, N.REQUEST_OPEN, "", answer(REASONING, number="V-9"), "unknown-request"),
        _from(
            K.INFORMATION_DECLINED,
            N.REQUEST_OPEN,
            "",
            lambda _: m.InformationRefusal("V-9", m.InformationDeclineCode.NOT_AVAILABLE),
            "unknown-request",
        ),
        _from(
            K.INFORMATION_PROVIDED,
            N.DOCUMENTS_IN_PLACE,
            "more",
            answer(REASONING, m.DocumentRole.MEDICAL_DATA),
            "more-than-asked",
        ),
        _from(K.INFORMATION_PROVIDED, N.DOCUMENTS_IN_PLACE, "nothing", answer(), "more-than-asked"),
        # the report
        _from(K.REPORT_RELEASED, N.TIMES, "draft", report(draft=timedelta(days=-9)), "told-in-future"),
        _from(
            K.REPORT_RELEASED,
            N.TIMES,
            "before the acceptance",
            report(draft=timedelta(days=9)),
            "told-before-acceptance",
        ),
        _from(K.REPORT_RELEASED, N.TIMES, "consent", report(decided_at=LATER), "told-in-future"),
        _from(K.REPORT_RELEASED, N.DOCUMENTS_IN_PLACE, "", report(m.DocumentRole.MEDICAL_DATA), "content-not-on-list"),
        _from(
            K.REPORT_RELEASED, N.CONSENTS_IN_PLACE, "purpose", report(purpose=P.MEDICAL_TO_SO), "consent-out-of-place"
        ),
        _from(
            K.REPORT_RELEASED,
            N.CONSENTS_IN_PLACE,
            "recipient",
            report(recipient="arbo-verhagen"),
            "consent-out-of-place",
        ),
        _from(
            K.REPORT_RELEASED, N.REPORT_PERMITTED, "refused", report(choice=Choice.REFUSED), "outcome-consent-absent"
        ),
        _from(
            K.REPORT_RELEASED,
            N.REPORT_PERMITTED,
            "before the draft",
            report(decided_at=START),
            "outcome-consent-before-draft",
        ),
        _from(
            K.REPORT_RELEASED,
            N.REPORT_PERMITTED,
            "before the draft that was told",
            lambda now: m.ReportRelease(
                document(m.DocumentRole.REPORT, now),
                now.at - timedelta(minutes=50),
                (outcome(now, decided_at=now.at - timedelta(minutes=40)),),
            ),
            "outcome-consent-before-draft",
        ),
        # taking back, and erasing
        (
            (K.CONSENT_WITHDRAWN, N.CONSENT_KNOWN, "unknown"),
            Wrong(
                stages.started,
                lambda now: m.ConsentWithdrawal("T-?", P.MEDICAL_TO_SO, now.at),
                "unknown-consent",
                POOL.party_id,
            ),
        ),
        (
            (K.CONSENT_WITHDRAWN, N.CONSENT_KNOWN, "another purpose"),
            Wrong(
                stages.started,
                lambda now: m.ConsentWithdrawal(stages.MEDICAL.consent_id, P.CONTACT_TO_SO, now.at),
                "unknown-consent",
                POOL.party_id,
            ),
        ),
        _from(
            K.CONSENT_WITHDRAWN,
            N.CONSENT_KNOWN,
            "not exchanged",
            lambda now: m.ConsentWithdrawal("T-?", P.SO_CONTACT_EMPLOYER, now.at),
            "unknown-consent",
        ),
        _from(K.ERASURE_CONFIRMED, N.ERASURE_ASKED, "", lambda now: m.ErasureConfirmation(now.at), "erasure-not-asked"),
        _from(K.ERASURE_CONFIRMED, N.TIMES, "", lambda _: m.ErasureConfirmation(LATER), "told-in-future"),
        # money
        _from(
            K.INVOICE_ISSUED, N.INVOICE_OF_PARTIES, "issuer", invoice(issuer=HOUSES[OHS.party_id]), "invoice-of-others"
        ),
        _from(
            K.INVOICE_ISSUED,
            N.INVOICE_OF_PARTIES,
            "recipient",
            invoice(recipient=HOUSES[POOL.party_id]),
            "invoice-of-others",
        ),
        _from(
            K.INVOICE_ISSUED,
            N.INVOICE_ANONYMOUS,
            "line",
            invoice(lines=(m.InvoiceLine("Consult dhr. Kolk", 1, 1),)),
            "invoice-identifies",
        ),
        _from(K.INVOICE_ISSUED, N.INVOICE_ANONYMOUS, "number", invoice(number="F-123456782"), "invoice-identifies"),
        _from(
            K.INVOICE_ISSUED,
            N.INVOICE_ANONYMOUS,
            "price",
            invoice(lines=(m.InvoiceLine("Consult", 1, 12345678200),)),
            "invoice-identifies",
        ),
        _from(
            K.INVOICE_ISSUED, N.INVOICE_ANONYMOUS, "period", invoice(period_end=date(2026, 8, 1)), "invoice-identifies"
        ),
        _from(
            K.INVOICE_ISSUED,
            N.INVOICE_ANONYMOUS,
            "organisation",
            invoice(issuer=replace(HOUSES[POOL.party_id], ura="123456782")),
            "invoice-identifies",
        ),
    ]
)

APART = {
    (Kind.INFORMATION_REQUESTED, Need.ASKED_WITH_CONSENT),
    (Kind.ERASURE_REQUESTED, Need.NOTHING_TO_KEEP),
    (Kind.INFORMATION_PROVIDED, Need.INFORMATION_PERMITTED),
    (Kind.REFERRAL_ACCEPTED, Need.TIMES),
    (Kind.RECEIPT, Need.RECEIPT_OF_OURS),
}
"""Judged at receipt in a test of their own below."""


async def at_stage(world: World, stage: Callable[[World], Awaitable[str | None]]) -> Now:
    referral_id = await stage(world) or ""
    number = await stages.request_of(world, referral_id) if stage is stages.asked else ""
    return Now(world, referral_id, number)


async def say(now: Now, wrong: Wrong) -> Heard:
    world = now.world
    sender = world.parties[wrong.by]
    victim = world.parties[OTHER_SIDE[wrong.by]]
    if wrong.by == OTHER_POOL.party_id and Role.OHS in PROTOCOL[wrong.say(now).kind].senders:
        victim = world.pool  # that is where the arbodienst would be heard
    referral_id = str(uuid4()) if wrong.in_a_new_one else now.referral_id
    if wrong.before is not None:
        early = await insist(sender, victim, wrong.before(now), referral_id, later=1)
        assert early.state == "parked"
    return await insist(sender, victim, wrong.say(now), referral_id, size_floor=wrong.size_floor)


def test_every_kind_and_every_need_that_is_judged_at_receipt_is_tried():
    needed = {(kind, need) for kind, row in PROTOCOL.items() for need in row.judged_at(Moment.RECEIVED)}
    assert needed == {(kind, need) for kind, need, _ in WRONG} | APART
    assert not {(kind, need) for kind, need, _ in WRONG} & APART


def test_no_kind_is_received_unjudged_and_every_need_is_judged_by_one_function():
    assert all(row.judged_at(Moment.RECEIVED) for row in PROTOCOL.values())
    assert set(JUDGEMENTS) == set(JUDGED) == set(Need)
    for need, moments in JUDGED.items():
        assert (JUDGEMENTS[need].again is not None) is (Moment.PUBLISHED in moments)
    elsewhere = {need for need, judgement in JUDGEMENTS.items() if judgement.judge is None}
    assert elsewhere == {Need.STILL_OPEN, Need.SHARED_SIZE, Need.NOTHING_TO_KEEP, Need.RECEIPT_OF_OURS}
    assert {Need.NOTHING_TO_KEEP} <= ANSWERED


@pytest.mark.parametrize("kind", [kind for kind in HONEST if kind is not Kind.ERASURE_CONFIRMED])
async def test_what_an_honest_sender_says_is_accepted(world: World, kind: Kind):
    stage, make = HONEST[kind]
    now = await at_stage(world, stage)
    sender = world.parties[SENDER[kind]]
    referral_id = str(uuid4()) if PROTOCOL[kind].opens else now.referral_id
    told = await insist(sender, world.parties[OTHER_SIDE[SENDER[kind]]], make(now), referral_id)
    assert (told.state, told.code) == ("processed", None)


@pytest.mark.parametrize("key", WRONG, ids=lambda key: "-".join(part for part in key if part))
async def test_a_sender_that_skips_its_own_rules_is_refused_and_changes_nothing(world: World, key):
    wrong = WRONG[key]
    now = await at_stage(world, wrong.at)
    before = await everything(world)
    told = await say(now, wrong)
    assert told.code == wrong.code
    assert told.state == ("held" if key[1] is Need.SHARED_SIZE else "refused")
    by_itself = wrong.before(now).kind.value if wrong.before else ""
    assert await everything(world, but=by_itself) == before


async def test_r40_the_requester_has_the_name_under_which_it_was_onboarded(world: World):
    await stages.submitted(world)
    named = referral(requester_organisation=replace(HOUSES[OHS.party_id], name="Arbodienst Elders"))
    referral_id = str(uuid4())
    await insist(world.ohs, world.pool, named(Now(world, referral_id, "")), referral_id)
    told = (await world.case(world.pool, referral_id)).referrals[-1].referral
    assert told is not None
    assert told.requester_organisation.name == OHS.name


async def everything(world: World, but: str = "") -> list:
    """The cases of both sides as they add up, without the notes of refused acts and what took effect in its turn."""
    found = []
    for services in (world.ohs, world.pool):
        async with services.store.look() as work:
            found += [await work.case_ids()]
            for case_id in await work.case_ids():
                found.append([step for step in await work.steps(case_id) if step.code not in {*_NOTES, but}])
    return found


_NOTES = {"action-refused", "referral-withdrawn", "erasure-requested"}
"""What the arbodienst itself does when a physician turns out not to be independent (R5, R37)."""


async def test_r32_information_is_not_taken_in_after_the_employee_took_the_consent_back_at_the_pool(world: World):
    now = await at_stage(world, stages.asked)
    async with world.pool.store.begin() as work:
        gone = s.ConsentWithdrawn(
            at=now.at, by=EMPLOYEE, consent_id=stages.MEDICAL.consent_id, purpose=Purpose.MEDICAL_TO_SO
        )
        await work.append(now.referral_id, (gone,))
    told = await insist(world.ohs, world.pool, answer(REASONING)(now), now.referral_id)
    assert (told.state, told.code) == ("refused", "medical-not-permitted")
    assert (await world.case(world.pool, now.referral_id)).referrals[-1].documents == ()


@pytest.mark.parametrize("clock", [timedelta(minutes=-5), timedelta(minutes=5)], ids=["behind", "ahead"])
async def test_clocks_within_the_leeway_are_no_reason_to_refuse(world: World, clock: timedelta):
    referral_id = await stages.drafted(world)
    now = Now(world, referral_id, "")
    told = now.at + clock
    content = m.ReportRelease(
        document(m.DocumentRole.REPORT, now), told - timedelta(minutes=4), (outcome(now, decided_at=told),)
    )
    heard = await insist(world.pool, world.ohs, content, referral_id)
    assert (heard.state, heard.code) == ("processed", None)


async def test_what_a_partner_dates_moves_no_time_of_ours(world: World):
    referral_id = await stages.accepted(world)
    told_at = world.clock.now() + timedelta(minutes=4)
    await insist(world.pool, world.ohs, m.MilestoneNotice(m.Milestone.SO_STARTED, told_at), referral_id)
    case = await world.case(world.ohs, stages.CASE)
    assert case.last_event_at == case.referrals[-1].state_since == world.clock.now()
    assert case.referrals[-1].first_contact_at == told_at


@pytest.mark.parametrize("when", [LATER, datetime(1990, 1, 1, tzinfo=UTC)], ids=["in 9998", "in 1990"])
async def test_r27_a_withdrawal_counts_from_now_whatever_it_is_dated(world: World, when: datetime):
    referral_id = await stages.started(world)
    content = m.ConsentWithdrawal(stages.MEDICAL.consent_id, Purpose.MEDICAL_TO_SO, when)
    heard = await insist(world.pool, world.ohs, content, referral_id)
    assert heard.state == "processed"
    consent = (await world.case(world.ohs, stages.CASE)).own_consent(stages.MEDICAL.consent_id)
    assert consent is not None
    assert consent.withdrawn_at == world.clock.now()


async def test_a_receipt_about_another_partners_message_or_other_bytes_settles_nothing(world: World):
    await stages.referred(world)
    async with world.ohs.store.look() as work:
        (sent,) = [item for item in await work.outbox() if item.kind is Kind.REFERRAL_REQUESTED]
    ours = m.Receipt(sent.message_id, "0" * 64, m.ReceiptVerdict.OK, "accepted", world.clock.now())
    stranger = await insist(world.parties[OTHER_POOL.party_id], world.ohs, ours)
    assert (stranger.state, stranger.code) == ("held", "receipt-for-nothing")
    assert (await insist(world.pool, world.ohs, ours)).state == "held"
