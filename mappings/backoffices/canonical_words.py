"""The closed lists of ``second-opinion-case/1`` that are not enumerations of its schema."""

from types import MappingProxyType
from typing import Final

from gateway.domain.rules.referral import CONTENTS
from gateway.domain.rules.triage import DECLINE_CODES, INADMISSIBLE_CODES, REDIRECT_CODES
from gateway.domain.steps import ComplaintSubject
from mappings.backoffices.words import WordList

_PAYERS = MappingProxyType({"employer": "employer", "employee": "employee"})
_ROLES = MappingProxyType(
    {
        "bedrijfsarts": "may request and give a second opinion",
        "praktijkondersteuner-bedrijfsarts": "under a supervising bedrijfsarts",
        "arboarts": "may not give one",
        "aios-bedrijfsgeneeskunde": "may not give one",
    }
)
_PHYSICIANS = ("steps[].first_physician", "steps[].contract.options[].physician", "steps[].physician")


def _each(*words: str) -> dict[str, str]:
    return {word: word for word in words}


LISTS: Final[tuple[WordList, ...]] = (
    WordList("about", ("steps[].about",), _each(*(subject.value for subject in ComplaintSubject))),
    WordList("contents", ("steps[].contents[]",), _each(*sorted(CONTENTS))),
    WordList("payer", ("steps[].payer",), _PAYERS),
    WordList(
        "reason_code",
        ("steps[].reason_code",),
        _each(*sorted(DECLINE_CODES | REDIRECT_CODES | INADMISSIBLE_CODES), "other"),
    ),
    WordList("role of a physician", tuple(f"{place}.role" for place in _PHYSICIANS), _ROLES),
)
"""An unknown word in one of them makes the record not understood."""
