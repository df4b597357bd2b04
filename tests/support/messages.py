"""Messages of every kind: fixed samples with something in every field, minimal ones, and Hypothesis strategies.

All people, organisations and numbers are invented. ``SAMPLES`` holds named samples; ``full(kind)`` is the richest of
a kind; ``messages()`` draws any message whatever.
"""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid5

from hypothesis import strategies as st

from gateway.domain.advice import AdviceKind
from gateway.domain.checkpoint import Checkpoint, checkpoint_text, origin_of
from gateway.domain.consent import FORMS, OTHER_FORM, Choice, Consent, Purpose
from gateway.domain.contact import Channel
from gateway.domain.enclosure import BEGINNINGS, JPEG, LARGEST_BYTES, PDF, PNG, TEXT, Claim, Enclosure
from gateway.domain.messages import (
    Acceptance,
    Acknowledged,
    AvailabilityAnswer,
    AvailabilityQuery,
    ConsentWithdrawal,
    ContactCorrection,
    Content,
    Declination,
    DeclineCode,
    Document,
    DocumentRole,
    ErasureConfirmation,
    ErasureRequest,
    InformationAnswer,
    InformationDeclineCode,
    InformationKind,
    InformationRefusal,
    InformationRequest,
    InvoiceLine,
    InvoiceNotice,
    KeptBecause,
    Kind,
    Message,
    Milestone,
    MilestoneNotice,
    PatientContact,
    Receipt,
    ReceiptVerdict,
    Referral,
    ReferralStop,
    ReferralWithdrawal,
    ReportRelease,
    ReportWithholding,
    StopCode,
)
from gateway.domain.notes import NoteSignature, SignedNote
from gateway.domain.party import Party, Role
from gateway.domain.people import Address, NameUse, Organisation, PersonName, Physician
from gateway.domain.protocol import PROTOCOL

OHS = Party("arbo-lindehof", Role.OHS, "Arbodienst Lindehof", ura="90000001", kvk="00000101", agb="99000101")
POOL = Party("praktijk-mulkens", Role.POOL, "Praktijk Mulkens", ura="90000002", kvk="00000102", agb="99000102")
PARTIES = {party.party_id: party for party in (OHS, POOL)}

SENT_AT = datetime(2026, 3, 9, 14, 30, 15, 250000, tzinfo=timezone(timedelta(hours=1)))
REFERRAL_ID = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"
_SPACE = UUID("0a6f3c0e-2d55-4a4c-8d4f-9f4b7f5f1a11")

HOSTILE = (
    "Ana Lúcia 👩‍⚕️\u200b so\u00adft \u200frtl \u202eomgekeerd\u202c Noe\u0308lle D’Angelo\u00a0– "
    "<b onmouseover='x'>vet</b> & &amp; '; DROP TABLE zaken;-- =1+1 \u2028 \x00 \ufeff\r\n\teinde  "
)
LONG = "Terugkoppeling: \tde werknemer is beperkt belastbaar; ’s middags rust. Größe ß, Łódź, ë e\u0308.\r\n" * 400


def sample_id(name: str) -> str:
    """A fixed UUID per name."""
    return str(uuid5(_SPACE, name))


def consent(purpose: Purpose, **changes) -> Consent:
    """A consent that counts, for the pool; change what the test is about."""
    recipient = OHS.party_id if purpose is Purpose.OUTCOME_TO_FIRST else POOL.party_id
    decided_at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    made = Consent(f"T-{purpose}", purpose, Choice.GIVEN, recipient, decided_at, form="digitaal")
    return replace(made, **changes)


def document(role: DocumentRole, text: str = "Tekst van het document.", **changes) -> Document:
    """A document of that role."""
    made = Document(
        sample_id(f"document-{role}"), role, text, datetime(2026, 3, 1, 12, 0, tzinfo=UTC), "dr. J.M. Terpstra-Oud"
    )
    return replace(made, **changes)


def filed(role: DocumentRole, enclosure: Enclosure) -> Document:
    """A document of that role that is a file."""
    return document(role, "", enclosure=enclosure)


