"""Merge a later export of a case, which is a new statement, into what is on record (R25, R49)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from gateway.domain import steps as s
from gateway.domain.advice import ContestedAdvice
from gateway.domain.case import Case, Triage, apply, fold
from gateway.domain.consent import Choice, Consent
from gateway.domain.days import dutch_day
from gateway.domain.directory import letters_in
from gateway.domain.identity import Identity, identity_of
from gateway.domain.people import Physician, family_name_of
from gateway.domain.reassessed import is_newer, renewal_of


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a statement, or a part of it, is not taken at its word.

    Attributes:
        code: Of the refusal; see ``rules.refusal``.
        about: Key of the decision it concerns, such as ``consent-given T01-1``; None for the statement as a whole.
    """

    code: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Restatement:
    """What a statement adds to a case.

    Attributes:
        steps: New steps, in the order in which they are to be appended.
        named: Keys of the decisions in the statement.
        missing: Keys of what an earlier statement named and this one leaves out, and nobody confirmed.
        doubts: Hold the case: nothing is disclosed until they are mended.
        is_other_person: The statement is about somebody else, or perhaps is; nothing of it counts.
    """

    steps: tuple[s.Step, ...] = ()
    named: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    is_other_person: bool = False


def restate(
    known: Sequence[s.Step],
    said: Sequence[s.Step],
    at: datetime,
    by: s.Actor,
    named: tuple[str, ...] | None = None,
) -> Restatement:
    """Merge a statement into what is on record.

    | The statement says | On record | What comes of it |
    |---|---|---|
    | anything | the same, whoever wrote it down | nothing |
    | the request of the same person, other details | the request | ``dossier-corrected``; the state stays |
    | the same request, less restricted: address, side jobs, asker, age | the request | held: ``dossier-widened`` |
    | the same request, with somebody else as the physician that was chosen | the request | the same |
    | the request, with feedback of a later day in other words | the request | a new advice |
    | the request of another person | the request | nothing counts, the case is held (``other-person``) |
    | the request of perhaps another person | the request | the same, until it is confirmed (``person-changed``) |
    | a refusal under a known consent id | a consent | it counts, from its own moment or else from now |
    | an earlier end of a known consent | a later one, or none | it counts |
    | a consent under a known id, decided later | anything | a new decision under the same id |
    | a consent under a known id, wider and not later | a refusal, an end, another recipient | ``consent-widened`` |
    | a withdrawal | a consent that is not withdrawn | it counts, at the latest from now |
    | an acceptance | an acceptance in force | nothing |
    | a new advice of the same day, with the same text or none | a new advice | nothing |
    | word that the request stands | the same since the newest advice | nothing |
    | no word of a consent | a consent that an earlier statement named | held: ``consent-missing`` |
    | no word of a decision that permits | one that an earlier statement named | held: ``decision-missing`` |
    | anything else | not the same | it is added |

    Args:
        known: Steps on record, oldest first.
        said: Steps of the statement, oldest first; those of referrals are not for a statement to say.
        at: When it is submitted.
        by: Who submits it.
        named: Keys of all its decisions, when not all of them are in ``said``.
    """
    case = fold("", known)
    person = identity_of(known, said)
    if person is not Identity.SAME and person.value not in case.confirmed:
        before = case.stated if case.stated is not None else keys_of(known)
        return Restatement((), before, case.missing, (Doubt(person.value),), is_other_person=True)
    outcomes = list[_Outcome]()
    record = _Record(known, case, at, by)
    for step in said:
        found = list(_HOW.get(type(step), _once)(record, step))
        outcomes += found
        added = [outcome for outcome in found if isinstance(outcome, _SEEN_AT_ONCE)]
        record = replace(record, case=apply(record.case, added))
    named = keys_of(said) if named is None else named
    missing = _missing(case, known, named)
    return Restatement(
        steps=tuple(outcome for outcome in outcomes if isinstance(outcome, s.Step)),
        named=named,
        missing=missing,
        doubts=tuple(
            dict.fromkeys((*(o for o in outcomes if isinstance(o, Doubt)), *_doubts_of_missing(missing, named)))
        ),
    )


