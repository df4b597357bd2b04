"""The employee's log: every step, in the order in which it happened, in plain Dutch (R49, R50, R52)."""

from collections.abc import Iterable, Mapping, Sequence

from jinja2 import Environment, Template

from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.days import AMSTERDAM
from gateway.domain.errors import RefusedError
from gateway.domain.rules.refusal import CATALOGUE
from gateway.ports.letters import LogLine
from gateway.ports.store import JournalEntry
from mappings.letters import times
from mappings.letters.directory import Directory
from mappings.letters.grounds import RULES
from mappings.letters.layout import hanging, one_line
from mappings.letters.permission import consent_words
from mappings.letters.sentences import SENTENCES
from mappings.letters.words import actor_words

_INDENT = 18


class LogWriter:
    """Turns journal entries into lines.

    Args:
        environment: With the filters that sentences use.
        organisations: Names by organisation id.
    """

    def __init__(self, environment: Environment, organisations: Mapping[str, str]) -> None:
        self._organisations = organisations
        self._sentences: dict[str, Template] = {
            code: environment.from_string(sentence) for code, sentence in SENTENCES.items()
        }

    def lines(self, case: Case, entries: Sequence[JournalEntry]) -> list[LogLine]:
        """One line per entry, oldest first; entries of the same instant in journal order.

        Raises:
            RefusedError: An entry belongs to another case: somebody else's data must never show here.
        """
        if any(entry.case_id != case.case_id for entry in entries):
            raise RefusedError(
                "log-of-another-case",
                "The entries belong to another case than the log that was asked for.",
                remedy="Read the entries of this one case.",
                rules=("R50",),
            )
        who = Directory(case, self._organisations)
        return [self._line(case, entry, who) for entry in sorted(entries, key=lambda e: (e.step.at, e.sequence))]

    def _line(self, case: Case, entry: JournalEntry, who: Directory) -> LogLine:
        step = entry.step
        rules = _rules(step)
        recipient, partner = _recipient(case, step), getattr(step, "partner", None)
        late = times.day_of(entry.recorded_at) != times.day_of(step.at)
        return LogLine(
            sequence=entry.sequence,
            at=step.at.astimezone(AMSTERDAM).isoformat(),
            day=times.short_day(step.at),
            time=times.clock_time(step.at),
            season=times.season_when_ambiguous(step.at),
            recorded_on=times.short_day(entry.recorded_at) if late else None,
            code=step.code,
            what=one_line(self._sentences[step.code].render(step=step, who=who)),
            by=one_line(actor_words(step.by, who(step.by.organisation))),
            role=step.by.role.value,
            organisation=step.by.organisation,
            on_behalf_of=one_line(step.by.on_behalf_of) if step.by.on_behalf_of else None,
            recipient=one_line(who(recipient)) if recipient else None,
            partner=one_line(who(partner)) if partner else None,
            consents=tuple(one_line(words) for words in consent_words(case, step)),
            rules=rules,
            rule_words=tuple(RULES[rule] for rule in rules if rule in RULES),
            message_id=step.message_id,
        )


def _recipient(case: Case, step: s.Step) -> str | None:
    """For whom a step was meant: the recipient or colleague it names, or the recipient of its consent."""
    match step:
        case s.ConsentGiven() | s.ConsentRefused():
            return step.consent.recipient
        case s.ConsentWithdrawn():
            consent = case.consent(step.consent_id)
            return consent.recipient if consent else None
        case s.RecipientChosen() | s.ReferralRequested():
            return step.recipient
        case s.TransferDecided() | s.HandoverMade():
            return step.colleague
        case _:
            return None


def _rules(step: s.Step) -> tuple[str, ...]:
    """The rules of a step; of a refused act those that were named then, or else those behind the refusal."""
    if not isinstance(step, s.ActionRefused):
        return step.rules
    codes = (step.reason, *step.because_of)
    named = [code for code in codes if code[:1] == "R" and code[1:].isdigit()]
    behind = [rule for code in codes for rule in (CATALOGUE[code].rules if code in CATALOGUE else ())]
    return tuple(dict.fromkeys(named or behind)) or step.rules


def printed(line: LogLine) -> str:
    """One log line as a block of text, at most 80 columns wide."""
    block = hanging(f"{line.day} {line.time}", line.what, _INDENT)
    for label, text in _details(line):
        block += hanging(f"  {label}:", text, _INDENT)
    return "\n".join(block)


_PHYSICIANS = (s.ActorRole.FIRST_PHYSICIAN, s.ActorRole.SECOND_PHYSICIAN)
"""Of a stand-in it is said with the name for whom."""


def _details(line: LogLine) -> Iterable[tuple[str, str]]:
    """Label and text of everything said below the first line."""
    is_told = not line.on_behalf_of or line.role in _PHYSICIANS
    behalf = "" if is_told else f"; verantwoordelijk: {line.on_behalf_of}"
    yield "Door", f"{line.by}{behalf}"
    if line.partner:
        yield "Andere partij", line.partner
    for consent in line.consents:
        yield "Toestemming", consent
    for words in line.rule_words:
        yield "Regel", words
    if line.season:
        yield "Tijd", f"{line.time} uur {line.season}"
    if line.recorded_on:
        yield "Vastgelegd", f"op {line.recorded_on}"
