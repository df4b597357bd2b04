"""Rules on who gives the second opinion: contract, choice, independence, registration (R3, R5 to R9, R37)."""

from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import EVERYBODY, Choice, Consent, Purpose, weigh
from gateway.domain.contract import ContractOption, OptionKind, organisation_of
from gateway.domain.days import dutch_day
from gateway.domain.directory import is_id, letters_in, normal
from gateway.domain.party import is_name
from gateway.domain.people import Physician, family_name_of, same_person
from gateway.domain.policy import Policy
from gateway.domain.protocol import ENQUIRY_STATES, BusinessStatus
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.rules.request import PHYSICIAN_ROLES, is_big
from gateway.domain.steps import EVERY_OPTION, RequestSubmitted

_LOST = frozenset({BusinessStatus.SO_DECLINED, BusinessStatus.STOPPED})


def contract_names_an_option(case: Case) -> Ruling:
    """R3: a contract in force on the day of the request, with at least one option or an agreement beside it (R9)."""
    if case.dossier is None:
        return PERMIT
    contract = case.dossier.contract
    if not contract.is_in_force_on(dutch_day(case.dossier.at)):
        return refuse("no-contract-in-force")
    return PERMIT if contract.options or case.has_employer_agreement else refuse("contract-names-no-option")


def contract_goes_on(case: Case, at: datetime) -> Ruling:
    """R3: what was in force on the day of the request is so on the day of the referral, or an agreement beside it."""
    if case.dossier is None or case.has_employer_agreement or case.dossier.contract.is_in_force_on(dutch_day(at)):
        return PERMIT
    return refuse("contract-ended")


def lost_recipients(case: Case) -> frozenset[str]:
    """Recipients that declined or stopped; they are not asked twice (R37)."""
    return frozenset(r.recipient for r in case.referrals if r.state in _LOST)


def chosen_options(case: Case) -> tuple[ContractOption, ...]:
    """The options the employee named, first choice first; the only option needs no choosing (R8).

    A second preference without a first choice is no choice.
    """
    if case.dossier is None or names_unknown_option(case):
        return ()
    contract = case.dossier.contract
    first = contract.option(case.dossier.chosen_option)
    if first is None:
        return contract.options if len(contract.options) == 1 else ()
    second = contract.option(case.dossier.second_preference)
    return (first,) if second is None or second == first else (first, second)


def option_in_turn(case: Case) -> ContractOption | None:
    """The option on which the choice stands: named later, or the first; the second only after a lost referral (R8)."""
    lost = lost_recipients(case)
    if case.dossier is not None and case.chosen_recipient not in {None, *lost}:
        return case.dossier.contract.option(case.chosen_option)
    options = chosen_options(case)
    return options[len(lost)] if len(lost) < len(options) else None


def names_unknown_option(case: Case) -> bool:
    """Whether the employee chose something the contract does not name: a choice outside the contract (R9)."""
    if case.dossier is None or case.dossier.chosen_option is None:
        return False
    return case.dossier.contract.option(case.dossier.chosen_option) is None


def intended_recipient(case: Case) -> str | None:
    """Whom the employee wants to be referred to, as the consents would name it; None when no choice is on record.

    In order: the recipient the employee chose in so many words, the referral under way, and whom the choice may mean.
    Consents are read within the choice, and never in its place: of the first choice those for its option, of the
    second preference likewise once a referral came to nothing. After that a newer consent for somebody else is a new
    choice (R37). Where no choice is on record, the newest consent shows what it is about, and permits nothing.
    """
    return next(iter(_meant(case)), None)


def _meant(case: Case) -> tuple[str, ...]:
    """Everybody whom the choice may mean; more than one is no choice yet."""
    lost = lost_recipients(case)
    if case.chosen_recipient is not None and case.chosen_recipient not in lost:
        return (case.chosen_recipient,)
    current = case.current_referral
    if current is not None and current.recipient not in lost and current.state not in ENQUIRY_STATES:
        return (current.recipient,)
    named = _recipients_in_consents(case, lost)
    anew = _standing(case, _decided_anew(case, named, lost))
    option = option_in_turn(case)
    if anew or option is None:
        return anew or _beside_the_contract(case, named) or named[:1]
    within = tuple(r for r in named if _covers(case, option, r))
    return _standing(case, within) or within[:1] or _organisation_in(option)