_SEEN_AT_ONCE = (
    *(s.RequestSubmitted, s.RequestAccepted, s.AdviceRenewed, s.RequestMaintained),
    *(s.ConsentGiven, s.ConsentRefused, s.ConsentWithdrawn),
)
"""What a later word of the same statement is compared with."""


def keys_of(steps: Iterable[s.Step]) -> tuple[str, ...]:
    """Name the decisions among steps: their code, and the id of a consent."""
    return tuple(sorted({_key(step) for step in steps if not isinstance(step, _UNNAMED)}))


_UNNAMED = (s.ReferralStep, s.NoteRecorded, s.CaseStated, s.StatementConfirmed, s.DossierCorrected, s.ActionRefused)


def _key(step: s.Step) -> str:
    if isinstance(step, s.ConsentGiven | s.ConsentRefused):
        return f"{step.code} {step.consent.consent_id}"
    return f"{step.code} {step.consent_id}" if isinstance(step, s.ConsentWithdrawn) else step.code


@dataclass(frozen=True, slots=True)
class _Record:
    """What is on record, and the moment at which a statement meets it."""

    known: Sequence[s.Step]
    case: Case
    at: datetime
    by: s.Actor


_Outcome = s.Step | Doubt


def _once(record: _Record, step: s.Step) -> Iterator[_Outcome]:
    if not any(_says_the_same(step, known) for known in record.known):
        yield step


def _says_the_same(step: s.Step, other: s.Step) -> bool:
    return type(step) is type(other) and replace(step, by=other.by, message_id=other.message_id) == other


def _request(record: _Record, step: s.RequestSubmitted) -> Iterator[_Outcome]:
    dossier, stands = record.case.dossier, record.case.advice
    if dossier is None or stands is None:
        yield step
        return
    if (
        _widens(dossier, step, stands) or _replaces_chosen(record.case, dossier, step)
    ) and "dossier-widened" not in record.case.confirmed:
        yield Doubt("dossier-widened", step.code)
        return
    if is_newer(stands, step.advice):
        renewed = renewal_of(step, record.by)
        yield from (renewed,) if renewed.at <= record.at else ()
        step = replace(step, advice=dossier.advice)
    if not _says_the_same(step, dossier):
        yield s.DossierCorrected(at=record.at, by=record.by, dossier=step, changed=tuple(_changes(dossier, step)))


def _widens(before: s.RequestSubmitted, after: s.RequestSubmitted, stands: ContestedAdvice) -> bool:
    """Whether a detail that restricts is gone or changed: a protected address, a place, who asked, an old advice.

    A place of work counts that the first physician had, or that made an option not independent (R5).
    """
    houses = {other for doctor in _physicians(before) for other in doctor.other_organisations}
    houses_now = {other for doctor in _physicians(after) for other in doctor.other_organisations}
    return (
        (before.employee.is_address_protected and not after.employee.is_address_protected)
        or not houses <= houses_now
        or (before.submitted_by is not after.submitted_by and after.submitted_by is s.ActorRole.EMPLOYEE)
        or after.advice.given_at > stands.given_at
        or before.first_physician.big != after.first_physician.big
        or not _places_of_first(before) <= _places_of_first(after)
        or not _shared(before) <= _shared(after)
    )


def _replaces_chosen(case: Case, before: s.RequestSubmitted, after: s.RequestSubmitted) -> bool:
    """Whether somebody else stands behind the option that the employee chose: nobody chose that person (R8)."""
    chosen = {before.chosen_option, case.chosen_option} - {None}
    if case.chosen_recipient is not None and case.chosen_option is None:
        chosen |= {option.option_id for option in before.contract.options if option.covers(case.chosen_recipient)}
    pairs = [(before.contract.option(option_id), after.contract.option(option_id)) for option_id in chosen]
    known = [(one.physician, other.physician) for one, other in pairs if one is not None and other is not None]
    return any(one is not None and (other is None or not _is_surely_one(one, other)) for one, other in known)


