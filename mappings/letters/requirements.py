"""What must be on record before a letter may say it: values, or a refusal that names the way out."""

from typing import TypeVar

from gateway.domain.errors import RefusedError
from gateway.domain.rules.refusal import Refusal, Ruling

_Value = TypeVar("_Value")


def on_record(value: _Value | None, what: str, *rules: str) -> _Value:
    """The value.

    Args:
        value: What the letter needs.
        what: How a person would name it.
        rules: The rules that ask for it.

    Raises:
        RefusedError: ``letter-without-ground``: the case does not hold it.
    """
    if value is None:
        raise RefusedError(
            "letter-without-ground",
            f"This letter cannot be written: {what} is not on record.",
            remedy="Record it first; a letter says nothing that the case does not.",
            rules=rules,
        )
    return value


def written(reasons: str | None, *rules: str) -> str:
    """Reasons that say something, unchanged."""
    return on_record(reasons if reasons and reasons.strip() else None, "a text with reasons", *rules)


def permitted(ruling: Ruling) -> None:
    """Raise what a rule refuses, in the rule's own words."""
    if isinstance(ruling, Refusal):
        raise RefusedError(ruling.code, ruling.message, remedy=ruling.remedy, rules=ruling.rules)
