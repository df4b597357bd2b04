"""``sogw case check FILE [--policies FILE]``: one JSON line per case, problems on stderr.

Exit status: 0 all cases judged, 2 wrong use, 3 at least one line could not be read, understood or judged.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from gateway.application.check_cases import Checked, Planned, check_case
from gateway.domain.errors import GatewayError, RefusedError, reason_of
from gateway.domain.printable import printable
from gateway.domain.rules.refusal import Refusal
from gateway.domain.rules.verdict import Verdict
from gateway.entrypoints.cli.case_rows import repeated, told
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.policies import Policies, read_each_policy
from mappings.backoffices.products import AnyProduct

OK = 0
USAGE = 2
PROBLEMS = 3

Planner = Callable[[CaseImport | ImportProblem], Planned | None]
"""What a gateway that knows its partners would do with a record; None when it is not that gateway's case."""


def check(
    file: Path,
    policies: Path | None,
    out: TextIO,
    err: TextIO,
    *,
    as_of: datetime | None = None,
    reader: BackOffice | None = None,
    planner: Planner = lambda _: None,
) -> int:
    """Check every case of an export.

    Args:
        file: The export; ``-`` reads standard input.
        policies: Policies by id; by default ``policies.json`` beside the export.
        out: Where verdicts go, one JSON object per line.
        err: Where problems and notes go, one line each.
        as_of: The moment for which verdicts are asked; by default the last event of each record.
        reader: Of the back office; by default every product, without a profile.
        planner: Of this gateway.

    Returns:
        The exit status.
    """
    try:
        with opened(file) as stream:
            found = _policies(file, policies, err)
            items = list((reader or AnyProduct()).read(bounded_lines(stream)))
        return max(_judge(items, found, planner, as_of, out, err), PROBLEMS if found.refused else OK)
    except BrokenPipeError:
        raise
    except OSError as error:
        said = (
            f"error[input-unreadable]: {error.filename}: It cannot be read ({reason_of(error)}). Give an existing file."
        )
        print(printable(said), file=err)
        return USAGE
    except GatewayError as error:
        print(printable(f"error[{error.code}]: {error}"), file=err)
        return error.exit_status


def _judge(
    items: Iterable[CaseImport | ImportProblem],
    policies: Policies,
    planner: Planner,
    as_of: datetime | None,
    out: TextIO,
    err: TextIO,
) -> int:
    status = OK
    for item in repeated(items):
        found = _checked(item, policies, planner, as_of)
        if isinstance(found, Checked):
            print(json.dumps(checked_json(found)), file=out)
            lines = told(found.case, found.doubts)
            status = PROBLEMS if found.doubts or found.holds else status
        else:
            lines, status = [f"error: {found}"], PROBLEMS
        for line in (*lines, *_would_hold(item, planner)):
            print(printable(line), file=err)
    return status


def _would_hold(item: CaseImport | ImportProblem, planner: Planner) -> Iterator[str]:
    """Say which known cases submitting would hold because of a row."""
    planned = planner(item)
    for case_id in planned.holds if planned else ():
        yield f"error: line {item.line}: submitting it holds {case_id}, which it is perhaps about."


def _checked(
    item: CaseImport | ImportProblem, policies: Policies, planner: Planner, as_of: datetime | None
) -> Checked | ImportProblem:
    if isinstance(item, ImportProblem):
        return item
    planned = planner(item)
    if planned is not None and item.policy_id in policies.refused:
        planned = replace(planned, policy=None)  # The policy that was meant is known and cannot be used.
    return check_case(item, policies.usable, datetime.now(UTC), as_of=as_of, planned=planned)


def checked_json(checked: Checked) -> dict[str, Any]:
    """What was found of a record, as the command prints it; ``now`` only where submitting would do something else."""
    printed = verdict_json(checked.verdict)
    if checked.doubts:
        printed["doubts"] = [{"code": doubt.code, "about": doubt.about} for doubt in checked.doubts]
    if checked.differs:
        printed["now"] = {"may_refer": not checked.now, "refusals": [_refusal_json(r) for r in checked.now]}
    if checked.holds:
        printed["now"]["holds"] = list(checked.holds)
    return printed


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the command prints it."""
    return {
        "case_id": verdict.case_id,
        "status": verdict.status.value,
        "may_refer": verdict.may_refer,
        "may_return_report": verdict.may_return_report,
        "employer_receives": [received.value for received in verdict.employer_receives],
        "refusals": [_refusal_json(refusal) for refusal in verdict.refusals],
    }


def _refusal_json(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "rules": list(refusal.rules),
        "message": refusal.message,
        "remedy": refusal.remedy,
    }


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """An export, or standard input for ``-``."""
    if str(file) == "-":
        yield sys.stdin.buffer
    else:
        with file.open("rb") as stream:
            yield stream


def _policies(file: Path, given: Path | None, err: TextIO) -> Policies:
    """The policies given, or those beside the export.

    Raises:
        RefusedError: ``policies-not-given``: rules differ by policy, so that nothing is judged without one.
    """
    beside = file.parent / "policies.json"
    if given is None and str(file) != "-" and beside.is_file():
        given = beside
    if given is None:
        raise RefusedError(
            "policies-not-given",
            "No policies.json lies beside the export, and this is no folder of a gateway that has policies.",
            remedy="Name a file with --policies, or check in the folder of the gateway with --home.",
        )
    found = read_each_policy(given.read_bytes())
    for refusal in found.refused.values():
        print(printable(f"error[{refusal.code}]: {refusal}"), file=err)
    return found


def main(arguments: list[str]) -> int:
    """Run without a command-line framework: ``FILE [--policies FILE]``."""
    match arguments:
        case [file]:
            return check(Path(file), None, sys.stdout, sys.stderr)
        case [file, "--policies", policies] | ["--policies", policies, file]:
            return check(Path(file), Path(policies), sys.stdout, sys.stderr)
        case _:
            print("usage: case_check FILE [--policies FILE]", file=sys.stderr)
            return USAGE


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
