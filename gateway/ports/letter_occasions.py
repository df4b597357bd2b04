"""Find the step that a letter is about, and the case as it was then (R15, R43, R47, R48).

A letter says what held when its step was taken. A later step (a reopening, a complaint, another consent, a corrected
dossier) does not change it. One thing counts from later on: an address that is protected now is never written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.errors import RefusedError
from gateway.ports.letters import LetterKind
from gateway.ports.store import JournalEntry


def _of(kind: type[s.Step]) -> Callable[[s.Step], bool]:
    return lambda step: isinstance(step, kind)


OCCASIONS: Final[Mapping[LetterKind, Callable[[s.Step], bool]]] = {
    LetterKind.INADMISSIBLE: _of(s.RequestFoundInadmissible),
    LetterKind.DECLINE: _of(s.RequestDeclined),
    LetterKind.REDIRECT: _of(s.RequestRedirected),
    LetterKind.REASSESSMENT: _of(s.ReassessmentPlanned),
    LetterKind.FOLLOW_UP: _of(s.FollowUpPlanned),
    LetterKind.ADOPTION: _of(s.AdviceWeighed),
    LetterKind.TRANSFER_REFUSED: lambda step: isinstance(step, s.TransferDecided) and not step.is_granted,
    LetterKind.HANDOVER: _of(s.HandoverMade),
    LetterKind.EMPLOYER_INVOICE: _of(s.EmployerInvoiced),
}
"""By letter the step it is about; the others are about the case as it is now, or about none."""


def occasions(kind: LetterKind, entries: Sequence[JournalEntry]) -> tuple[int, ...]:
    """Name the steps that a letter can be about, by sequence, oldest first."""
    is_it = OCCASIONS.get(kind)
    return tuple(entry.sequence for entry in entries if is_it is not None and is_it(entry.step))


def case_at_occasion(
    kind: LetterKind, case_id: str, entries: Sequence[JournalEntry], sequence: int | None = None
) -> Case:
    """Fold a case up to and including the step that a letter is about.

    Args:
        kind: Which letter.
        case_id: The case.
        entries: Its journal, in order.
        sequence: The step, as the log numbers it; the last one of its kind when None.

    Returns:
        The whole case for a letter that is about no step, or of which no step is on record.

    Raises:
        RefusedError: ``letter-without-ground``: the step of that number is not one that this letter is about.
    """
    known = occasions(kind, entries)
    if sequence is not None and sequence not in known:
        raise RefusedError(
            "letter-without-ground",
            "This letter cannot be written: the step of that number is not one that it is about.",
            remedy="See the numbers of the steps with: sogw case log CASE --output json",
            rules=("R49",),
        )
    now = fold(case_id, [entry.step for entry in entries])
    if not known:
        return now
    last = known[-1] if sequence is None else sequence
    return _protected(fold(case_id, [entry.step for entry in entries if entry.sequence <= last]), now)


def _protected(then: Case, now: Case) -> Case:
    """What restricts counts at once, in every letter that is written from now on."""
    if then.dossier is None or now.dossier is None or not now.dossier.employee.is_address_protected:
        return then
    employee = replace(then.dossier.employee, is_address_protected=True)
    return replace(then, dossier=replace(then.dossier, employee=employee))
