"""Judge a back office's record before it counts: the same for ``case check`` and ``case submit``."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from gateway.domain import steps as s
from gateway.domain.case import Case, apply, fold
from gateway.domain.consent import EVERYBODY, Choice, Purpose
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.days import LEEWAY, dutch_day
from gateway.domain.directory import Directory, directory_of, is_organisation_id
from gateway.domain.people import Organisation
from gateway.domain.policy import Policy
from gateway.domain.restatement import Doubt
from gateway.domain.rules.decisions import counted, is_permissive, may_record
from gateway.domain.rules.recipient import may_leave_contract
from gateway.domain.rules.refusal import Refusal
from gateway.domain.steps import ActorRole


@dataclass(frozen=True, slots=True)
class Defect:
    """A decision in the record that its rule does not allow.

    Attributes:
        step: The decision.
        refusals: What the live command would say.
        counts: Whether the step stays all the same, because it restricts or decides nothing.
    """

    step: s.Step
    refusals: tuple[Refusal, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A record as it was judged.

    Attributes:
        steps: What counts of it, oldest first.
        doubts: Hold the case: it may not be referred, and no report may return.
        defects: Decisions that break a rule.
        is_ahead: Whether the request itself is dated in the future, so that there is no case yet.
    """

    steps: tuple[s.Step, ...]
    doubts: tuple[Doubt, ...] = ()
    defects: tuple[Defect, ...] = ()
    is_ahead: bool = False


def judge(
    said: Sequence[s.Step], policy: Policy, directory: Directory, now: datetime | None, doubts: Iterable[Doubt] = ()
) -> Statement:
    """Judge the steps of a record.

    Args:
        said: As the reader gave them, oldest first.
        policy: Of the arbodienst.
        directory: Whom recipients may be.
        now: Nothing later than this may permit anything; None to take the record as of its last event.
        doubts: What the reader did not understand.
    """
    found = list(doubts)
    resolved = tuple(_resolved(said, directory, found))
    found += _organisations_that_are_names(resolved)
    timely = resolved if now is None else tuple(_until(resolved, now + LEEWAY, found))
    founded = tuple(_by_who_may(timely, found))
    kept, defects = _weighed(founded, policy)
    is_ahead = any(isinstance(step, s.RequestSubmitted) for step in resolved) and not any(
        isinstance(step, s.RequestSubmitted) for step in timely
    )
    return Statement(kept, tuple(dict.fromkeys(found)), defects, is_ahead)


def directory_for(
    said: Iterable[s.Step],
    organisation: Organisation,
    partners: Iterable[tuple[str, str, tuple[str, ...]]] = (),
    known: Case | None = None,
) -> Directory:
    """Whom the recipients of a record may be: partners, what is on record, the contract, the arbodienst, the chosen."""
    said = tuple(said)
    dossier = next((step for step in said if isinstance(step, s.RequestSubmitted)), None)
    chosen = [step.recipient for step in said if isinstance(step, s.RecipientChosen)]
    asked = [step.recipient for step in said if isinstance(step, s.ReferralRequested)]
    consented = [c.recipient for c in known.consents] if known else []
    whole = partial(
        directory_of,
        dossier or (known.dossier if known else None),
        organisation,
        partners=tuple(partners),
        is_open=_may_leave_contract(said) or (known is not None and may_leave_contract(known)),
    )
    also = (*consented, *chosen, *asked)
    if not whole(also=also).is_open:
        return whole(also=also)
    given = [step.consent.recipient for step in said if isinstance(step, s.ConsentGiven)]
    return whole(also=(*also, *given))


def _may_leave_contract(said: tuple[s.Step, ...]) -> bool:
    """Whether the record speaks of somebody outside the contract (R9)."""
    return any(
        isinstance(step, s.EmployerAgreementRecorded)
        or (isinstance(step, s.ConsentGiven) and step.consent.purpose is Purpose.EMPLOYER_AWARE)
        for step in said
    )


def _resolved(said: Iterable[s.Step], directory: Directory, doubts: list[Doubt]) -> Iterator[s.Step]:
    """Name recipients by their ids; who objects to nobody we know objects to everybody."""
    said = tuple(said)
    withdrawn = {step.consent_id for step in said if isinstance(step, s.ConsentWithdrawn)}
    for step in said:
        if isinstance(step, s.ConsentGiven | s.ConsentRefused):
            consent = step.consent
            is_refused = consent.choice is Choice.REFUSED
            recipient = directory.resolve(consent.purpose, consent.recipient, is_objection=is_refused)
            if recipient is None and consent.consent_id in withdrawn:
                recipient = EVERYBODY
            if recipient is None:
                doubts.append(Doubt("recipient-unknown", f"{step.code} {consent.consent_id}"))
                continue
            yield replace(step, consent=replace(consent, recipient=recipient))
        elif isinstance(step, s.RecipientChosen | s.ReferralRequested):
            yield replace(step, recipient=directory.find(step.recipient) or step.recipient)
        elif isinstance(step, s.RequestSubmitted):
            options = tuple(_named(option, directory) for option in step.contract.options)
            yield replace(step, contract=replace(step.contract, options=options))
        else:
            yield step


