"""``sogw case check FILE [--policies FILE]``: one JSON line per case, problems on stderr.

Exit status: 0 all cases judged, 2 wrong use, 3 at least one line could not be read or judged.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import mappings
from gateway.application.check_cases import check_cases
from gateway.domain.errors import GatewayError
from gateway.domain.policy import Policy
from gateway.domain.rules.verdict import Verdict
from gateway.ports.backoffice import ImportProblem
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.policies import read_policies
from mappings.backoffices.products import AnyProduct

OK = 0
USAGE = 2
PROBLEMS = 3
SAMPLE_POLICIES = Path(mappings.__file__).resolve().parents[1] / "samples" / "arbodienst-export" / "policies.json"


def check(file: Path, policies: Path | None, out: TextIO, err: TextIO) -> int:
    """Check every case of an export.

    Args:
        file: The export; ``-`` reads standard input.
        policies: Policies by id; by default ``policies.json`` beside the export, else the samples.
        out: Where verdicts go, one JSON object per line.
        err: Where problems and notes go, one line each.

    Returns:
        The exit status.
    """
    try:
        known = _policies(file, policies, err)
        with _opened(file) as stream:
            return _judge(stream, known, out, err)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"error: cannot read '{error.filename}': {error.strerror}. Give an existing file.", file=err)
        return USAGE
    except GatewayError as error:
        print(f"error: {error}", file=err)
        return error.exit_status


def _judge(stream: BinaryIO, policies: dict[str, Policy], out: TextIO, err: TextIO) -> int:
    status = OK
    for item in check_cases(AnyProduct().read(bounded_lines(stream)), policies):
        if isinstance(item, ImportProblem):
            print(f"error: {item}", file=err)
            status = PROBLEMS
        else:
            print(json.dumps(verdict_json(item)), file=out)
    return status


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the command prints it."""
    return {
        "case_id": verdict.case_id,
        "status": verdict.status.value,
        "may_refer": verdict.may_refer,
        "may_return_report": verdict.may_return_report,
        "employer_receives": [received.value for received in verdict.employer_receives],
        "refusals": [
            {"code": r.code, "rules": list(r.rules), "message": r.message, "remedy": r.remedy} for r in verdict.refusals
        ],
    }


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer
    else:
        with file.open("rb") as stream:
            yield stream


def _policies(file: Path, given: Path | None, err: TextIO) -> dict[str, Policy]:
    """The policies given, those beside the export, or the samples with a note."""
    beside = file.parent / "policies.json"
    if given is None and str(file) != "-" and beside.is_file():
        given = beside
    if given is None:
        print("note: no policies.json beside the export; the sample policies are used. See --policies.", file=err)
        given = SAMPLE_POLICIES
    return read_policies(given.read_bytes())


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
