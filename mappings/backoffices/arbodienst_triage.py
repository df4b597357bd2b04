"""Triage of an ``arbodienst-export/1`` record: the assessment and the small steps around it.

Registrations name small steps freely. ``_KINDS`` recognises them by words, the first row that fits decides; what no
row fits is kept as a note (R49).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from gateway.domain import steps as s
from gateway.domain.days import dutch_day
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_codes import REASON
from mappings.backoffices.arbodienst_people import actor
from mappings.backoffices.moments import start_of

Build = Callable[[dutch.Zaak, dutch.Tussenstap, datetime], s.Step]


def triage_steps(zaak: dutch.Zaak) -> Iterator[s.Step]:
    """Question, assessment and small steps, in the order in which they are to be read when times are equal."""
    yield from _question(zaak)
    small = [_small_step(zaak, record) for record in _small_records(zaak)]
    yield from (step for step in small if not isinstance(step, _DECISIVE))
    yield from _assessment(zaak)
    yield from (step for step in small if isinstance(step, _DECISIVE))


_DECISIVE = (s.RequestAccepted, s.RequestWithdrawn, s.RecipientChosen, s.AdviceRenewed, s.RequestMaintained)
"""Small steps that follow on an assessment of the same moment, rather than lead to it."""


def _small_records(zaak: dutch.Zaak) -> tuple[dutch.Tussenstap, ...]:
    return zaak.beoordeling.tussenstappen if zaak.beoordeling else ()


def _question(zaak: dutch.Zaak) -> Iterator[s.Step]:
    question = zaak.verzoek.vraagstelling
    if question is None or question.tekst is None:
        return
    yield s.QuestionSettled(
        at=moment_in(zaak, question.vastgesteld_op or zaak.verzoek.datum),
        by=s.Actor(s.ActorRole.EMPLOYEE, zaak.arbodienst.id),
        text=question.tekst,
        settled_with=question.vastgesteld_met,
    )


def _assessment(zaak: dutch.Zaak) -> Iterator[s.Step]:
    record = zaak.beoordeling
    if record is not None:
        yield _OUTCOMES[record.uitkomst](zaak, record)


Outcome = Callable[[dutch.Zaak, dutch.Beoordeling], s.Step]


def _accepted(zaak: dutch.Zaak, record: dutch.Beoordeling) -> s.Step:
    return s.RequestAccepted(at=record.datum, by=actor(zaak, record.door))


def _declined(zaak: dutch.Zaak, record: dutch.Beoordeling) -> s.Step:
    return s.RequestDeclined(
        at=record.datum,
        by=actor(zaak, record.door),
        reason_code=_reason(record),
        reasons=record.motivering,
        written_to_employee_on=record.schriftelijk_aan_werknemer_op,
        complaints_procedure_named=record.klachtenprocedure_vermeld,
    )


def _redirected(zaak: dutch.Zaak, record: dutch.Beoordeling) -> s.Step:
    return s.RequestRedirected(
        at=record.datum,
        by=actor(zaak, record.door),
        reason_code=_reason(record),
        reasons=record.motivering,
        written_to_employee_on=record.schriftelijk_aan_werknemer_op,
        complaints_procedure_named=record.klachtenprocedure_vermeld,
    )


def _inadmissible(zaak: dutch.Zaak, record: dutch.Beoordeling) -> s.Step:
    return s.RequestFoundInadmissible(
        at=record.datum, by=actor(zaak, record.door), reason_code=_reason(record), reasons=record.motivering
    )


def _to_reassess(zaak: dutch.Zaak, record: dutch.Beoordeling) -> s.Step:
    return s.ReassessmentPlanned(at=record.datum, by=actor(zaak, record.door))


_OUTCOMES: dict[str, Outcome] = {
    "aanvaard": _accepted,
    "afgewezen": _declined,
    "verwezen": _redirected,
    "nieuwe-beoordeling": _to_reassess,
    "niet-ontvankelijk": _inadmissible,
}


def _reason(record: dutch.Beoordeling) -> str | None:
    return REASON.get(record.reden_code, record.reden_code) if record.reden_code else None


def moment_in(zaak: dutch.Zaak, moment: date) -> datetime:
    """The instant of a moment; a bare date takes the time of the assessment or request of that day, else its start."""
    if isinstance(moment, datetime):
        return moment
    known = [zaak.verzoek.datum, *([zaak.beoordeling.datum] if zaak.beoordeling else [])]
    same_day = [instant for instant in known if dutch_day(instant) == moment]
    return max(same_day) if same_day else max(start_of(moment), zaak.verzoek.datum)


def _small_step(zaak: dutch.Zaak, record: dutch.Tussenstap) -> s.Step:
    at = moment_in(zaak, record.datum)
    if record.terugkoppeling_werkgever is not None:
        return _new_advice(zaak, record, at)
    words = (record.soort, record.uitkomst, record.besluit, record.antwoord)
    kind = "-".join(word for word in words if word).casefold().replace(" ", "-")
    if record.akkoord and "werkgever" in kind:
        return _employer_agreement(zaak, record, at)
    build = next((build for pattern, build in _KINDS if pattern.search(kind)), _note)
    return build(zaak, record, at)


def _by_physician(zaak: dutch.Zaak) -> s.Actor:
    return actor(zaak, zaak.beoordeling.door if zaak.beoordeling else None)


def _by_employee(zaak: dutch.Zaak) -> s.Actor:
    return s.Actor(s.ActorRole.EMPLOYEE, zaak.arbodienst.id)


def _by_back_office(zaak: dutch.Zaak) -> s.Actor:
    return s.Actor(s.ActorRole.BACK_OFFICE, zaak.arbodienst.id)


def _note(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.NoteRecorded(at=at, by=_by_back_office(zaak), topic=record.soort)


def _acceptance(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.RequestAccepted(at=at, by=_by_physician(zaak))


def _withdrawal(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.RequestWithdrawn(at=at, by=_by_employee(zaak))


def _military_exception(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.MilitaryExceptionRecorded(at=at, by=_by_physician(zaak))


def _contract_shortfall(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.ContractShortfallReported(at=at, by=_by_back_office(zaak))


def _employer_agreement(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    if record.akkoord is False:
        return _note(zaak, record, at)
    return s.EmployerAgreementRecorded(at=at, by=_by_back_office(zaak), payer=record.betaler)


def _reassessment(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    planned = start_of(record.voor) if record.voor else None
    return s.ReassessmentPlanned(at=at, by=_by_back_office(zaak), for_at=planned)


def _new_advice(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.AdviceRenewed(at=at, by=_by_physician(zaak), feedback_text=record.terugkoppeling_werkgever)


def _maintained(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.RequestMaintained(at=at, by=_by_employee(zaak))


def _decision_aid(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.DecisionAidDiscussed(at=at, by=_by_physician(zaak))


def _alternative(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    insists = (record.keuze_werknemer or "").casefold().startswith("second")
    return s.AlternativeOffered(
        at=at, by=_by_physician(zaak), alternative=record.alternatief or record.soort, employee_insists=insists
    )


def _clarification(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.ClarificationAsked(at=at, by=_by_physician(zaak), reply_by=record.reactie_voor)


def _choice(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    options = {optie.optie_id: optie for optie in zaak.contract.opties} if zaak.contract else {}
    option = options.get(record.optie or "")
    recipient = record.naar or (option.arts.organisatie if option and option.arts else None)
    if recipient is None:
        return _note(zaak, record, at)
    return s.RecipientChosen(at=at, by=_by_employee(zaak), recipient=recipient, option_id=record.optie)


def _payer(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    """Who pays was recorded (R9); only an employer who pays has agreed."""
    return (_employer_agreement if record.betaler == "werkgever" else _note)(zaak, record, at)


_KINDS: tuple[tuple[re.Pattern[str], Build], ...] = tuple(
    (re.compile(pattern), build)
    for pattern, build in (
        (r"afwijzing.*(ingetrokken|herzien)", _acceptance),
        (r"^(toestemming|machtiging|klacht)|(toestemming|machtiging|akkoord|uitzondering).*(ingetrokken)", _note),
        (r"ingetrokken|intrekking|trekt-in|afgezien|ziet-af|verzoek.*vervallen|niet-gehandhaafd", _withdrawal),
        (r"geen.*uitzondering|uitzondering.*(niet|afgewezen)", _note),
        (r"1\.34a|militair", _military_exception),
        (r"contract.*(gebrek|tekort|onvolledig)|gemeld-aan-directie", _contract_shortfall),
        (r"werkgever.*geen-bezwaar", _employer_agreement),
        (r"^(?!.*(niet|geen|weiger)).*gevraagd.*(werkgever|akkoord).*-(akkoord|ja|ingestemd)$", _employer_agreement),
        (r"(geen|niet|weiger|gevraagd).*akkoord|akkoord.*(geweigerd|niet|gevraagd)|werkgever-weiger", _note),
        (r"(akkoord|instemm|overeen).*werkgever|werkgever.*(akkoord|instemm|stemt-in|overeen)", _employer_agreement),
        (r"buiten-(het-)?contract.*(akkoord|overeen)", _employer_agreement),
        (r"betaler", _payer),
        (r"(nieuwe-|her)beoordeling.*gepland|^(nieuwe-|her)beoordeling$", _reassessment),
        (r"nieuwe?-(beslissing|advies)|advies-(bevestigd|gewijzigd|herzien|vernieuwd)", _new_advice),
        (r"gehandhaafd|handhaaft|houdt-(vol|vast)", _maintained),
        (r"beslishulp", _decision_aid),
        (r"alternatief", _alternative),
        (r"toelichting.*(gegeven|ontvangen)", _note),
        (r"toelichting|uitvraag|verduidelijking", _clarification),
        (r"niet-aanvaard|niet-heropend", _note),
        (r"aanvaard|heropend|geaccepteerd", _acceptance),
        (r"keuze", _choice),
    )
)
