"""The page to print: what is held of a case, in plain Dutch, in lines of 80 columns."""

from collections.abc import Sequence

from gateway.domain.retention import TERMS, Ending
from gateway.domain.steps import CaseRead
from gateway.ports.copies import CaseCopy
from gateway.ports.letters import Letter
from gateway.ports.store import JournalEntry
from mappings.copies.document import CopiedMessage, CopiedTerm, Names, messages, terms
from mappings.copies.facts import facts
from mappings.letters.environment import text_environment
from mappings.letters.layout import hanging, on_paper
from mappings.letters.step_names import STEP_NAMES
from mappings.letters.times import clock_time, short_day
from mappings.letters.words import actor_words

_INDENT = 18
_YEAR_DAYS = 366


def page(copied: CaseCopy, letters: Sequence[Letter], log: str, name_of: Names) -> str:
    """The whole page.

    Args:
        copied: What is held.
        letters: As they can be written now.
        log: The employee's log.
        name_of: Names of organisations and recipients.
    """
    chronological = sorted(copied.entries, key=lambda entry: (entry.step.at, entry.sequence))
    template = text_environment("mappings.copies").get_template("copy.txt.j2")
    text = template.render(
        copied=copied,
        maker=actor_words(copied.made_by, name_of(copied.made_by.organisation)),
        records=[record for entry in chronological if (record := _record(entry))],
        messages=[_message(message) for message in messages(copied, name_of)],
        letters=letters,
        log=log,
        terms=[(term.words, _lasts(term)) for term in terms(copied)],
    )
    return on_paper(text)


def _record(entry: JournalEntry) -> str:
    """What was recorded at one step; empty when the log says it all."""
    step = entry.step
    lines = [] if isinstance(step, CaseRead) else facts(step)
    moment = f"{short_day(step.at)} {clock_time(step.at)}"
    name = STEP_NAMES[step.code]
    return "\n".join([*hanging(moment, f"{name[0].upper()}{name[1:]}.", _INDENT), *lines]) if lines else ""


def _message(message: CopiedMessage) -> str:
    road = f"Naar {message.partner_name}" if message.direction == "sent" else f"Van {message.partner_name}"
    moment = f"{short_day(message.at)} {clock_time(message.at)}"
    return "\n".join(hanging(moment, f"{road}: {message.words}; {message.state_words}.", _INDENT))


def _lasts(term: CopiedTerm) -> str:
    """``ten minste 20 jaar``; of what the gateway never deletes or does not hold, the shortest time."""
    least = "ten minste " if TERMS[term.kind].ending in {Ending.KEPT, Ending.ELSEWHERE} else ""
    days = term.days
    if days and days % _YEAR_DAYS == 0:
        return f"{least}{days / _YEAR_DAYS:g} jaar"
    number, unit = (days, "dag" if days == 1 else "dagen") if days >= 1 or not days else (days * 24, "uur")
    return f"{least}{number:g} {unit}"
