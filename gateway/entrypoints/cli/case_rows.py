"""Rows of an export: which cases stand in it twice, and what there is to tell of each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.application.match_numbers import Matched
from gateway.domain.case_number import kept_as, sought_as
from gateway.domain.restatement import Doubt
from gateway.domain.rules.refusal import Refusal, refuse
from gateway.domain.steps import ConsentGiven, ConsentRefused
from gateway.entrypoints.cli.failures import say
from gateway.ports.backoffice import CaseImport, ImportProblem

if TYPE_CHECKING:
    from gateway.entrypoints.cli.session import Session


def repeated(items: Iterable[CaseImport | ImportProblem]) -> Iterator[CaseImport | ImportProblem]:
    """The same rows, with a problem in the place of every case whose number occurs more than once.

    Nobody can tell which of two rows is the case, and they may be two people. Numbers are compared as they are read:
    see ``case_number``.
    """
    items = list(items)
    lines: dict[str, set[int]] = {}
    for item in items:
        for key in kept_as(item.case_id) if item.case_id is not None else ():
            lines.setdefault(key, set()).add(item.line)
    for item in items:
        if isinstance(item, CaseImport) and _stands_elsewhere(item, lines):
            yield problem_of(item, refuse("case-repeated"))
        else:
            yield item


def _stands_elsewhere(item: CaseImport, lines: Mapping[str, set[int]]) -> bool:
    return any(lines.get(key, set()) - {item.line} for key in sought_as(item.case_id))


def problem_of(item: CaseImport | ImportProblem, refusal: Refusal) -> ImportProblem:
    """Put a refusal in the place of a row."""
    return ImportProblem(item.line, "$", refusal.message, refusal.remedy, item.case_id, refusal.code)


def code_of(matched: Matched) -> str:
    """Name why a row is not taken at its word."""
    said = matched.item.code if isinstance(matched.item, ImportProblem) else ""
    return said or (matched.refusal.code if matched.refusal else "not-understood")


def problems_of(matched: Matched) -> Iterator[str]:
    """Say why a row is not taken at its word, and which known cases that holds."""
    item, refusal = matched.item, matched.refusal
    if isinstance(item, ImportProblem):
        yield f"error: {item}"
    if refusal is not None:
        yield f"error: {problem_of(item, refusal)}"
    if isinstance(item, ImportProblem) or refusal is not None:
        yield from (
            f"error: line {item.line}: {case_id} is held: this line is perhaps about it." for case_id in matched.cases
        )


def shown(case: CaseImport, key: str) -> str:
    """Write a decision's key for a person: its code, and which consent of the record by date; never its id.

    A back office makes ids as it likes: they hold names and numbers of people.
    """
    code, blank, consent_id = key.partition(" ")
    if not blank:
        return code
    consents = [step.consent.consent_id for step in case.steps if isinstance(step, ConsentGiven | ConsentRefused)]
    place = consents.index(consent_id) + 1 if consent_id in consents else 0
    return f"{code}, consent {place} by date" if place else f"{code}, see: sogw consent list"


def told(case: CaseImport, doubts: Iterable[Doubt]) -> list[str]:
    """What a person should know of a row, one line each: what was not understood, is in doubt, or was ignored."""
    lines = [f"error: {problem}" for problem in case.doubts]
    for doubt in doubts:
        if doubt.code == "not-understood":
            continue
        refusal = refuse(doubt.code)
        about = f" ({shown(case, doubt.about)})" if doubt.about else ""
        rules = ", ".join(refusal.rules)
        lines.append(f"error: line {case.line}: {doubt.code}{about}: {refusal.message} [{rules}] {refusal.remedy}")
    return [*lines, *(f"note: {remark}" for remark in case.remarks)]


def warn_about_policy(session: "Session", own: Iterable[CaseImport]) -> None:
    """Say that cases of our own are judged by our policy, whatever policy the export names."""
    ours = session.settings.policy.id or "default"
    if any(case.policy_id != ours for case in own):
        say(f"The export names another policy; judged by ours, '{ours}'.")
