"""Running the demo: read the sample, play it, show it, keep it."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.domain.errors import OperatorError
from gateway.domain.messages import Kind
from gateway.domain.policy import Policy
from gateway.entrypoints.demo.account import Account, account_of
from gateway.entrypoints.demo.cast import CAST
from gateway.entrypoints.demo.expected import expected_verdicts
from gateway.entrypoints.demo.keep import keep
from gateway.entrypoints.demo.play import Player
from gateway.entrypoints.demo.stage import Seen, Stage, TransportOf
from gateway.ports.backoffice import CaseImport, ImportProblem
from gateway.ports.letters import LetterWriter
from mappings.backoffices.policies import read_policies
from mappings.backoffices.products import AnyProduct
from mappings.letters import DutchLetters, letterhead_of

LOG_SHOWN = "SO-2026-0015"
"""The case whose log is shown: the employee blocked the report."""

_FILES = ("cases.jsonl", "extra-cases.jsonl")


class View(Protocol):
    """Where the demo is shown."""

    def case(self, account: Account) -> None:
        """One case."""
        ...

    def verdicts(self, accounts: list[Account]) -> None:
        """All verdicts."""
        ...

    def operator(self, seen: list[Seen]) -> None:
        """The broker operator's view."""
        ...

    def log(self, case_id: str, text: str) -> None:
        """One employee's log."""
        ...

    def end(self, accounts: list[Account], kinds: int, all_kinds: int) -> None:
        """The sum."""
        ...


class Progress(Protocol):
    """Told before each case."""

    def __call__(self, case_id: str) -> None:
        """The case that is played next."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample export, read."""

    lines: tuple[bytes, ...]
    policies: bytes

    @classmethod
    def read(cls, folder: Path) -> "Sample":
        """Read the sample's files.

        Raises:
            OperatorError: They are not there.
        """
        try:
            content = b"".join((folder / name).read_bytes() for name in _FILES)
            return cls(tuple(filter(None, content.split(b"\n"))), (folder / "policies.json").read_bytes())
        except OSError:
            raise OperatorError(
                "sample-missing",
                "The sample export is not there; it lies beside the source and not in an installed program.",
                where=str(folder),
                remedy="Use --sample with the folder samples/arbodienst-export of the source.",
            ) from None

    def cases(self) -> Iterator[CaseImport]:
        """Every case of the sample.

        Raises:
            OperatorError: A line cannot be read.
        """
        for item in AnyProduct().read(self.lines):
            if isinstance(item, ImportProblem):
                raise OperatorError("sample-unreadable", str(item), remedy="Restore the sample.")
            yield item


async def run_demo(
    sample: Sample,
    view: View,
    progress: Progress,
    *,
    transport_of: TransportOf | None = None,
    keep_in: Path | None = None,
) -> bool:
    """Play every case.

    Returns:
        Whether every verdict was as expected and every message kind was seen.
    """
    policies, cases = read_policies(sample.policies), list(sample.cases())
    expected = expected_verdicts(sample.lines)
    accounts: list[Account] = []
    with tempfile.TemporaryDirectory(prefix="sogw-demo-") as folder:
        async with Stage(Path(folder), policies, transport_of) as stage:
            for case in cases:
                progress(case.case_id)
                before = len(stage.record.said)
                played = await Player(stage, case).play()
                account = await account_of(stage, played, expected[case.case_id], stage.record.said[before:])
                accounts.append(account)
                view.case(account)
            record = stage.record
            letters = {party_id: _letters(party_id, stage.services(party_id).policy) for party_id in stage.members}
            view.verdicts(accounts)
            view.operator(record.seen)
            shown = next(account for account in accounts if account.case_id == LOG_SHOWN)
            view.log(shown.case_id, letters[shown.party_id].employee_log(shown.case, shown.entries))
            view.end(accounts, len(record.kinds), len(Kind))
            if keep_in is not None:
                keep(keep_in, record, accounts, letters, lambda party_id: stage.services(party_id).policy)
    return all(account.is_as_expected for account in accounts) and record.kinds == set(Kind)


def _letters(party_id: str, policy: Policy) -> LetterWriter:
    """Letters under the name of one arbodienst, with where its policy says that complaints go."""
    names = {member.party.party_id: member.party.name for member in CAST}
    return DutchLetters(letterhead=letterhead_of(names[party_id], policy), organisations=names)
