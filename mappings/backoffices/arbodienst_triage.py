"""Triage of an ``arbodienst-export/1`` record: the assessment and the small steps around it.

``_BUILD`` has one row per word of the closed list. What has no row, and what lacks what its row needs, is kept as a
note (R49); an unknown word makes the record not understood, which the reader tells.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from gateway.domain import steps as s
from mappings.backoffices import arbodienst_record as dutch
from mappings.backoffices.arbodienst_actors import actor
from mappings.backoffices.arbodienst_codes import REASON
from mappings.backoffices.arbodienst_identity import Told, employee_of
from mappings.backoffices.arbodienst_words import INSISTS, PAYER_WORDS
from mappings.backoffices.moments import instant_of, start_of

Build = Callable[[dutch.Zaak, dutch.Tussenstap, datetime], s.Step]


def triage_steps(zaak: dutch.Zaak) -> Iterator[Told]:
    """Question, assessment and small steps, in the order in which they are to be read when times are equal."""
    yield from _question(zaak)
    small = [
        (f".beoordeling.tussenstappen[{index}]", _small_step(zaak, record))
        for index, record in enumerate(small_records(zaak))
    ]
    yield from (told for told in small if not isinstance(told[1], _DECISIVE))
    yield from _assessment(zaak)
    decisive = [told for told in small if isinstance(told[1], _DECISIVE)]
    yield from (told for told in decisive if not _is_objection_of_a_day(zaak, told[1]))
    yield from (told for told in decisive if _is_objection_of_a_day(zaak, told[1]))


def _is_objection_of_a_day(zaak: dutch.Zaak, step: s.Step) -> bool:
    """Whether it closes the choice and took the instant of a choice of its day: it comes after that one."""
    chosen = [record.datum for record in small_records(zaak) if record.soort == "keuze-gemaakt"]
    return isinstance(step, s.IndependenceBreached | s.NewChoiceAsked) and step.at in chosen


_DECISIVE = (
    *(s.RequestAccepted, s.RequestWithdrawn, s.RecipientChosen, s.AdviceRenewed, s.RequestMaintained),
    *(s.IndependenceBreached, s.NewChoiceAsked, s.CaseReopened),
)
"""Small steps that follow on an assessment of the same moment, rather than lead to it."""


def small_records(zaak: dutch.Zaak) -> tuple[dutch.Tussenstap, ...]:
    """The small steps of a record, if any."""
    return zaak.beoordeling.tussenstappen if zaak.beoordeling else ()


def _question(zaak: dutch.Zaak) -> Iterator[Told]:
    question = zaak.verzoek.vraagstelling
    if question is None or question.tekst is None:
        return
    yield (
        ".verzoek.vraagstelling",
        s.QuestionSettled(
            at=moment_in(zaak, question.vastgesteld_op or zaak.verzoek.datum),
            by=employee_of(zaak),
            text=question.tekst,
            settled_with=question.vastgesteld_met,
        ),
    )


def _assessment(zaak: dutch.Zaak) -> Iterator[Told]:
    record = zaak.beoordeling
    build = _OUTCOMES.get(record.uitkomst) if record is not None else None
    if record is not None and build is not None:
        yield ".beoordeling", build(zaak, record)


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
    """The instant of a moment in the triage; a bare date comes after what else happened on that day."""
    small = (record.datum for record in small_records(zaak))
    timed = [instant for instant in small if isinstance(instant, datetime)]
    known = [zaak.verzoek.datum, *([zaak.beoordeling.datum] if zaak.beoordeling else []), *timed]
    return instant_of(moment, known)


def _small_step(zaak: dutch.Zaak, record: dutch.Tussenstap) -> s.Step:
    build = _BUILD.get(record.soort, _note)
    return build(zaak, record, moment_in(zaak, record.datum))


def _by_physician(zaak: dutch.Zaak) -> s.Actor:
    return actor(zaak, zaak.beoordeling.door if zaak.beoordeling else None)


def _by_back_office(zaak: dutch.Zaak) -> s.Actor:
    return s.Actor(s.ActorRole.BACK_OFFICE, zaak.arbodienst.id)


def _note(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.NoteRecorded(at=at, by=_by_back_office(zaak), topic=record.onderwerp or record.soort)


def _acceptance(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    by = actor(zaak, record.door) if record.door is not None else _by_physician(zaak)
    return s.RequestAccepted(at=at, by=by)


def _withdrawal(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.RequestWithdrawn(at=at, by=employee_of(zaak))


def _military_exception(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.MilitaryExceptionRecorded(at=at, by=_by_physician(zaak))


def _contract_shortfall(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.ContractShortfallReported(at=at, by=_by_back_office(zaak))


def _employer_agreement(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    """Who pays is part of what the employer agreed to; without it nothing was agreed (R9, R53)."""
    payer = PAYER_WORDS.get(record.betaalt or "")
    if payer is None:
        return _note(zaak, record, at)
    return s.EmployerAgreementRecorded(at=at, by=_by_back_office(zaak), payer=payer)


def _reassessment(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    planned = start_of(record.voor) if record.voor else None
    return s.ReassessmentPlanned(at=at, by=_by_back_office(zaak), for_at=planned)


def _new_advice(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.AdviceRenewed(at=at, by=_by_physician(zaak), feedback_text=record.terugkoppeling_werkgever)


def _maintained(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.RequestMaintained(at=at, by=employee_of(zaak))


def _decision_aid(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.DecisionAidDiscussed(at=at, by=_by_physician(zaak))


def _alternative(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.AlternativeOffered(
        at=at,
        by=_by_physician(zaak),
        alternative=record.alternatief or record.soort,
        employee_insists=None if record.keuze_werknemer is None else record.keuze_werknemer == INSISTS,
    )


def _clarification(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.ClarificationAsked(at=at, by=_by_physician(zaak), reply_by=record.reactie_voor)


def _breach(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    """Where the record does not say which option, or names none of the contract, none is used (R5)."""
    option_id = record.arts if record.arts in option_ids(zaak) else None
    return s.IndependenceBreached(
        at=at, by=_by_back_office(zaak), option_id=option_id or s.EVERY_OPTION, reason=record.reden
    )


def _asked_to_choose(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.NewChoiceAsked(at=at, by=_by_back_office(zaak))


def _reopened(zaak: dutch.Zaak, _: dutch.Tussenstap, at: datetime) -> s.Step:
    return s.CaseReopened(at=at, by=_by_back_office(zaak))


def option_ids(zaak: dutch.Zaak) -> frozenset[str]:
    """The options of the contract."""
    return frozenset(option.optie_id for option in zaak.contract.opties) if zaak.contract else frozenset()


def chosen_recipient(zaak: dutch.Zaak, record: dutch.Tussenstap) -> str | None:
    """For whom the employee chose: as stated, else where the physician of the option works, else the pool's name."""
    if record.naar is not None:
        return record.naar
    options = {option.optie_id: option for option in (zaak.contract.opties if zaak.contract else ())}
    option = options.get(record.optie or "")
    if option is None:
        return None
    return option.arts.organisatie if option.arts is not None else option.naam