PDF_BYTES = b"%PDF-1.7 a letter on two pages\n%%EOF\n"
SCAN = Enclosure(PDF, len(PDF_BYTES), b64encode(PDF_BYTES).decode("ascii"))
LARGE_SCAN = Enclosure(
    "image/png",
    9_000_000,
    Claim(
        "0b0f8a52-6b5c-4ac8-9d7a-52b0d1a5a0f1",
        b64encode(bytes(range(32))).decode("ascii"),
        b64encode(bytes(32)).decode("ascii"),
    ),
)

FIRST_PHYSICIAN = Physician(
    "dr. J.M. (Janneke) Terpstra-Oud",
    "99990001101",
    "84990011",
    organisation=OHS.party_id,
    supervisor_big="99990001301",
    other_organisations=("arbo-verhagen", "praktijk-wiarda"),
    focus_areas=("longziekten", "lawaai"),
    region="Drenthe",
)
SECOND_PHYSICIAN = Physician("mw. drs. I. (Ilse) van 't Verlaat", "99990002101", "84990021", organisation=POOL.party_id)
OHS_ORGANISATION = Organisation(OHS.party_id, OHS.name, OHS.ura, OHS.kvk, OHS.agb)
POOL_ORGANISATION = Organisation(POOL.party_id, POOL.name, POOL.ura, POOL.kvk, POOL.agb)
PATIENT = PatientContact(
    PersonName("Kolk", "van der", "J.P.", "Jurriaan Pieter", "Jur", "de", "Vries", NameUse.PARTNER_OWN),
    Address("Houtduifpad", "12", "bis", "9401 KX", "Assen", "NL"),
    "+31 6 0000 0101",
    "j.vanderkolk@post.example",
    Channel.EMAIL,
    "pt-BR",
    needs_interpreter=True,
)
GERMAN = PatientContact(
    PersonName("Straßburger", "von", "J.G.", "Jörg Günther"),
    Address("Fichtenweg", "7", "a", "48599", "Gronau (Westf.)", "DE"),
    "+49 30 23125 017",
    preferred_channel=Channel.TELEPHONE,
    language="de",
)
BOXED = PatientContact(
    PersonName("Amstel", "van"),
    Address("Postbus", "100", None, "9400 AC", "Assen", "Nederland"),
    preferred_channel=Channel.POST,
    language="rif",
)
MONONYM = PatientContact(PersonName("Suharto"))
LONE_PREFIX = PatientContact(PersonName("Vries", partner_prefix="van der"))
STRANGE = PatientContact(
    PersonName(HOSTILE, HOSTILE, " J. P. ", "Noe\u0308lle\u200f  Marie ", HOSTILE, "", "", NameUse.PARTNER),
    Address(HOSTILE, "", "5\u2011bis", HOSTILE, "\t", " NL"),
    "",
    HOSTILE,
)

REFERRAL = Referral(
    authored_at=datetime(2026, 3, 4, 10, 15, tzinfo=UTC),
    advice_kind=AdviceKind.ABSENCE_GUIDANCE,
    requester=FIRST_PHYSICIAN,
    requester_organisation=OHS_ORGANISATION,
    performer_organisation=POOL_ORGANISATION,
    recipient=f"{POOL.party_id}/G4",
    patient=PATIENT,
    consents=(
        consent(Purpose.CONTACT_TO_SO),
        consent(Purpose.FEEDBACK_TO_SO, recipient=f"{POOL.party_id}/G4", expires_at=datetime(2026, 9, 1, tzinfo=UTC)),
        consent(Purpose.MEDICAL_TO_SO, choice=Choice.REFUSED, given_by_employee=False),
        consent(Purpose.TREATING_INFO, withdrawn_at=datetime(2026, 3, 5, 8, 0, tzinfo=UTC)),
    ),
    performer=SECOND_PHYSICIAN,
    question="Is hervatting voor 20 uur per week verantwoord?",
    documents=(
        document(DocumentRole.CONTESTED_FEEDBACK, "Terugkoppeling aan de werkgever."),
        document(DocumentRole.WORK_CIRCUMSTANCES, "Ploegendienst.", author=None),
        document(DocumentRole.MEDICAL_DATA, "Spirometrie."),
    ),
)
BARE_REFERRAL = replace(
    REFERRAL,
    requester=Physician("K. Drieënhuizen", role="praktijkondersteuner-bedrijfsarts"),
    requester_organisation=Organisation("arbo-waterlinie", "Arbo Waterlinie"),
    performer_organisation=Organisation("praktijk-wiarda", "Praktijk Wiarda"),
    recipient=POOL.party_id,
    patient=MONONYM,
    consents=(consent(Purpose.CONTACT_TO_SO, form=None),),
    performer=None,
    question=None,
    documents=(),
)
INVOICE = InvoiceNotice(
    "F2026-0042",
    POOL_ORGANISATION,
    OHS_ORGANISATION,
    date(2026, 3, 1),
    date(2026, 3, 31),
    (InvoiceLine("Advies", 3, 48750), InvoiceLine("Correctie", 1, -1)),
)