def _recipients_in_consents(case: Case, lost: frozenset[str]) -> tuple[str, ...]:
    """Recipients contact consents name, newest first; not those that declined, nor the house of one that did."""
    gone = lost | {organisation_of(recipient) for recipient in lost} | {EVERYBODY}
    named = [c for c in _contact_consents(case) if c.recipient not in gone]
    return tuple(dict.fromkeys(c.recipient for c in sorted(named, key=lambda c: c.decided_at, reverse=True)))


def _contact_consents(case: Case) -> list[Consent]:
    return [consent for consent in case.consents if consent.purpose is Purpose.CONTACT_TO_SO]


def _decided_anew(case: Case, named: tuple[str, ...], lost: frozenset[str]) -> tuple[str, ...]:
    """Of the recipients named, those for whom the employee decided after the last referral that was lost (R37)."""
    if not lost:
        return ()
    ended = max(r.ended_at or r.requested_at for r in case.referrals if r.recipient in lost)
    newer = {c.recipient for c in _contact_consents(case) if c.decided_at > ended}
    return tuple(recipient for recipient in named if recipient in newer)


def _standing(case: Case, named: tuple[str, ...]) -> tuple[str, ...]:
    """Of the recipients named, those with a consent that stands by the last word on any; a person before the house."""
    last = max((c.withdrawn_at or c.decided_at for c in _contact_consents(case)), default=None)
    given = [r for r in named if last is not None and weigh(case.consents, Purpose.CONTACT_TO_SO, r, last).is_active]
    houses = {organisation_of(recipient) for recipient in given if organisation_of(recipient) != recipient}
    return tuple(recipient for recipient in given if recipient not in houses)


def _beside_the_contract(case: Case, named: tuple[str, ...]) -> tuple[str, ...]:
    """Whom consents name outside the contract, where a choice outside it is on record (R9)."""
    if not may_leave_contract(case):
        return ()
    return _standing(case, tuple(recipient for recipient in named if is_outside_contract(case, recipient)))


def _covers(case: Case, option: ContractOption, recipient: str) -> bool:
    """Whether a recipient is one the option names; of two physicians in one house the one whose name it is."""
    if option.kind is OptionKind.OHS:
        return normal(organisation_of(recipient)) in map(normal, _organisation_in(option))
    if not option.covers(recipient) or option.kind is OptionKind.POOL or case.dossier is None:
        return option.covers(recipient)
    name = family_name_of(recipient.partition("/")[2])
    named = [o for o in case.dossier.contract.options if o.physician and family_name_of(o.physician.name) == name]
    there = [other for other in named if other.kind is OptionKind.PHYSICIAN and other.covers(recipient)]
    return not there or option in there


def _organisation_in(option: ContractOption) -> tuple[str, ...]:
    """The organisation an option stands for: where its physician works, or the service whose id it has for a name."""
    if option.kind is OptionKind.OHS:
        return (option.name,) if option.name is not None and is_id(option.name) else ()
    known = option.physician.organisation if option.physician is not None else None
    return (known,) if known is not None else ()


def chosen_by_employee(case: Case) -> Ruling:
    """R8, R37: with more than one option the employee chooses; after a decline again.

    A consent or a referral does not stand in for the choice: somebody who was never asked to choose may have signed
    for whom the service picked. A choice outside the contract is a choice; R9 judges it.
    """
    if case.awaits_choice:
        return refuse("not-chosen-by-employee")
    if case.dossier is None:
        return PERMIT
    if case.chosen_recipient is not None and case.chosen_recipient not in lost_recipients(case):
        return _choice_agrees(case, case.dossier, case.chosen_recipient)
    return _choice_at_request(case, case.dossier)


def _choice_at_request(case: Case, dossier: RequestSubmitted) -> Ruling:
    is_outside = is_outside_contract(case, intended_recipient(case)) and may_leave_contract(case)
    if names_unknown_option(case) and not is_outside:
        return refuse("chosen-option-unknown")
    if not chosen_options(case) and dossier.contract.options and not is_outside:
        return refuse("not-chosen-by-employee")
    if lost_recipients(case) and not _has_choice_left(case):
        return refuse("choose-again")
    return PERMIT if len(_meant(case)) <= 1 else refuse("consents-name-several")


def _choice_agrees(case: Case, dossier: RequestSubmitted, recipient: str) -> Ruling:
    """R8: a choice that names an option and a recipient means one of them, or nobody knows which."""
    if case.chosen_option is None:
        return PERMIT
    option = dossier.contract.option(case.chosen_option)
    if option is None:
        return PERMIT if is_outside_contract(case, recipient) else refuse("chosen-option-unknown")
    return PERMIT if _covers(case, option, recipient) else refuse("choice-contradicts")