def _is_surely_one(one: Physician, other: Physician) -> bool:
    """Whether no number and no surname says that two physicians differ; a number alone may be kept by mistake."""
    is_number_kept = not (one.big and other.big) or one.big.strip() == other.big.strip()
    return is_number_kept and family_name_of(one.name) == family_name_of(other.name)


def _places_of_first(dossier: s.RequestSubmitted) -> frozenset[str]:
    first = dossier.first_physician
    return _spelt(first.organisation or dossier.organisation, *first.other_organisations)


def _shared(dossier: s.RequestSubmitted) -> frozenset[str]:
    """Places and numbers that the first physician and an option have in common: by them it is not independent (R5)."""
    first, employer = dossier.first_physician, dossier.employer
    ours = _places_of_first(dossier) | _spelt(dossier.organisation, employer.kvk, employer.name)
    ours |= _spelt(first.big, first.supervisor_big)
    options = [option.physician for option in dossier.contract.options if option.physician is not None]
    return ours & _spelt(*(part for o in options for part in (o.big, o.organisation, *o.other_organisations)))


def _spelt(*parts: str | None) -> frozenset[str]:
    return frozenset(letters_in(part) for part in parts if part)


def _physicians(dossier: s.RequestSubmitted) -> Iterator[Physician]:
    yield dossier.first_physician
    yield from (option.physician for option in dossier.contract.options if option.physician is not None)


_NO_DETAILS = frozenset({"by", "message_id"})


def _changes(before: Any, after: Any, place: str = "", depth: int = 2) -> Iterator[str]:
    """Names of the parts that differ; never what they hold."""
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        name = f"{place}{field.name}"
        if old == new or name in _NO_DETAILS:
            continue
        if depth > 1 and is_dataclass(old) and type(old) is type(new):
            yield from _changes(old, new, f"{name}.", depth - 1)
        else:
            yield name


def _acceptance(record: _Record, step: s.RequestAccepted) -> Iterator[_Outcome]:
    if record.case.triage is not Triage.ACCEPTED:
        yield from _once(record, step)


def _decision(record: _Record, step: s.ConsentGiven | s.ConsentRefused) -> Iterator[_Outcome]:
    said = step.consent
    known = record.case.own_consent(said.consent_id)
    if known is None:
        yield no_later_than(step, record.at) if said.choice is Choice.REFUSED else step
    elif said.choice is Choice.REFUSED:
        if not _is_refused_already(known, said):
            yield _refused_under_known_id(record, step, known)
    elif not _is_covered(known, said):
        is_later = said.decided_at > max(known.decided_at, known.withdrawn_at or known.decided_at)
        yield step if is_later else Doubt("consent-widened", _key(step))
    elif _restricts(known, said):
        yield step


def _is_refused_already(known: Consent, said: Consent) -> bool:
    asked = (known.purpose, known.recipient)
    return known.choice is Choice.REFUSED and asked == (said.purpose, said.recipient)


def _is_covered(known: Consent, said: Consent) -> bool:
    """Whether a word under a known id permits nothing that the earlier one did not."""
    asks_the_same = (known.purpose, known.recipient, known.choice) == (said.purpose, said.recipient, said.choice)
    ends_no_later = known.expires_at is None or (said.expires_at is not None and said.expires_at <= known.expires_at)
    is_as_much_theirs = known.given_by_employee or not said.given_by_employee
    return asks_the_same and ends_no_later and is_as_much_theirs and said.decided_at >= known.decided_at


def _restricts(known: Consent, said: Consent) -> bool:
    return replace(said, withdrawn_at=known.withdrawn_at, form=known.form) != known


_Decision = TypeVar("_Decision", bound=s.ConsentGiven | s.ConsentRefused)


