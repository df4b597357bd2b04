"""Who is who: names for the organisation ids and recipients of a case; the id itself when no name is known."""

from collections.abc import Iterable, Mapping

from gateway.domain.case import Case
from gateway.domain.contract import ContractOption, organisation_of
from gateway.domain.people import Organisation
from gateway.domain.referral_state import ReferralState
from gateway.domain.steps import ReferralRequested


class Directory:
    """Names within one case.

    Args:
        case: Its contract options and referrals name organisations and persons.
        known: Names by organisation id; they beat what the case says.
    """

    def __init__(self, case: Case, known: Mapping[str, str]) -> None:
        self._organisations = {o.organisation_id: o.name for o in _organisations(case)} | dict(known)
        options = case.dossier.contract.options if case.dossier else ()
        self._persons = {option.option_id: name for option in options if (name := _person(option))}

    def __call__(self, recipient: str | None) -> str:
        """The name of an organisation, or of ``organisation/person``; ``onbekend`` for nobody."""
        if not recipient:
            return "onbekend"
        organisation = organisation_of(recipient)
        name = self._organisations.get(organisation, organisation)
        person = recipient.partition("/")[2]
        return f"{self._persons.get(person, person)} ({name})" if person else name

    def destination(self, referred: ReferralRequested | ReferralState) -> str:
        """Name whom a referral is for, and through whom it goes where that is another organisation (R49)."""
        name = self(referred.recipient)
        performer = referred.referral.performer_organisation.organisation_id if referred.referral else None
        goes_through = performer is not None and performer != organisation_of(referred.recipient)
        return f"{name}, via {self(performer)}" if goes_through else name


def _organisations(case: Case) -> Iterable[Organisation]:
    for referral in case.referrals:
        if referral.referral is not None:
            yield referral.referral.requester_organisation
            yield referral.referral.performer_organisation


def _person(option: ContractOption) -> str | None:
    return option.physician.name if option.physician is not None else option.name
