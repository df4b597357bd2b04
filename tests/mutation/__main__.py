"""``python -m tests.mutation``: mutants of the code that judges; a status of 0 when each that lives is explained."""

import argparse
import ast
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import mutmut.__main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key
from mutmut.workers.isolation import ForkRunner

from tests.mutation.mutants import LIVING, OUT_OF_TIME, Mutant, mutants
from tests.mutation.nearest import in_groups
from tests.mutation.survivors import explained

HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
"""A hunk of ``git diff --unified=0``: the first line and the number of lines as they are now."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--since", metavar="REVISION", help="only functions that changed since then")
    parser.add_argument("--most", type=int, default=300, help="of more mutants a sample, with --since")
    parser.add_argument("--seconds", type=int, default=300, help="how long all may take, with --since")
    parser.add_argument("--children", type=int, default=2, help="mutants that run at a time")
    return parser.parse_args()


def main() -> int:
    """Run the mutants and judge what lives."""
    given = options()
    # The run that finds out which test covers what was one without a mutant already.
    ForkRunner.run_clean_tests = lambda *_, **__: 0
    _ask_nearest_first()
    return bounded(given) if given.since else whole(given)


def _ask_nearest_first() -> None:
    """Have every run about a mutant ask the nearest tests first and leave out the farthest."""
    run = PytestRunner.run_tests

    def run_nearest(runner: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        if mutant_name is None:
            return run(runner, mutant_name=None, tests=tests)
        for group in in_groups(tuple(tests), state().tests_by_mangled_function_name):
            if status := run(runner, mutant_name=mutant_name, tests=group):
                return status
        return 0

    PytestRunner.run_tests = run_nearest


def whole(given: argparse.Namespace) -> int:
    """Run every mutant that was not killed before in a function that is still the same."""
    _forget(LIVING)
    mutmut._run((), given.children)
    survivors, listed = list(mutants(LIVING)), explained()
    _print_counts(_statuses(), survivors)
    stale = sorted(set(listed) - {mutant.key for mutant in mutants(LIVING | OUT_OF_TIME)})
    for function, was, becomes in stale:
        print(f"EXPLAINED, BUT NOT A SURVIVOR: {function}\n  - {was}\n  + {becomes}")
    return _judge(survivors) or bool(stale)


def bounded(given: argparse.Namespace) -> int:
    """Run a sample of the mutants of functions that changed."""
    lines = {path: found for path, found in changed_lines(given.since) if config().should_mutate(path)}
    if not lines:
        print(f"Nothing that is mutated changed since {given.since}.")
        return 0
    config().only_mutate = sorted(lines)
    config().type_check_command = [*config().type_check_command[:4], *sorted(lines)]
    _generate(given.children)
    names = _sample(_of_lines(lines), given.most)
    if not names:
        print(f"No function that is mutated changed since {given.since}.")
        return 0
    _run_for(given.seconds, names, given.children)
    statuses = {name: status for name, status in _statuses().items() if name in names}
    if unchecked := sum(status == "not checked" for status in statuses.values()):
        print(f"The time was over before {unchecked} of {len(names)} mutants ran.")
    survivors = [mutant for mutant in mutants(LIVING) if mutant.name in names]
    _print_counts(statuses, survivors)
    return _judge(survivors)


def changed_lines(since: str) -> Iterator[tuple[str, frozenset[int]]]:
    """Give each Python file that changed since a revision, with its lines that are new."""
    command = ["git", "diff", "--unified=0", "--no-renames", "--diff-filter=d", since, "--", "*.py"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for text in re.split(r"^diff --git .*$", found, flags=re.MULTILINE)[1:]:
        path = re.search(r"^\+\+\+ b/(.+)$", text, re.MULTILINE)
        hunks = [(int(start), int(number or 1)) for start, number in HUNK.findall(text)]
        if path:
            yield path[1], frozenset(line for start, number in hunks for line in range(start, start + max(number, 1)))


def _of_lines(lines: Mapping[str, frozenset[int]]) -> Iterator[str]:
    """Give the names of the mutants of functions that have one of these lines."""
    for path in walk_mutatable_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        changed = {
            function.name
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            and lines[str(path)] & set(range(function.lineno, (function.end_lineno or function.lineno) + 1))
        }
        data = SourceFileMutationData(path=path)
        data.load()
        yield from (
            name for name in data.exit_code_by_key if orig_function_and_class_names_from_key(name)[0] in changed
        )


def _sample(names: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: sha256(name.encode()).digest())[:most])


def _generate(children: int) -> None:
    """Write the mutants, as the first step of a run does."""
    mutmut.makedirs(Path("mutants"), exist_ok=True)
    with mutmut.CatchOutput(spinner_title="Generating mutants"):
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.create_mutants(children)


def _run_for(seconds: int, names: tuple[str, ...], children: int) -> None:
    """Run these mutants until the time is over."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(seconds)
    try:
        mutmut._run(names, children)
    except KeyboardInterrupt:
        pass
    finally:
        signal.alarm(0)


def _forget(statuses: frozenset[str]) -> None:
    """Let mutants that had this end run again."""
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        if any(status_by_exit_code[code] in statuses for code in data.exit_code_by_key.values()):
            data.exit_code_by_key = {
                name: None if status_by_exit_code[code] in statuses else code
                for name, code in data.exit_code_by_key.items()
            }
            data.save()


def _statuses() -> dict[str, str]:
    found = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found |= {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
    return found


def _print_counts(statuses: Mapping[str, str], survivors: list[Mutant]) -> None:
    counts = Counter(statuses.values())
    print(f"\n{len(statuses)} mutants: " + ", ".join(f"{number} {status}" for status, number in counts.most_common()))
    words = sum(mutant.of_words for mutant in survivors)
    print(f"{len(survivors)} live: {words} change words for people only, ", end="")
    print(f"{sum(mutant.key in explained() for mutant in survivors if not mutant.of_words)} are explained")


def _judge(survivors: list[Mutant]) -> int:
    """Print the survivors that nothing explains."""
    listed = explained()
    unexplained = [mutant for mutant in survivors if not mutant.of_words and mutant.key not in listed]
    for mutant in unexplained:
        print(f"NOT EXPLAINED: {mutant.name} ({mutant.status})\n  - {mutant.was}\n  + {mutant.becomes}")
    return bool(unexplained)


if __name__ == "__main__":
    sys.exit(main())