def _named(option: ContractOption, directory: Directory) -> ContractOption:
    """Name a service by its id, where it is known: whom the option stands for is compared by that (R8)."""
    if option.kind is not OptionKind.OHS or option.name is None:
        return option
    return replace(option, name=directory.find(option.name) or option.name)


def _organisations_that_are_names(steps: Iterable[s.Step]) -> Iterator[Doubt]:
    """R5 compares ids; a name in the place of one would pass for somebody else."""
    for step in steps:
        if isinstance(step, s.RequestSubmitted):
            doctors = [step.first_physician, *(o.physician for o in step.contract.options if o.physician)]
            places = [step.organisation, *(d.organisation for d in doctors)]
            places += [place for d in doctors for place in d.other_organisations]
            if not all(place is None or is_organisation_id(place) for place in places):
                yield Doubt("organisation-not-an-id", step.code)


_DECIDED_AHEAD = (s.RequestSubmitted, s.ConsentGiven, s.RecipientChosen, s.MilitaryExceptionRecorded)


def _until(steps: Iterable[s.Step], latest: datetime, doubts: list[Doubt]) -> Iterator[s.Step]:
    """Leave out what permits something and is dated in the future; what restricts counts from now (R25)."""
    for step in steps:
        is_ahead = step.at > latest and not isinstance(step, s.ReferralStep)
        if isinstance(step, s.RequestSubmitted) and _is_ahead(step.discussed_with_first_physician_on, latest):
            doubts.append(Doubt("dated-in-future", "request-submitted discussed_with_first_physician_on"))
        if isinstance(step, s.RequestSubmitted) and _is_ahead(step.advice.feedback_on, latest):
            doubts.append(Doubt("dated-in-future", "request-submitted advice.feedback_on"))
        if is_ahead:
            doubts.append(Doubt("dated-in-future", step.code))
        if not (is_ahead and (isinstance(step, _DECIDED_AHEAD) or is_permissive(step))):
            yield step


def _is_ahead(day: date | None, latest: datetime) -> bool:
    return day is not None and day > dutch_day(latest)


_CONSENTS = frozenset(
    {ActorRole.EMPLOYEE, ActorRole.BACK_OFFICE, ActorRole.FIRST_PHYSICIAN, ActorRole.PRACTICE_ASSISTANT}
)
"""Who gives a consent, or writes down what the employee gave on paper (R25)."""


def _by_who_may(steps: Iterable[s.Step], doubts: list[Doubt]) -> Iterator[s.Step]:
    """Leave out consents that somebody else gave; a refusal by anybody counts."""
    steps = tuple(steps)
    dossier = next((step for step in steps if isinstance(step, s.RequestSubmitted)), None)
    for step in steps:
        if isinstance(step, s.ConsentGiven) and not _may_consent(dossier, step):
            doubts.append(Doubt("consent-not-by-employee", f"{step.code} {step.consent.consent_id}"))
        else:
            yield step


def _may_consent(dossier: s.RequestSubmitted | None, step: s.ConsentGiven) -> bool:
    """R2, R25: the employee, whoever writes it down, or a representative whose signed mandate covers it by then."""
    if step.by.role is not ActorRole.REPRESENTATIVE:
        return step.by.role in _CONSENTS
    known = dossier.employee.representative if dossier else None
    if known is None or not known.may_consent or known.mandate_signed_on is None:
        return False
    return known.mandate_signed_on <= dutch_day(step.consent.decided_at)


def _weighed(steps: Iterable[s.Step], policy: Policy) -> tuple[tuple[s.Step, ...], tuple[Defect, ...]]:
    """Ask of every decision what the live command would ask; what opens a way and does not hold is left out."""
    case, kept, defects = fold("", ()), list[s.Step](), list[Defect]()
    for step in steps:
        decision = may_record(policy, case, step)
        counting = step if decision.is_permitted else counted(case, step)
        if not decision.is_permitted:
            defects.append(Defect(step, decision.refusals, counting is not None))
        if counting is not None:
            kept.append(counting)
            case = apply(case, (counting,))
    return tuple(kept), tuple(defects)
