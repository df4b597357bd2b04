"""A real process: no core dump, memory and environment closed to others of the same user, arguments not in its list."""

import ctypes
import io
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.domain.errors import OperatorError
from gateway.entrypoints import process, start
from gateway.entrypoints.cli import main as cli
from tests.support.cli import SOGW, environment
from tests.unit.entrypoints.conftest import Door

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CASE = "SO-2026-0001"
NAME = "dr. J.M. Terpstra-Oud"
NOBODY = 65534
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def allow_core_dumps():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)


def waiting(*arguments: str, home: Path, folder: Path) -> subprocess.Popen[str]:
    """A ``sogw`` that waits for standard input, allowed by its parent to dump core."""
    started = subprocess.Popen(
        [*SOGW, *arguments],
        env={**environment(home), "PYTHONPATH": str(Path(__file__).parents[3])},
        cwd=folder,
        preexec_fn=allow_core_dumps,  # noqa: PLW1509  (no thread of ours forks)
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    deadline = time.monotonic() + 30
    while not _is_sealed(started.pid):
        assert started.poll() is None, started.communicate()
        assert time.monotonic() < deadline, Path(f"/proc/{started.pid}/limits").read_text()
        time.sleep(0.02)
    return started


def _is_sealed(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line for line in lines if line.startswith("Max core file size")).split()[4:6] == ["0", "0"]


@linux
def test_a_command_that_is_killed_by_a_fault_leaves_no_core(door: Door, tmp_path):
    running = waiting("case", "show", "@-", home=door.home, folder=tmp_path)
    os.kill(running.pid, signal.SIGSEGV)
    _, status = os.waitpid(running.pid, 0)
    running.returncode = status  # it was waited for here, where the core flag is seen
    for stream in (running.stdin, running.stdout, running.stderr):
        stream.close()
    assert os.WTERMSIG(status) == signal.SIGSEGV
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.glob("core*")) == []


@linux
def test_the_entry_point_makes_the_process_undumpable():
    asked = "import ctypes, sys, gateway.entrypoints.cli.main as m\ntry:\n    sys.argv = ['sogw', '--version']\n    m.run()\n"
    asked += "except SystemExit:\n    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "0"


_WATCHED = f"""
import ctypes, os, resource, sys
from gateway.entrypoints.process import seal_process
if os.getuid() == 0:
    os.setgid({NOBODY}); os.setuid({NOBODY})
prctl = ctypes.CDLL(None).prctl
prctl(4, 1, 0, 0, 0)  # as a process is that was started by its own user
ready, go = os.pipe()
child = os.fork()
if child == 0:
    os.close(go)
    os.read(ready, 1)  # sealed, or not
    try:
        open(f"/proc/{{os.getppid()}}/environ", "rb").read()
        os._exit(0)
    except PermissionError:
        os._exit(1)
if sys.argv[1] == "sealed":
    seal_process()
os.write(go, b"x")
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), os.stat("/proc/self/mem").st_uid)
"""


@linux
def test_another_process_of_the_same_user_reads_neither_memory_nor_environment():
    def seen(how):
        return subprocess.run(
            [sys.executable, "-c", _WATCHED, how], capture_output=True, encoding="utf-8", check=True
        ).stdout.split()

    uid = NOBODY if os.getuid() == 0 else os.getuid()
    assert seen("open") == ["0", str(uid)], "this machine hides processes already; the next line would prove nothing"
    assert seen("sealed") == ["1", "0"]


@pytest.mark.parametrize("broken", ["limit", "prctl", "module"])
def test_a_process_that_cannot_be_sealed_does_not_begin(monkeypatch, capsys, broken):
    def fail(*_):
        raise OSError

    monkeypatch.setattr(resource, "setrlimit", fail if broken == "limit" else lambda *_: None)
    if broken == "module":
        monkeypatch.setitem(sys.modules, "resource", None)
    if broken == "prctl":
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: type("Library", (), {"prctl": lambda *_: -1})())
    with pytest.raises(OperatorError) as error:
        process.seal_process()
    assert error.value.code == "process-exposed"
    monkeypatch.setattr(cli, "main", lambda: pytest.fail("it began"))
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == OperatorError.exit_status
    assert "process-exposed" in capsys.readouterr().err


def test_where_there_is_no_prctl_the_limit_is_set_all_the_same(monkeypatch):
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda *given: limits.append(given))
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: pytest.fail("no prctl there"))
    process.seal_process()
    assert limits == [(resource.RLIMIT_CORE, (0, 0))]
    monkeypatch.setattr(sys, "platform", "win32")
    process.seal_process()
    assert len(limits) == 1


# --- arguments by standard input


@linux
def test_names_and_ids_by_standard_input_are_not_in_the_process_list(door: Door, tmp_path):
    door.submit(CASE)
    running = waiting("case", "show", "@-", "--output", "json", home=door.home, folder=tmp_path)
    shown = Path(f"/proc/{running.pid}/cmdline").read_bytes()
    out, err = running.communicate(f"{CASE}\n--actor\n{NAME}\n", timeout=60)
    assert running.returncode == 0, err
    assert CASE in out
    assert b"@-" in shown
    assert CASE.encode() not in shown


def test_lines_stand_where_the_sign_stands_one_argument_each(door: Door, monkeypatch):
    door.submit(CASE)
    give(monkeypatch, f"--actor\n{NAME}\n\n{CASE}\n")
    given = door("case", "show", "@-", "--output", "json")
    assert given.out == door("case", "show", CASE, "--actor", NAME, "--output", "json").out


def test_standard_input_can_be_asked_for_once(door: Door, monkeypatch):
    give(monkeypatch, CASE)
    assert "arguments-twice" in door("case", "show", "@-", "@-", status=3).err


def test_too_many_lines_and_no_text_are_refused(door: Door, monkeypatch):
    give(monkeypatch, "a\n" * 257)
    assert "arguments-too-many" in door("case", "show", "@-", status=3).err
    give(monkeypatch, "\n")
    assert "input-not-text" in door("case", "show", "@-", status=3).err


def give(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


_SLOW = """
import pathlib, time
pathlib.Path({file!r}).touch()
time.sleep(60)
"""


def test_an_interrupt_while_the_program_loads_shows_nothing(tmp_path):
    loading = tmp_path / "loading"
    slow = tmp_path / "modules"
    slow.mkdir()
    (slow / "typer.py").write_text(_SLOW.format(file=str(loading)), encoding="utf-8")
    started = subprocess.Popen(
        [*SOGW, "--version"],
        env={**os.environ, "PYTHONPATH": f"{slow}{os.pathsep}{Path(__file__).parents[3]}"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    deadline = time.monotonic() + 30
    while not loading.exists():
        assert started.poll() is None, started.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    assert started.communicate(timeout=30) == ("", "")
    assert started.returncode == -signal.SIGINT


@pytest.mark.parametrize("before", [signal.default_int_handler, signal.SIG_IGN])
def test_an_interrupt_is_heard_again_as_it_was_before_loading(monkeypatch, before):
    heard = []

    def run_command():
        heard.append(signal.getsignal(signal.SIGINT))
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.entrypoints.cli.main.run", run_command)
    known = signal.signal(signal.SIGINT, before)
    try:
        with pytest.raises(SystemExit) as ended:
            start.run()
    finally:
        signal.signal(signal.SIGINT, known)
    assert (heard, ended.value.code) == ([before], 130)