def option_names_somebody(case: Case) -> Ruling:
    """R5, R6, R8: the option in turn says who it is: a physician with a place of work, a service, or a pool.

    What is left out is not known, so that neither registration nor independence can be told.
    """
    option = option_in_turn(case)
    if option is None or option.kind is OptionKind.POOL or case.awaits_choice:
        return PERMIT
    return PERMIT if _organisation_in(option) else refuse("option-names-nobody")


def as_chosen(case: Case, recipient: str | None) -> Ruling:
    """R8: who refers may spell the choice out, from the house to its physician, and not make another one."""
    intended = intended_recipient(case)
    if recipient is None or intended is None or recipient in {intended, *lost_recipients(case)}:
        return PERMIT
    option = option_in_turn(case)
    is_there = organisation_of(recipient) == organisation_of(intended) and intended == organisation_of(intended)
    is_meant = is_there and (option is None or _covers(case, option, recipient))
    return PERMIT if is_meant else refuse("recipient-not-chosen")


def _has_choice_left(case: Case) -> bool:
    """Whether, after a decline, another choice is on record: a new referral, a new consent or a second preference."""
    lost = lost_recipients(case)
    current = case.current_referral
    if current is not None and current.recipient not in lost:
        return True
    return bool(_recipients_in_consents(case, lost)) or option_in_turn(case) is not None


def is_second_preference(case: Case, recipient: str) -> bool:
    """Whether the employee named this recipient beforehand, in case the first choice would come to nothing (R8)."""
    if case.dossier is None or case.dossier.second_preference is None:
        return False
    option = case.dossier.contract.option(case.dossier.second_preference)
    return option is not None and option.kind is OptionKind.PHYSICIAN and option.covers(recipient)


def second_physician(case: Case, recipient: str) -> Physician | None:
    """The physician on record for a recipient: the one that accepted, or the chosen contract option's."""
    current = case.current_referral
    if current is not None and current.recipient == recipient and current.physician is not None:
        return current.physician
    return physician_chosen(case, recipient)


def physician_chosen(case: Case, recipient: str) -> Physician | None:
    """The physician of the contract option that the employee chose, whoever accepted."""
    named = _option_chosen_later(case, recipient)
    if named is not None and named.kind is OptionKind.PHYSICIAN:
        return named.physician
    options = case.dossier.contract.options if case.dossier else ()
    matching = [o for o in options if o.kind is OptionKind.PHYSICIAN and o.covers(recipient)]
    lost = len(lost_recipients(case))
    for option in chosen_options(case)[lost:] or chosen_options(case):
        if option in matching and _covers(case, option, recipient):
            return option.physician
    return matching[0].physician if len(matching) == 1 else None


def _option_chosen_later(case: Case, recipient: str) -> ContractOption | None:
    """The option the employee named after the request, when it was for this recipient."""
    if case.dossier is None or case.chosen_option is None or case.chosen_recipient != recipient:
        return None
    return case.dossier.contract.option(case.chosen_option)


def option_independent(case: Case, recipient: str) -> Ruling:
    """R5, R37: an option that was found not to be independent is not used, whatever else the case holds."""
    return refuse("option-not-independent") if _is_breached(case, recipient) else PERMIT


def _is_breached(case: Case, recipient: str) -> bool:
    """Whether a recipient stands for a breached option.

    By the option the employee named with the choice; where none was named, by every option that may be meant.
    """
    if case.dossier is None or not case.breached_options:
        return False
    if EVERY_OPTION in case.breached_options or is_physician_of_breach(case, second_physician(case, recipient)):
        return True
    named = _option_chosen_later(case, recipient)
    covering = [option for option in case.dossier.contract.options if option.covers(recipient)]
    by_name = [option for option in covering if option.kind is OptionKind.PHYSICIAN]
    meant = [named] if named is not None else by_name or covering
    return any(option.option_id in case.breached_options for option in meant)


def is_physician_of_breach(case: Case, physician: Physician | None) -> bool:
    """Whether somebody is the physician of an option that was found not to be independent (R5)."""
    if physician is None or case.dossier is None:
        return False
    options = case.dossier.contract.options
    breached = (option.physician for option in options if option.option_id in case.breached_options)
    return any(known is not None and same_person(known, physician.name, physician.big) for known in breached)


