"""Verify the journal: make its tree again from the rows and hold it against every checkpoint there is.

Rows are believed for nothing: not their numbers, not the stored frontier. What was changed, deleted, inserted,
swapped, renumbered or cut off shows as another root at the size of a checkpoint that somebody holds; what is newer
than all of them has no witness yet (``JournalReport.unwitnessed``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.application.read_journal import AT_ONCE, Pace, leaves
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.merkle import Frontier
from gateway.ports.services import Services
from gateway.ports.store import ContentState

_UNREADABLE = frozenset({"journal-unreadable", "store-damaged"})
"""Errors that are about the rows; others are about reaching them."""
_NOTES_PER_PAGE = 32
"""Verifying so many signatures takes about as long as a page of entries."""
_STORED = "the stored tree"
"""Beside the rows, and as easily rewritten: it shows slips, and is a witness of nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be.

    Attributes:
        code: ``journal-misnumbered``, ``journal-inserted``, ``journal-changed``, ``journal-truncated``,
            ``journal-unreadable``, ``content-changed`` or ``checkpoint-refused``.
        place: Sequence of an entry, or size of a checkpoint; None for the journal as a whole.
        words: What was found.
    """

    code: str
    place: int | None
    words: str


@dataclass(slots=True)
class JournalReport:
    """What the verification saw.

    Attributes:
        size, root: Of the tree made from the rows; root in hex.
        kept, erased: Entries whose content was opened and fits, and entries of erased cases.
        checkpoints: Signed checkpoints of our own that were compared.
        outside: Checkpoints from outside that were compared.
        witnessed_size: Size of the largest checkpoint that was compared and fits.
        findings: What is wrong; empty when the journal is whole.
    """

    size: int = 0
    root: str = ""
    kept: int = 0
    erased: int = 0
    checkpoints: int = 0
    outside: int = 0
    witnessed_size: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def unwitnessed(self) -> int:
        """How many of the newest entries no compared checkpoint covers."""
        return self.size - self.witnessed_size


async def verify_journal(services: Services, outside: Sequence[str] = (), pace: Pace = AT_ONCE) -> JournalReport:
    """Compute and compare.

    Args:
        services: Ours.
        outside: Signed notes over our journal from other hands: partners, an auditor, a printed page.
        pace: How it is read; what is written meanwhile is for the next time.

    Returns:
        The report; findings do not raise.
    """
    report = JournalReport()
    async with services.store.look() as work:
        claimed = await work.checkpoint()
        own = await work.signed_checkpoints()
        if await work.leaves(claimed.size, 1):
            words = f"There are entries beyond the {claimed.size} of the stored tree."
            report.findings.append(Finding("journal-inserted", claimed.size + 1, words))
    points = [(_STORED, claimed)]
    from_inside = await _believed(services, [signed.note for signed in own], report, pace)
    points += [("our signed checkpoint", point) for point in from_inside]
    report.checkpoints = len(from_inside)
    from_outside = await _believed(services, outside, report, pace)
    points += [("the checkpoint from outside", point) for point in from_outside]
    report.outside = len(from_outside)
    roots = await _roots(services, {point.size for _, point in points}, claimed.size, report, pace)
    for name, point in points:
        _compare(name, point, roots, report)
    return report


async def _believed(services: Services, notes: Sequence[str], report: JournalReport, pace: Pace) -> list[Checkpoint]:
    """Those that we signed; the others are findings."""
    points = []
    for number, note in enumerate(notes, start=1):
        if number % _NOTES_PER_PAGE == 0:
            await pace.rest()
        try:
            points.append(services.notary.verify(note, services.party.party_id).checkpoint)
        except RefusedError as error:
            report.findings.append(Finding("checkpoint-refused", None, error.message))
    return points


async def _roots(
    services: Services, sizes: set[int], claimed: int, report: JournalReport, pace: Pace
) -> Mapping[int, str]:
    """Root by size, for the sizes asked; one pass over the rows."""
    tree = Frontier()
    roots = {0: tree.root().hex()}
    is_misnumbered = False
    try:
        async for leaf in leaves(services, claimed, with_content=True, pace=pace):
            tree = tree.append(leaf.entry.leaf())
            if not is_misnumbered and leaf.entry.sequence != tree.size:
                is_misnumbered = True
                words = f"The entry at place {tree.size} carries number {leaf.entry.sequence}."
                report.findings.append(Finding("journal-misnumbered", tree.size, words))
            if tree.size in sizes:
                roots[tree.size] = tree.root().hex()
            _count(leaf.content, tree.size, report)
    except OperatorError as error:
        if error.code not in _UNREADABLE:
            raise
        report.findings.append(Finding("journal-unreadable", tree.size + 1, error.message))
    report.size, report.root = tree.size, tree.root().hex()
    return roots


def _count(content: ContentState | None, place: int, report: JournalReport) -> None:
    if content is ContentState.CHANGED:
        words = "The content is not what the entry commits to, or does not open."
        report.findings.append(Finding("content-changed", place, words))
    elif content is ContentState.ERASED:
        report.erased += 1
    else:
        report.kept += 1


def _compare(name: str, point: Checkpoint, roots: Mapping[int, str], report: JournalReport) -> None:
    if point.size not in roots:
        words = f"There are {report.size} entries where {name} has {point.size}."
        report.findings.append(Finding("journal-truncated", point.size, words))
    elif roots[point.size] != point.root:
        words = f"The first {point.size} entries are not those of {name}."
        report.findings.append(Finding("journal-changed", point.size, words))
    elif name != _STORED:
        report.witnessed_size = max(report.witnessed_size, point.size)
