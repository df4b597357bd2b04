"""A plugin of pytest: ``--every-code`` fails a run that left some code unsaid.

Only a run of all tests can say them all. Where some were skipped, for want of a server or a token, the codes are named
and the run does not fail for them.
"""

from collections.abc import Iterator, Mapping

import pytest

from tests.support.provoked import every_code, written_down

_said = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the option."""
    parser.addoption("--every-code", action="store_true", help="fail when no test provokes some code; for a whole run")


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty ledger."""
    config.stash[_said] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Write down what is said while a test runs."""
    with written_down(item.config.stash[_said]):
        yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail for a code not said; a worker hands its ledger to the process that began it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["said"] = sorted(session.config.stash[_said])
    elif session.exitstatus == pytest.ExitCode.OK and _unsaid(session.config) and not _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    """Take over the ledger of a worker."""
    node.config.stash[_said].update(getattr(node, "workeroutput", {}).get("said", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name every code that nothing said."""
    skipped = _skipped(config)
    verdict = f"UNKNOWN ({skipped} skipped)" if skipped else "FAILED"
    for name, kind in _unsaid(config).items():
        terminalreporter.write_line(f"{verdict}: no test provokes the {kind} '{name}'")


def _unsaid(config: pytest.Config) -> Mapping[str, str]:
    """Codes that nothing said, where that is asked for."""
    said = config.stash[_said]
    return {name: kind for name, kind in every_code().items() if config.option.every_code and name not in said}


def _skipped(config: pytest.Config) -> int:
    """Count the tests that were skipped, in every process."""
    return len(config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped", ()))