def note_with(signature):
    """A checkpoint in a note, signed by nobody: well-formed is all that a bundle asks."""
    name = origin_of("praktijk-mulkens")
    text = checkpoint_text(name, Checkpoint(17, "cd" * 32))
    return SignedNote(text, (NoteSignature(name, signature[:4], signature[4:]),)).written()


NOTE = note_with(bytes(2500))
RECEIPT = Receipt(sample_id("answered"), "ab" * 32, ReceiptVerdict.OK, "accepted", SENT_AT, NOTE)
DECIDED = datetime(2026, 3, 20, 15, 45, tzinfo=UTC)

CONTENTS: dict[str, Content] = {
    "availability-asked": AvailabilityQuery("Groningen", "longziekten", "pl"),
    "availability-asked-bare": AvailabilityQuery(),
    "availability-answered": AvailabilityAnswer(True, date(2026, 4, 1)),
    "availability-answered-no": AvailabilityAnswer(False),
    "referral-requested": REFERRAL,
    "referral-requested-bare": BARE_REFERRAL,
    "referral-requested-long": replace(
        REFERRAL,
        question=LONG[:23331],
        documents=(document(DocumentRole.CONTESTED_FEEDBACK, LONG[:33159]), document(DocumentRole.REASONING, "\n.")),
    ),
    "referral-requested-german": replace(REFERRAL, patient=GERMAN),
    "referral-requested-box": replace(REFERRAL, patient=BOXED, question="x" * 4000),
    "referral-requested-lone-prefix": replace(BARE_REFERRAL, patient=LONE_PREFIX),
    "referral-requested-strange": replace(
        REFERRAL,
        patient=STRANGE,
        question=HOSTILE,
        documents=(document(DocumentRole.MEDICAL_DATA, HOSTILE.replace("\x00", ""), author=HOSTILE),),
    ),
    "referral-requested-files": replace(
        REFERRAL,
        documents=(filed(DocumentRole.WORK_CIRCUMSTANCES, SCAN), filed(DocumentRole.MEDICAL_DATA, LARGE_SCAN)),
    ),
    "contact-corrected": ContactCorrection(
        replace(PATIENT, telephone="+31 6 0000 0199"),
        (consent(Purpose.CONTACT_TO_SO, expires_at=datetime(2026, 9, 1, tzinfo=UTC)),),
    ),
    "contact-corrected-post": ContactCorrection(BOXED, (consent(Purpose.CONTACT_TO_SO, form=None),)),
    "contact-corrected-protected": ContactCorrection(replace(PATIENT, address=None), (consent(Purpose.CONTACT_TO_SO),)),
    "contact-corrected-withdrawn": ContactCorrection(
        LONE_PREFIX, (consent(Purpose.CONTACT_TO_SO, withdrawn_at=SENT_AT, given_by_employee=False),)
    ),
    "contact-corrected-dropped": ContactCorrection(None),
    "referral-accepted": Acceptance(FIRST_PHYSICIAN),
    "referral-accepted-bare": Acceptance(Physician("S. Hof")),
    "referral-declined": Declination(DeclineCode.NOT_AVAILABLE),
    "milestone-reached": MilestoneNotice(Milestone.APPOINTMENT_PLANNED, SENT_AT, DECIDED),
    "milestone-reached-bare": MilestoneNotice(Milestone.SO_STARTED, SENT_AT),
    "information-requested": InformationRequest(
        "IV-7", InformationKind.MEDICAL_DATA, DECIDED, (consent(Purpose.MEDICAL_TO_SO), replace(REFERRAL.consents[1]))
    ),
    "information-requested-refused": InformationRequest("IV-8", InformationKind.REASONING, None, REFERRAL.consents),
    "information-provided": InformationAnswer(
        "IV-7", (document(DocumentRole.MEDICAL_DATA, LONG), document(DocumentRole.REASONING, author=None))
    ),
    "information-provided-files": InformationAnswer(
        "IV-7", (filed(DocumentRole.MEDICAL_DATA, LARGE_SCAN), filed(DocumentRole.REASONING, SCAN))
    ),
    "information-provided-nothing": InformationAnswer("IV-9", ()),
    "information-declined": InformationRefusal("IV-7", InformationDeclineCode.NOT_PERMITTED),
    "report-released": ReportRelease(
        document(DocumentRole.REPORT, "Verslag van de second opinion."),
        DECIDED,
        (consent(Purpose.OUTCOME_TO_FIRST, recipient=f"{OHS.party_id}/B1", expires_at=DECIDED), *REFERRAL.consents[1:]),
    ),
    "report-released-long": ReportRelease(
        document(DocumentRole.REPORT, LONG * 20, author=None), DECIDED, (consent(Purpose.OUTCOME_TO_FIRST),)
    ),
    "report-released-file": ReportRelease(
        filed(DocumentRole.REPORT, SCAN), DECIDED, (consent(Purpose.OUTCOME_TO_FIRST),)
    ),
    "report-released-beside": ReportRelease(
        filed(DocumentRole.REPORT, LARGE_SCAN), DECIDED, (consent(Purpose.OUTCOME_TO_FIRST),)
    ),
    "report-withheld": ReportWithholding(),
    "referral-withdrawn": ReferralWithdrawal(),
    "referral-stopped": ReferralStop(StopCode.NO_SHOW),
    "consent-withdrawn": ConsentWithdrawal("T3", Purpose.MEDICAL_TO_SO, DECIDED),
    "erasure-requested": ErasureRequest(),
    "erasure-confirmed": ErasureConfirmation(DECIDED),
    "erasure-confirmed-kept": ErasureConfirmation(DECIDED, KeptBecause.COMPLAINT_OPEN),
    "invoice-issued": INVOICE,
    "invoice-issued-empty": replace(INVOICE, lines=()),
    "receipt": RECEIPT,
    "receipt-refused": replace(RECEIPT, verdict=ReceiptVerdict.FATAL_ERROR, code="bundle-invalid", checkpoint=None),
    "receipt-shared": replace(
        RECEIPT, also=tuple(Acknowledged(sample_id(f"answered {number}"), f"{number:064x}") for number in range(31))
    ),
    "receipt-refused-at": replace(
        RECEIPT,
        verdict=ReceiptVerdict.FATAL_ERROR,
        code="bundle-invalid",
        where="Bundle.entry[2].resource.name[0].family",
    ),
}


