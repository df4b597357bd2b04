"""Tell which known cases a row of an export is perhaps about, whatever became of its number (R25, R58)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.case_number import Numbers, alike, numbers_of
from gateway.domain.rules.refusal import Refusal, refuse
from gateway.ports.backoffice import CaseImport, ImportProblem
from gateway.ports.services import Services

Item = CaseImport | ImportProblem


@dataclass(frozen=True, slots=True)
class Matched:
    """A row, and what its number and its organisation say of it.

    Attributes:
        item: As it was read.
        cases: Known cases that it is about, or perhaps is; held when the row is not taken at its word.
        refusal: Why it is not taken at its word; None when nothing of this kind stands in the way.
        is_erased: Whether it reads like a case that was erased here.
    """

    item: Item
    cases: tuple[str, ...] = ()
    refusal: Refusal | None = None
    is_erased: bool = False


async def match_numbers(services: Services, items: Iterable[Item]) -> list[Matched]:
    """Match the rows of an export with the cases that are known here, and those that were erased here."""
    items = list(items)
    named = {item.case_id for item in items if item.case_id is not None}
    async with services.store.look() as work:
        known = numbers_of(await work.case_ids())
        erased = await work.erased_like(named - known.exact)
        erased = {number for number in erased if not await work.trace(number)}
    ours = (services.party.party_id, services.party.name)
    return [_matched(item, known, erased, ours) for item in items]


def _matched(item: Item, known: Numbers, erased: set[str], ours: Sequence[str]) -> Matched:
    number = item.case_id
    if number is None and isinstance(item, ImportProblem):
        cases = _mentioned(item, known)
        return Matched(item, cases, None if cases else refuse("case-not-told"))
    number = number or ""
    cases = tuple(sorted(known.like(number)))
    if cases and number not in known.exact:
        return Matched(item, cases, refuse("case-number-alike"))
    if isinstance(item, CaseImport) and _reads_like_ours(item, ours):
        return Matched(item, cases, refuse("organisation-id-alike"))
    if number in erased:
        return Matched(item, cases, refuse("case-number-alike"), is_erased=True)
    return Matched(item, cases)


def _mentioned(problem: ImportProblem, known: Numbers) -> tuple[str, ...]:
    """Every known case that such a line names; else the one whose number is all that it quotes of known numbers."""
    named = frozenset().union(*map(known.like, problem.named))
    quoted = frozenset().union(*map(known.like, problem.quoted)) if not named else frozenset()
    return tuple(sorted(named or (quoted if len(quoted) == 1 else ())))


def _reads_like_ours(item: CaseImport, ours: Sequence[str]) -> bool:
    said = item.organisation.organisation_id
    return said != ours[0] and any(alike(said, name) for name in ours)