def independent(case: Case, policy: Policy, recipient: str) -> Ruling:
    """R5: per person and per organisation; the military exception needs policy and a recorded finding."""
    known = second_physician(case, recipient) or _chosen_physician(case, recipient)
    return independent_of_first(case, policy, recipient, known)


def _chosen_physician(case: Case, recipient: str) -> Physician | None:
    """The physician the employee chose, when the recipient's name does not lead to one of the contract."""
    chosen = chosen_options(case)[len(lost_recipients(case)) :]
    if case.chosen_recipient == recipient or not chosen or may_leave_contract(case):
        return None
    return chosen[0].physician


def independent_of_first(case: Case, policy: Policy, recipient: str, physician: Physician | None) -> Ruling:
    """R5 for a physician known by now, before sending and again at acceptance."""
    if case.dossier is None:
        return PERMIT
    first = case.dossier.first_physician
    same_people = {big for big in (first.big, first.supervisor_big) if big}
    if physician is not None and physician.big in same_people:
        return refuse("not-independent")
    if is_physician_of_breach(case, physician):
        return refuse("option-not-independent")
    places = (case.dossier.organisation, first.organisation, case.dossier.employer.kvk, case.dossier.employer.name)
    own = {_house(place) for place in (*places, *first.other_organisations) if place}
    if not own.isdisjoint(_organisations(recipient, physician)) and not (
        policy.same_organisation_allowed and case.has_military_exception
    ):
        return refuse("not-independent")
    return PERMIT


def _organisations(recipient: str, physician: Physician | None) -> set[str]:
    known = [recipient]
    if physician is not None:
        known += [*physician.other_organisations, *((physician.organisation,) if physician.organisation else ())]
    return {_house(place) for place in known}


def _house(place: str) -> str:
    """Spell an organisation as it is compared, without the person there (R5): what restricts is read generously."""
    return letters_in(organisation_of(place))


def registered(case: Case, recipient: str) -> Ruling:
    """R6: a registered bedrijfsarts with a BIG number, when the physician is on record."""
    physician = second_physician(case, recipient)
    return PERMIT if physician is None else registered_physician(physician)


def registered_physician(physician: Physician) -> Ruling:
    """R6 for one physician, whose name people will read."""
    if not is_name(physician.name):
        return refuse("name-unreadable")
    if physician.role in PHYSICIAN_ROLES and physician.big and not is_big(physician.big):
        return refuse("big-malformed")
    return PERMIT if physician.role in PHYSICIAN_ROLES and physician.big else refuse("not-registered")


def within_contract(case: Case, recipient: str, at: datetime) -> Ruling:
    """R9: outside the contract only with EMPLOYER-AWARE consent first, and the employer's recorded agreement.

    Without the agreement the service does not arrange it, so what can move the case is another choice.
    """
    if not is_outside_contract(case, recipient):
        return PERMIT
    if not employer_may_know(case, at):
        return refuse("outside-contract-unaware")
    return PERMIT if case.has_employer_agreement else refuse("outside-contract-not-agreed")


def is_outside_contract(case: Case, recipient: str | None) -> bool:
    """Whether the choice lies outside the contract (R9).

    A physician the contract names is always inside. A pool covers everybody, unless the employee named an option the
    contract does not have, or the employer agreed to somebody else. Who chose no option, yet let the employer know
    (which only R9 asks for), goes beside the contract.
    """
    if case.dossier is None:
        return False
    options = case.dossier.contract.options
    if recipient is not None and any(o.kind is OptionKind.PHYSICIAN and o.covers(recipient) for o in options):
        return False
    if names_unknown_option(case) or case.has_employer_agreement:
        return True
    has_chosen = case.dossier.chosen_option is not None
    if recipient is None or not options or (may_leave_contract(case) and not has_chosen):
        return may_leave_contract(case) and not has_chosen
    return not any(option.covers(recipient) for option in options)


def may_leave_contract(case: Case) -> bool:
    """Whether a choice outside the contract is on record: by name, by agreement, or by telling the employer."""
    is_told = any(c.purpose is Purpose.EMPLOYER_AWARE and c.choice is Choice.GIVEN for c in case.consents)
    return is_told or case.has_employer_agreement or names_unknown_option(case)


def employer_may_know(case: Case, at: datetime) -> bool:
    """Whether the employee consented that the employer learns of the request (R9)."""
    recipients = {c.recipient for c in case.consents if c.purpose is Purpose.EMPLOYER_AWARE}
    return any(weigh(case.consents, Purpose.EMPLOYER_AWARE, r, at).is_active for r in recipients)
