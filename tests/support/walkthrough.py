"""Commands as documents show them: read from their ``console`` blocks, run in one shell, compared with what is shown.

In a block, a line that begins with ``$ `` is a command, one that begins with ``> `` continues it, and the rest is its
output, in which ``...`` stands for anything and the width of white space does not matter. A command succeeds, unless
its output shows a line that begins with ``error[``: then it must fail.
"""

import doctest
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from textwrap import dedent
from threading import Thread

from tests.support.cli import ROOT, environment

PATIENCE_SECONDS = 90.0
_END = "--- end of a command, status"
_BLOCK = re.compile(r"^ *```(?P<language>[a-z]+)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Shown:
    """One command with the output that a document promises."""

    command: str
    output: str

    @property
    def must_fail(self) -> bool:
        """Whether the document shows that it is refused."""
        return any(line.startswith("error[") for line in self.output.splitlines())

    def is_kept_by(self, said: str) -> bool:
        """Whether what was printed is what was promised."""
        return doctest.OutputChecker().check_output(self.output, said, _FLAGS)


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    found = _BLOCK.finditer(document.read_text(encoding="utf-8"))
    return [dedent(block["body"]) for block in found if block["language"] == language]


def shown_in(document: Path) -> list[Shown]:
    """Every command of a document, in order."""
    return [shown for body in blocks(document, "console") for shown in _commands(body)]


def _commands(body: str) -> Iterator[Shown]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        first, *rest = part.splitlines()
        command = [first]
        while rest and rest[0].startswith("> "):
            command.append(rest.pop(0).removeprefix("> "))
        yield Shown("\n".join(command), "\n".join(rest) + "\n" if rest else "")


class Shell:
    """A bash that stays, as a reader's terminal does; ``sogw`` is the one under test.

    Args:
        folder: Where it starts; ``bin`` in it comes first on the path.
    """

    def __init__(self, folder: Path) -> None:
        tools = folder / "bin"
        tools.mkdir()
        root, python, venv = (shlex.quote(str(path)) for path in (ROOT, sys.executable, sys.prefix))
        _put(tools / "sogw", f"PYTHONPATH={root} exec {python} -W error -m gateway.entrypoints.cli")
        # The environment that runs the tests is installed already; the rest of the path holds the real make.
        _put(tools / "make", f'PATH="${{PATH#*:}}" exec make --no-print-directory -C {root} VENV={venv} -o {venv}/.run')
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env={**environment(None), "PATH": f"{tools}:{environment(None)['PATH']}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self._lines: Queue[str] = Queue()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def run(self, command: str) -> tuple[int, str]:
        """Run one command; returns its exit status and what it printed on both streams."""
        assert self._bash.stdin is not None
        # The status is given back, so that the next command of the document may ask for it.
        self._bash.stdin.write(f"{command}\n(s=$?; printf '\\n%s %s\\n' '{_END}' $s; exit $s)\n")
        self._bash.stdin.flush()
        said: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=PATIENCE_SECONDS)
            except Empty:
                raise AssertionError(f"never ended: {command}\n{''.join(said)}") from None
            if line.startswith(_END):
                return int(line.removeprefix(_END)), "".join(said).removesuffix("\n")
            said.append(line)

    def hold(self, shown: Shown, command: str | None = None) -> str:
        """Run one command of a document, or what stands for it here, and hold it to what is shown.

        Returns:
            What it printed.
        """
        status, said = self.run(command or shown.command)
        assert (status != 0) is shown.must_fail, f"$ {shown.command}\n{said}exit status {status}"
        assert shown.is_kept_by(said), f"$ {shown.command}\nshown:\n{shown.output}\nprinted:\n{said}"
        return said

    def close(self) -> None:
        """End the shell and what it left running, also when it is stuck."""
        assert self._bash.stdin is not None
        self._bash.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._bash.pid, number)
            # The last one that held our end of the pipe is gone.
            self._listener.join(timeout=30)
        self._bash.wait(timeout=30)

    def _listen(self) -> None:
        assert self._bash.stdout is not None
        for line in self._bash.stdout:
            self._lines.put(line)
        self._bash.stdout.close()


def _put(script: Path, command: str) -> None:
    script.write_text(f'#!/bin/sh\n{command} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