def no_later_than(step: _Decision, at: datetime) -> _Decision:
    """Let a refusal that is dated ahead count from the moment at which it is heard (R25)."""
    moment = min(step.consent.decided_at, at)
    return replace(step, at=moment, consent=replace(step.consent, decided_at=moment))


def _refused_under_known_id(record: _Record, step: s.ConsentGiven | s.ConsentRefused, known: Consent) -> s.Step:
    """A refusal beats what it replaces, however it is dated; one with the date of that consent has none of its own."""
    has_own_date = step.consent.decided_at > known.decided_at
    moment = max(min(step.consent.decided_at, record.at) if has_own_date else record.at, known.decided_at)
    return replace(step, at=moment, consent=replace(step.consent, decided_at=moment))


def _new_advice(record: _Record, step: s.AdviceRenewed) -> Iterator[_Outcome]:
    """One of the same day that says nothing else is the one on record, whoever noted its hour (R13)."""
    stands = record.case.advice
    is_same_day = record.case.renewed_at is not None and dutch_day(step.at) == dutch_day(record.case.renewed_at)
    says_no_more = stands is not None and step.feedback_text in {None, stands.feedback_text}
    if not (is_same_day and says_no_more):
        yield from _once(record, step)


def _maintained(record: _Record, step: s.RequestMaintained) -> Iterator[_Outcome]:
    if record.case.renewed_at is None or record.case.is_advice_renewed:
        yield from _once(record, step)


def _withdrawal(record: _Record, step: s.ConsentWithdrawn) -> Iterator[_Outcome]:
    known = record.case.own_consent(step.consent_id)
    if known is None or known.withdrawn_at is None or known.withdrawn_at > step.at:
        yield from _once(record, replace(step, at=min(step.at, record.at)))


_HOW: dict[type[s.Step], Callable[[_Record, Any], Iterator[_Outcome]]] = {
    s.RequestSubmitted: _request,
    s.RequestAccepted: _acceptance,
    s.AdviceRenewed: _new_advice,
    s.RequestMaintained: _maintained,
    s.ConsentGiven: _decision,
    s.ConsentRefused: _decision,
    s.ConsentWithdrawn: _withdrawal,
}
"""How each word of a statement meets the record; every other step is added once."""


def _missing(case: Case, known: Sequence[s.Step], named: tuple[str, ...]) -> tuple[str, ...]:
    """What was stated before and is not any more; a record from before there were statements counts as stated."""
    before = (*case.stated, *case.missing) if case.stated is not None else keys_of(known)
    ids = {key.partition(" ")[2] for key in named if key.startswith(_CONSENT)}
    return tuple(
        key
        for key in dict.fromkeys(before)
        if key not in named and not (key.startswith(_CONSENT) and key.partition(" ")[2] in ids)
    )


_CONSENT = ("consent-given ", "consent-refused ")
_ACCEPTED = s.RequestAccepted.code
_REFUSED = frozenset({s.RequestDeclined.code, s.RequestRedirected.code, s.RequestFoundInadmissible.code})
_PERMIT = frozenset(
    {
        _ACCEPTED,
        s.AdviceRenewed.code,
        s.RequestMaintained.code,
        s.EmployerAgreementRecorded.code,
        s.MilitaryExceptionRecorded.code,
        s.RecipientChosen.code,
        s.ComplaintDecided.code,
    }
)
"""Decisions that open a way; a refusal in the place of an acceptance closes it by itself."""


def _doubts_of_missing(missing: tuple[str, ...], named: tuple[str, ...]) -> Iterator[Doubt]:
    yield from (Doubt("consent-missing", key) for key in missing if key.startswith(s.ConsentGiven.code))
    is_refused = not _REFUSED.isdisjoint(named)
    yield from (
        Doubt("decision-missing", key) for key in missing if key in _PERMIT and not (key == _ACCEPTED and is_refused)
    )
