"""Rows of an export: which cases stand in it twice, and what there is to tell of each."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from gateway.domain.directory import is_id, normal
from gateway.domain.restatement import Doubt
from gateway.domain.rules.refusal import Refusal, refuse
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.session import Session
from gateway.ports.backoffice import CaseImport, ImportProblem


def repeated(items: Iterable[CaseImport | ImportProblem]) -> Iterator[CaseImport | ImportProblem]:
    """The same rows, with a problem in the place of every case whose number occurs more than once.

    Nobody can tell which of two rows is the case, and they may be two people. Numbers are compared as they are read,
    whatever their case, width and blanks.
    """
    items = list(items)
    lines = {(normal(item.case_id), item.line) for item in items if item.case_id is not None}
    seen = Counter(case_id for case_id, _ in lines)
    for item in items:
        if isinstance(item, CaseImport) and seen[normal(item.case_id)] > 1:
            yield problem_of(item, refuse("case-repeated"))
        else:
            yield item


def problem_of(item: CaseImport | ImportProblem, refusal: Refusal) -> ImportProblem:
    """Put a refusal in the place of a row."""
    return ImportProblem(item.line, "$", refusal.message, refusal.remedy, item.case_id, refusal.code)


def shown(key: str) -> str:
    """Write a decision's key for a person; an id that is not made of letters, digits and signs may be a name."""
    code, blank, consent_id = key.partition(" ")
    return key if not blank or _ID.fullmatch(consent_id) else f"{code} [?]"


_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def told(case: CaseImport, doubts: Iterable[Doubt]) -> list[str]:
    """What a person should know of a row, one line each: what was not understood, is in doubt, or was ignored."""
    lines = [f"error: {problem}" for problem in case.doubts]
    for doubt in doubts:
        if doubt.code == "not-understood":
            continue
        refusal = refuse(doubt.code)
        about = f" ({shown(doubt.about)})" if doubt.about else ""
        rules = ", ".join(refusal.rules)
        lines.append(f"error: line {case.line}: {doubt.code}{about}: {refusal.message} [{rules}] {refusal.remedy}")
    return [*lines, *(f"note: {remark}" for remark in case.remarks)]


def warn_about_policy(session: Session, own: Iterable[CaseImport]) -> None:
    """Say that cases of our own are judged by our policy, whatever policy the export names."""
    ours = session.settings.policy.id or "default"
    named = {case.policy_id for case in own}
    others = sorted({policy if is_id(policy) else "another" for policy in named - {ours}})
    if others:
        say(f"The export names another policy ({', '.join(others)}); judged by ours, '{ours}'.")