def message(content: Content, name: str = "message", **changes) -> Message:
    """A message around a content, in the direction its kind has."""
    row = PROTOCOL[content.kind]
    sender, recipient = (OHS, POOL) if Role.OHS in row.senders else (POOL, OHS)
    made = Message(sample_id(name), sender.party_id, recipient.party_id, SENT_AT, content)
    if row.is_sequenced:
        made = replace(made, referral_id=REFERRAL_ID, sequence=3)
    return replace(made, **changes)


SAMPLES = {name: message(content, name) for name, content in CONTENTS.items()}
"""Every sample message by name; the richest of a kind bears the name of the kind."""


def full(kind: Kind) -> Message:
    """The richest sample of a kind."""
    return SAMPLES[kind]


# ---- Hypothesis -------------------------------------------------------------------------------------------------

_ODD = st.sampled_from(
    ["", " ", "\t", "\x00", "\u00a0", "\ufeff", "\u200b", "e\u0308", "👩‍⚕️", "\u202e", "\u2028", "\ufffd", HOSTILE]
)
texts = st.one_of(st.text(max_size=40), _ODD, st.builds(lambda a, b, c: a + b + c, _ODD, st.text(max_size=8), _ODD))
_maybe = st.none() | texts
_ids = st.uuids().map(str)
_codes = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)
_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))) | st.just(UTC)
instants = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=_offsets)  # noqa: DTZ001
_days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
_parties = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?", fullmatch=True)

