"""Writes copies: gathers the letters, the log and the names, and puts them in either form."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.ports.copies import CaseCopy, CopyWriter
from gateway.ports.letters import Letter, LetterWriter
from mappings.copies.document import document
from mappings.copies.page import page
from mappings.letters.directory import Directory


class DutchCopies(CopyWriter):
    """Writes a copy in both forms.

    Args:
        letters: Writes the letters and the log in it.
        organisations: Names by organisation id.
    """

    def __init__(self, letters: LetterWriter, organisations: Mapping[str, str]) -> None:
        self._letters = letters
        self._organisations = organisations
        self._by_step: dict[type[s.Step], Callable[[Case], Letter]] = {
            s.RequestFoundInadmissible: letters.inadmissible,
            s.RequestDeclined: letters.decline,
            s.RequestRedirected: letters.redirect,
            s.ReassessmentPlanned: letters.reassessment,
            s.AdviceWeighed: letters.adoption,
            s.TransferDecided: letters.transfer_refused,
            s.HandoverMade: letters.handover,
        }

    def document(self, copied: CaseCopy) -> str:
        """See the port."""
        log = self._letters.employee_log_lines(copied.case, copied.entries)
        return document(copied, list(self._written(copied)), log, Directory(copied.case, self._organisations))

    def page(self, copied: CaseCopy) -> str:
        """See the port."""
        log = self._letters.employee_log(copied.case, copied.entries)
        return page(copied, list(self._written(copied)), log, Directory(copied.case, self._organisations))

    def _written(self, copied: CaseCopy) -> Iterator[Letter]:
        """The overview of consents, and every letter to or about the employee of which the step is on record."""
        yield self._letters.consent_overview(copied.case)
        recorded = {type(entry.step) for entry in copied.entries}
        for step, write in self._by_step.items():
            if step in recorded:
                with suppress(RefusedError):  # decided otherwise since, or never put into words
                    yield write(copied.case)
