"""What the employee reads when the content of a case was erased: every step, and nothing about a person (R57, Q25)."""

from collections.abc import Callable

from gateway.domain.entry import PublicEntry
from mappings.letters import times
from mappings.letters.layout import hanging, one_line
from mappings.letters.step_names import STEP_NAMES
from mappings.letters.words import ROLES

_INDENT = 18


def printed_trace(entry: PublicEntry, name_of: Callable[[str], str]) -> str:
    """One step as a block of text, at most 80 columns wide; the public part of the journal has no more."""
    step = STEP_NAMES.get(entry.code, entry.code)
    moment = f"{times.short_day(entry.recorded_at)} {times.clock_time(entry.recorded_at)}"
    role = ROLES.get(entry.actor_role, entry.actor_role)
    block = hanging(moment, f"{step[0].upper()}{step[1:]}.", _INDENT)
    return "\n".join(block + hanging("  Door:", one_line(f"{role}, {name_of(entry.organisation)}"), _INDENT))