person_names = st.builds(
    PersonName,
    family=texts,
    prefix=_maybe,
    initials=_maybe | st.sampled_from(["J.P.", "Ł.T.", "Chr.J.", "IJ.", "J. P.", "."]),
    given=_maybe | st.sampled_from(["Jurriaan Pieter", "Ana  Lúcia", " Zoë"]),
    call_name=_maybe,
    partner_prefix=_maybe,
    partner_family=_maybe,
    use=st.sampled_from(NameUse),
)
addresses = st.builds(Address, *(_maybe,) * 5, _maybe | st.sampled_from(["NL", "DE", "Nederland"]))
_languages = st.from_regex(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", fullmatch=True)


def _reachable(contact: PatientContact) -> bool:
    """Whether the preferred channel is among the contact data."""
    known = {Channel.EMAIL: contact.email, Channel.TELEPHONE: contact.telephone, Channel.POST: contact.address}
    return contact.preferred_channel is None or known[contact.preferred_channel] is not None


patients = st.builds(
    PatientContact,
    person_names,
    st.none() | addresses,
    _maybe,
    _maybe,
    st.none() | st.sampled_from(Channel),
    st.none() | _languages,
    st.booleans(),
).filter(_reachable)
physicians = st.builds(
    Physician,
    texts,
    _maybe,
    _maybe,
    texts | st.just("bedrijfsarts"),
    _maybe,
    _maybe,
    st.lists(texts, max_size=3).map(tuple),
    st.lists(texts, max_size=3).map(tuple),
    _maybe,
)
organisations = st.builds(Organisation, texts, texts, _maybe, _maybe, _maybe)
_base64 = st.binary(min_size=32, max_size=32).map(lambda data: b64encode(data).decode("ascii"))
ENDINGS = {PDF: b"\n%%EOF\n", JPEG: b"\xff\xd9", PNG: b"\x00\x00\x00\x00IEND\xaeB`\x82"}


def scan(media_type: str, content: bytes = b"") -> bytes:
    """The bytes of a file of that media type, whole."""
    return BEGINNINGS[media_type] + content + ENDINGS[media_type]


def inside(media_type: str, content: bytes) -> Enclosure:
    """A file that travels inside its message."""
    return Enclosure(media_type, len(content), b64encode(content).decode("ascii"))


_scans = st.builds(
    lambda media_type, content: inside(media_type, scan(media_type, content)),
    st.sampled_from(sorted(BEGINNINGS)),
    st.binary(max_size=40).filter(lambda content: BEGINNINGS[PDF] not in content),  # that would make it a PDF
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x80-\x84\x86-\x9f]")
_legible = (texts | st.text()).map(lambda text: _CONTROLS.sub(" ", f"Tekst {text}"))
_claims = st.builds(
    Enclosure,
    st.sampled_from([TEXT, *sorted(BEGINNINGS)]),
    st.integers(1, LARGEST_BYTES),
    st.builds(Claim, st.uuids(version=4).map(str), _base64, _base64),
)
documents = st.builds(Document, _ids, st.sampled_from(DocumentRole), _legible, instants, _maybe) | st.builds(
    Document, _ids, st.sampled_from(DocumentRole), st.just(""), instants, _maybe, _scans | _claims
)
consents = st.builds(
    Consent,
    texts,
    st.sampled_from(Purpose),
    st.sampled_from(Choice),
    texts | st.just("arbo-verhagen/G4"),
    instants,
    st.none() | st.sampled_from([*sorted(FORMS), OTHER_FORM]),
    st.none() | instants,
    st.none() | instants,
    st.booleans(),
)
_several_consents = st.lists(consents, max_size=3).map(tuple)
_several_documents = st.lists(documents, max_size=3).map(tuple)
referrals = st.builds(
    Referral,
    instants,
    st.sampled_from(AdviceKind),
    physicians,
    organisations,
    organisations,
    texts,
    patients,
    _several_consents,
    st.none() | physicians,
    _maybe | st.just(LONG),
    _several_documents,
)
_lines = st.builds(InvoiceLine, texts, st.integers(-1000, 1000), st.integers(-(10**9), 10**9))

CONTENT_STRATEGIES: dict[Kind, st.SearchStrategy[Content]] = {
    Kind.AVAILABILITY_ASKED: st.builds(AvailabilityQuery, _maybe, _maybe, _maybe),
    Kind.AVAILABILITY_ANSWERED: st.builds(AvailabilityAnswer, st.booleans(), st.none() | _days),
    Kind.REFERRAL_REQUESTED: referrals,
    Kind.CONTACT_CORRECTED: st.just(ContactCorrection(None))
    | st.builds(ContactCorrection, patients, st.tuples(consents)),
    Kind.REFERRAL_ACCEPTED: st.builds(Acceptance, physicians),
    Kind.REFERRAL_DECLINED: st.builds(Declination, st.sampled_from(DeclineCode)),
    Kind.MILESTONE_REACHED: st.builds(MilestoneNotice, st.sampled_from(Milestone), instants, st.none() | instants),
    Kind.INFORMATION_REQUESTED: st.builds(
        InformationRequest, texts, st.sampled_from(InformationKind), st.none() | instants, _several_consents
    ),
    Kind.INFORMATION_PROVIDED: st.builds(InformationAnswer, texts, _several_documents),
    Kind.INFORMATION_DECLINED: st.builds(InformationRefusal, texts, st.sampled_from(InformationDeclineCode)),
    Kind.REPORT_RELEASED: st.builds(ReportRelease, documents, instants, _several_consents),
    Kind.REPORT_WITHHELD: st.builds(ReportWithholding),
    Kind.REFERRAL_WITHDRAWN: st.builds(ReferralWithdrawal),
    Kind.REFERRAL_STOPPED: st.builds(ReferralStop, st.sampled_from(StopCode)),
    Kind.CONSENT_WITHDRAWN: st.builds(ConsentWithdrawal, texts, st.sampled_from(Purpose), instants),
    Kind.ERASURE_REQUESTED: st.builds(ErasureRequest),
    Kind.ERASURE_CONFIRMED: st.builds(ErasureConfirmation, instants, st.none() | st.sampled_from(KeptBecause)),
    Kind.INVOICE_ISSUED: st.builds(
        InvoiceNotice, texts, organisations, organisations, _days, _days, st.lists(_lines, max_size=3).map(tuple)
    ),
    Kind.RECEIPT: st.builds(
        Receipt,
        _ids,
        st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        st.sampled_from(ReceiptVerdict),
        _codes,
        instants,
        st.none() | st.binary(min_size=5, max_size=2600).map(note_with),
        st.sampled_from(["", "Bundle", "Bundle.entry[3].resource.name[0].given", "Bundle.entry.resource.ofType(Task)"]),
    ).map(lambda receipt: replace(receipt, code="accepted") if receipt.verdict is ReceiptVerdict.OK else receipt),
}


def messages(kind: Kind | None = None) -> st.SearchStrategy[Message]:
    """Any message, or any message of a kind."""
    if kind is None:
        return st.sampled_from(Kind).flatmap(messages)
    is_sequenced = PROTOCOL[kind].is_sequenced
    return st.builds(
        Message,
        _ids,
        _parties,
        _parties,
        instants,
        CONTENT_STRATEGIES[kind],
        _ids if is_sequenced else st.none(),
        st.integers(1, 2**31 - 1) if is_sequenced else st.none(),
    )


def any_party(party_id: str) -> Party:
    """A party for any id: ours when it is one of ours."""
    return PARTIES.get(party_id) or Party(
        party_id, Role.OHS if party_id < "m" else Role.POOL, f"Organisatie {party_id}"
    )