def _choice(zaak: dutch.Zaak, record: dutch.Tussenstap, at: datetime) -> s.Step:
    recipient = chosen_recipient(zaak, record)
    if recipient is None:
        return _note(zaak, record, at)
    return s.RecipientChosen(at=at, by=employee_of(zaak), recipient=recipient, option_id=record.optie)


_BUILD: dict[str, Build] = {
    "aanvaard": _acceptance,
    "verzoek-ingetrokken": _withdrawal,
    "nieuwe-beoordeling-gepland": _reassessment,
    "nieuwe-beslissing": _new_advice,
    "verzoek-gehandhaafd": _maintained,
    "onafhankelijkheid-geschonden": _breach,
    "nieuwe-keuze-gevraagd": _asked_to_choose,
    "keuze-gemaakt": _choice,
    "instemming-werkgever-buiten-contract": _employer_agreement,
    "uitzondering-1.34a-vastgesteld": _military_exception,
    "heropend-na-klacht": _reopened,
    "toelichting-gevraagd": _clarification,
    "alternatief-aangeboden": _alternative,
    "contract-gebrek-gemeld-aan-directie-arbodienst": _contract_shortfall,
    "beslishulp-doorgenomen": _decision_aid,
    "toelichting-ontvangen": _note,
    "notitie": _note,
}
