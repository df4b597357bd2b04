"""Mutants of functions, as ``mutmut`` makes them: what each changes and what became of it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path

from libcst import Module
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import read_functions_from_index
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

OUT_OF_TIME = frozenset({"timeout"})
LIVING = frozenset({"survived", "no tests", "suspicious", "segfault"})


@dataclass(frozen=True)
class Mutant:
    """One change in one function, and what became of it.

    Numbers of mutants shift when a function changes. What identifies one here is what it changes.
    """

    name: str
    """As ``mutmut show`` and ``mutmut run`` know it."""
    function: str
    was: str
    """Lines that it takes away, one after the other."""
    becomes: str
    """Lines that it puts in their place."""
    of_words: bool
    """It changes nothing but words for people: a text with a space in it."""
    status: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Where it is and what it changes."""
        return self.function, self.was, self.becomes


def mutants(statuses: frozenset[str], files: frozenset[str] | None = None) -> Iterator[Mutant]:
    """Give the mutants of these files of which this became; of all files, when none is given."""
    for path in walk_mutatable_files():
        if files is not None and str(path) not in files:
            continue
        data = SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            if (status := status_by_exit_code[code]) in statuses:
                yield _mutant(name, path, status)


def _mutant(name: str, path: Path, status: str) -> Mutant:
    functions = read_functions_from_index(name, path)
    if functions is None:
        raise LookupError(f"{name}: the mutants are out of date. Remove mutants/ and run again.")
    before, after = (Module([function]).code.strip() for function in functions)
    lines = list(ndiff(before.splitlines(), after.splitlines()))
    was, becomes = (
        " ".join(line[2:].strip() for line in lines if line.startswith(sign) and line[2:].strip()) for sign in "-+"
    )
    function, of_class = orig_function_and_class_names_from_key(name)
    where = ".".join(filter(None, (*path.with_suffix("").parts, of_class, function)))
    return Mutant(name, where, was, becomes, _without_words(before) == _without_words(after), status)


def _without_words(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip("X"):
            node.value = ""
    return ast.dump(tree)
