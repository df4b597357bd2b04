"""Back offices: a vendor's export becomes cases; what cannot be read becomes a problem, and the rest goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from gateway.domain.people import Organisation
from gateway.domain.steps import Step


@dataclass(frozen=True, slots=True)
class CaseImport:
    """One case as a back office recorded it.

    Attributes:
        case_id: As the back office names the case.
        policy_id: Which policy it is judged by.
        organisation: The arbodienst whose case it is.
        steps: What happened, in order of time.
        line: Line of the export, counted from 1.
        doubts: What was not understood in a place that decides: the case may not be referred and no report may return;
            what restricts in ``steps`` counts all the same.
        remarks: What was not known and is ignored, because it decides nothing.
    """

    case_id: str
    policy_id: str
    organisation: Organisation
    steps: tuple[Step, ...]
    line: int = 0
    doubts: "tuple[ImportProblem, ...]" = ()
    remarks: "tuple[ImportProblem, ...]" = ()


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """Why one line could not be read. Holds places and words, never a value of the record.

    Attributes:
        line: Line of the export, counted from 1.
        where: JSON path, such as ``$.toestemmingen[0].datum``; ``$`` for the line as a whole.
        message: What is wrong.
        remedy: What to do about it.
        case_id: The case of the line, where the line says so much.
        code: Of the refusal, where a rule of the catalogue stands in the way; empty when the line cannot be read.
        named: What the line, which cannot be read, gives as a case number, when ``case_id`` is None; never shown.
        quoted: Every short text in such a line, one of which may be the number; never shown.
    """

    line: int
    where: str
    message: str
    remedy: str
    case_id: str | None = None
    code: str = ""
    named: frozenset[str] = field(default=frozenset(), repr=False)
    quoted: frozenset[str] = field(default=frozenset(), repr=False)

    def __str__(self) -> str:
        """The problem on one line of text."""
        code = f"{self.code}: " if self.code else ""
        return f"line {self.line}: {self.where}: {code}{self.message} {self.remedy}"


class BackOffice(Protocol):
    """Reads the export of one back-office product."""

    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read an export line by line.

        Args:
            lines: Lines ended by a line feed only, one JSON object each; empty lines are skipped.

        Yields:
            For every line the case, or the problems that keep it from being one. A bad line stops no other line.
        """
        ...
