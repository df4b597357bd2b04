"""Writes copies: gathers the letters, the log and the names, and puts them in either form."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from typing_extensions import override

from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.ports.copies import CaseCopy, CopyWriter
from gateway.ports.letter_occasions import case_at_occasion, occasions
from gateway.ports.letters import Letter, LetterKind, LetterWriter
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
        self._by_kind: dict[LetterKind, Callable[[Case], Letter]] = {
            LetterKind.INADMISSIBLE: letters.inadmissible,
            LetterKind.DECLINE: letters.decline,
            LetterKind.REDIRECT: letters.redirect,
            LetterKind.REASSESSMENT: letters.reassessment,
            LetterKind.FOLLOW_UP: letters.follow_up,
            LetterKind.ADOPTION: letters.adoption,
            LetterKind.TRANSFER_REFUSED: letters.transfer_refused,
            LetterKind.HANDOVER: letters.handover,
        }

    @override
    def document(self, copied: CaseCopy) -> str:
        """See the port."""
        log = self._letters.employee_log_lines(copied.case, copied.entries)
        return document(copied, list(self._written(copied)), log, Directory(copied.case, self._organisations))

    @override
    def page(self, copied: CaseCopy) -> str:
        """See the port."""
        log = self._letters.employee_log(copied.case, copied.entries)
        return page(copied, list(self._written(copied)), log, Directory(copied.case, self._organisations))

    def _written(self, copied: CaseCopy) -> Iterator[Letter]:
        """The overview of consents, and every letter to or about the employee, once for each step it is about."""
        yield self._letters.consent_overview(copied.case)
        for kind, write in self._by_kind.items():
            for sequence in occasions(kind, copied.entries):
                with suppress(RefusedError):  # never put into words
                    yield write(case_at_occasion(kind, copied.case.case_id, copied.entries, sequence))
