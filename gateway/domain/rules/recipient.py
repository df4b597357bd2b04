"""Rules on who gives the second opinion: contract, choice, independence, registration (R3, R5 to R9, R37)."""

from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import Purpose, weigh
from gateway.domain.contract import ContractOption, OptionKind, organisation_of
from gateway.domain.days import dutch_day
from gateway.domain.people import Physician
from gateway.domain.policy import Policy
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.rules.request import PHYSICIAN_ROLES, is_big

_LOST = frozenset({BusinessStatus.SO_DECLINED, BusinessStatus.STOPPED})


def contract_names_an_option(case: Case) -> Ruling:
    """R3: a contract in force on the day of the request, with at least one option."""
    if case.dossier is None:
        return PERMIT
    contract = case.dossier.contract
    if not contract.is_in_force_on(dutch_day(case.dossier.at)):
        return refuse("no-contract-in-force")
    return PERMIT if contract.options else refuse("contract-names-no-option")


def lost_recipients(case: Case) -> frozenset[str]:
    """Recipients that declined or stopped; they are not asked twice (R37)."""
    return frozenset(r.recipient for r in case.referrals if r.state in _LOST)


def chosen_options(case: Case) -> tuple[ContractOption, ...]:
    """The options the employee named, first choice first."""
    if case.dossier is None:
        return ()
    contract = case.dossier.contract
    named = (contract.option(case.dossier.chosen_option), contract.option(case.dossier.second_preference))
    chosen = tuple(option for option in named if option is not None)
    if not chosen and len(contract.options) == 1:
        return contract.options
    return chosen


def intended_recipient(case: Case) -> str | None:
    """Whom the employee wants to be referred to, as the consents would name it; None when no choice is on record.

    In order: an explicit choice, the referral under way, the person the newest contact consent names within a chosen
    option, the organisation of the chosen option that has not declined.
    """
    lost = lost_recipients(case)
    if case.chosen_recipient is not None and case.chosen_recipient not in lost:
        return case.chosen_recipient
    current = case.current_referral
    if current is not None and current.recipient not in lost and current.state not in _AVAILABILITY:
        return current.recipient
    return _recipient_in_consents(case, lost) or _organisation_chosen(case, lost)


_AVAILABILITY = frozenset({BusinessStatus.AVAILABILITY_ASKED, BusinessStatus.AVAILABLE, BusinessStatus.NOT_AVAILABLE})


def _recipient_in_consents(case: Case, lost: frozenset[str]) -> str | None:
    named = [c for c in case.consents if c.purpose is Purpose.CONTACT_TO_SO and c.recipient not in lost]
    return max(named, key=lambda c: c.decided_at).recipient if named else None


def _organisation_chosen(case: Case, lost: frozenset[str]) -> str | None:
    gone = {organisation_of(recipient) for recipient in lost}
    for position, option in enumerate(chosen_options(case)):
        organisation = option.physician.organisation if option.physician else None
        if organisation is not None and (organisation not in gone or position >= len(lost)):
            return organisation
    return None


def chosen_by_employee(case: Case) -> Ruling:
    """R8, R37: with more than one option the employee chooses; after a decline again."""
    if case.dossier is None or case.chosen_recipient not in {None, *lost_recipients(case)}:
        return PERMIT
    if not chosen_options(case) and case.dossier.contract.options:
        return refuse("not-chosen-by-employee")
    if lost_recipients(case) and not _has_choice_left(case):
        return refuse("choose-again")
    return PERMIT


def _has_choice_left(case: Case) -> bool:
    """Whether, after a decline, another choice is on record: a new referral, a new consent or a second preference."""
    lost = lost_recipients(case)
    current = case.current_referral
    if current is not None and current.recipient not in lost:
        return True
    if _recipient_in_consents(case, lost) is not None:
        return True
    return (
        case.dossier is not None
        and case.dossier.second_preference is not None
        and len(lost) < len(chosen_options(case))
    )


def second_physician(case: Case, recipient: str) -> Physician | None:
    """The physician on record for a recipient: the one that accepted, or the chosen contract option's."""
    current = case.current_referral
    if current is not None and current.recipient == recipient and current.physician is not None:
        return current.physician
    options = case.dossier.contract.options if case.dossier else ()
    matching = [o for o in options if o.kind is OptionKind.PHYSICIAN and o.covers(recipient)]
    lost = len(lost_recipients(case))
    for option in chosen_options(case)[lost:] or chosen_options(case):
        if option in matching:
            return option.physician
    return matching[0].physician if len(matching) == 1 else None


def independent(case: Case, policy: Policy, recipient: str) -> Ruling:
    """R5: per person and per organisation; the military exception needs policy and a recorded finding."""
    physician = second_physician(case, recipient)
    return independent_of_first(case, policy, recipient, physician)


def independent_of_first(case: Case, policy: Policy, recipient: str, physician: Physician | None) -> Ruling:
    """R5 for a physician known by now, before sending and again at acceptance."""
    if case.dossier is None:
        return PERMIT
    first = case.dossier.first_physician
    same_people = {big for big in (first.big, first.supervisor_big) if big}
    if physician is not None and physician.big in same_people:
        return refuse("not-independent")
    own = {case.dossier.organisation, first.organisation, case.dossier.employer.kvk, case.dossier.employer.name}
    own |= set(first.other_organisations)
    if not own.isdisjoint(_organisations(recipient, physician)) and not (
        policy.same_organisation_allowed and case.has_military_exception
    ):
        return refuse("not-independent")
    return PERMIT


def _organisations(recipient: str, physician: Physician | None) -> set[str]:
    known = {organisation_of(recipient)}
    if physician is not None:
        known |= set(physician.other_organisations)
        known |= {physician.organisation} if physician.organisation else set()
    return known


def registered(case: Case, recipient: str) -> Ruling:
    """R6: a registered bedrijfsarts with a BIG number, when the physician is on record."""
    physician = second_physician(case, recipient)
    return PERMIT if physician is None else registered_physician(physician)


def registered_physician(physician: Physician) -> Ruling:
    """R6 for one physician."""
    return PERMIT if physician.role in PHYSICIAN_ROLES and is_big(physician.big) else refuse("not-registered")


def within_contract(case: Case, recipient: str, at: datetime) -> Ruling:
    """R9: outside the contract only with EMPLOYER-AWARE consent first, and the employer's recorded agreement."""
    if not is_outside_contract(case, recipient):
        return PERMIT
    if not employer_may_know(case, at):
        return refuse("outside-contract-unaware")
    return PERMIT if case.has_employer_agreement else refuse("outside-contract-not-agreed")


def is_outside_contract(case: Case, recipient: str) -> bool:
    """Whether no option of the contract covers the recipient."""
    if case.dossier is None or not case.dossier.contract.options:
        return False
    return not any(option.covers(recipient) for option in case.dossier.contract.options)


def employer_may_know(case: Case, at: datetime) -> bool:
    """Whether the employee consented that the employer learns of the request (R9)."""
    recipients = {c.recipient for c in case.consents if c.purpose is Purpose.EMPLOYER_AWARE}
    return any(weigh(case.consents, Purpose.EMPLOYER_AWARE, r, at).is_active for r in recipients)
