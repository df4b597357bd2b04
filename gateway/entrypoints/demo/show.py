"""Showing the demo: timelines, verdicts, the broker operator's view and one employee's log; or JSON lines."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.domain.days import AMSTERDAM
from gateway.domain.printable import printable
from gateway.entrypoints.demo.account import Account, Line, verdict_parts
from gateway.entrypoints.demo.stage import Seen

_MARKS = {"step": ("·", "dim"), "message": (">", "cyan"), "refused": ("x", "red")}
_SHOWN_PARCELS = 12


class Screen:
    """Writes for people: colours on a terminal, plain text in a pipe."""

    def __init__(self, out: TextIO) -> None:
        self._console = Console(
            file=out, highlight=False, soft_wrap=not out.isatty(), width=None if out.isatty() else 160
        )

    def case(self, account: Account) -> None:
        """The timeline of one case."""
        verdict = account.verdict
        title = Text.assemble(
            (printable(account.case_id), "bold"), "  ", verdict.status.value, f"  ({account.party_id})"
        )
        self._console.print()
        self._console.print(title)
        for line in account.lines:
            self._console.print(_as_text(line))

    def verdicts(self, accounts: Sequence[Account]) -> None:
        """Every case in one table."""
        table = Table(title="Verdicts", title_justify="left")
        for heading in ("case", "verdict", "as expected", "messages", "report", "employer received"):
            table.add_column(heading, justify="right" if heading == "messages" else "left")
        for account in accounts:
            received = ", ".join(item.value for item in account.verdict.employer_receives) or "nothing"
            table.add_row(
                printable(account.case_id),
                account.verdict.status.value,
                Text("yes", "green") if account.is_as_expected else Text("NO", "bold red"),
                str(account.sent),
                account.report,
                received,
            )
        self._console.print()
        self._console.print(table)

    def operator(self, seen: Sequence[Seen]) -> None:
        """What the operator of the broker could see."""
        table = Table(title=f"What the broker's operator could see: {len(seen)} parcels", title_justify="left")
        for heading in ("vhost", "sender", "recipient", "bytes"):
            table.add_column(heading, justify="right" if heading == "bytes" else "left")
        for parcel in seen[:_SHOWN_PARCELS]:
            table.add_row(parcel.lane, parcel.sender, parcel.recipient, str(len(parcel.body)))
        self._console.print()
        self._console.print(table)
        sizes = Counter(len(parcel.body) for parcel in seen)
        common = ", ".join(f"{size} bytes x {count}" for size, count in sizes.most_common(3))
        self._console.print(f"{max(len(seen) - _SHOWN_PARCELS, 0)} more. Most common sizes: {common}.")

    def log(self, case_id: str, text: str) -> None:
        """One employee's log, in Dutch."""
        self._console.print()
        self._console.print(Text(f"The employee's log of {printable(case_id)} (Dutch)", "bold"))
        self._console.print(Text(printable(text)))

    def end(self, accounts: Sequence[Account], kinds: int, all_kinds: int) -> None:
        """The last line."""
        right = sum(account.is_as_expected for account in accounts)
        style = "green" if right == len(accounts) and kinds == all_kinds else "bold red"
        words = f"{right} of {len(accounts)} verdicts as expected; {kinds} of {all_kinds} message kinds seen."
        self._console.print()
        self._console.print(Text(words, style))


def _as_text(line: Line) -> Text:
    mark, style = _MARKS[line.mark]
    when = line.at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")
    because = f"  {printable(line.because)}" if line.because else ""
    rules = f"  [{' '.join(line.rules)}]" if line.rules else ""
    word = "REFUSED " if line.mark == "refused" else ""
    return Text.assemble(
        "  ",
        (mark, style),
        f" {when}  {printable(line.who):<44} ",
        (printable(word + line.what), style if line.mark != "step" else ""),
        because,
        (rules, "dim"),
    )


class Lines:
    """Writes for machines: one JSON object per line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def _write(self, kind: str, **fields: Any) -> None:
        print(printable(json.dumps({"type": kind, **fields}, ensure_ascii=False)), file=self._out)

    def case(self, account: Account) -> None:
        """Its timeline, line by line."""
        for line in account.lines:
            self._write(
                line.mark,
                case_id=account.case_id,
                at=line.at.isoformat(),
                who=line.who,
                what=line.what,
                because=line.because,
                rules=list(line.rules),
            )

    def verdicts(self, accounts: Sequence[Account]) -> None:
        """A verdict each."""
        for account in accounts:
            self._write(
                "verdict",
                case_id=account.case_id,
                **verdict_parts(account.verdict),
                as_expected=account.is_as_expected,
                messages=account.sent,
                report=account.report,
            )

    def operator(self, seen: Sequence[Seen]) -> None:
        """Every parcel."""
        for parcel in seen:
            self._write(
                "parcel", vhost=parcel.lane, sender=parcel.sender, recipient=parcel.recipient, bytes=len(parcel.body)
            )

    def log(self, case_id: str, text: str) -> None:
        """One log."""
        self._write("employee-log", case_id=case_id, language="nl", text=text)

    def end(self, accounts: Sequence[Account], kinds: int, all_kinds: int) -> None:
        """The sum."""
        right = sum(account.is_as_expected for account in accounts)
        self._write("summary", cases=len(accounts), as_expected=right, kinds_seen=kinds, kinds=all_kinds)
