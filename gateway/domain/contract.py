"""The base contract between employer and occupational health service (R3, R4, R7 to R9)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.people import Physician


class OptionKind(StrEnum):
    """What a contract option names."""

    PHYSICIAN = "physician"
    OHS = "ohs"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class ContractOption:
    """One choice the contract gives the employee (R8)."""

    option_id: str
    kind: OptionKind
    name: str | None = None
    physician: Physician | None = None

    def covers(self, recipient: str) -> bool:
        """Whether a referral to this recipient falls under the option; pools and services name no physician."""
        if self.kind is not OptionKind.PHYSICIAN or self.physician is None:
            return True
        return self.physician.organisation == organisation_of(recipient)


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract as it stood for this case."""

    number: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    employer_agreed_on: date | None = None
    employer_agreed_by: str | None = None
    works_council_agreed: bool | None = None
    options: tuple[ContractOption, ...] = ()
    has_cancellation_costs: bool = False

    def is_in_force_on(self, day: date) -> bool:
        """Whether the contract runs on that day, first and last day included."""
        if self.starts_on is None or day < self.starts_on:
            return False
        return self.ends_on is None or day <= self.ends_on

    def option(self, option_id: str | None) -> ContractOption | None:
        """The option with that id, or None."""
        return next((option for option in self.options if option.option_id == option_id), None)


def organisation_of(recipient: str) -> str:
    """The organisation in a recipient: ``arbo-verhagen/G4`` is person ``G4`` at ``arbo-verhagen``."""
    return recipient.partition("/")[0]
