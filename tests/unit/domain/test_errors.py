"""An error says what, where, by which rule and what to do, and of an envelope no more than that it was refused."""

import errno
import socket
from urllib.error import URLError

import pytest

from gateway.domain.errors import EnvelopeError, OperatorError, RefusedError, TemporaryError, reason_of


@pytest.mark.parametrize("kind", [RefusedError, TemporaryError, OperatorError])
def test_an_error_says_what_it_was_given_and_nothing_else(kind):
    assert str(kind("code", "It happened.")) == "It happened."
    assert str(kind("code", "It happened.", remedy="Do this.")) == "It happened. Do this."
    whole = kind("code", "It happened.", remedy="Do this.", where="line 3", rules=("R1", "R27"))
    assert str(whole) == "line 3: It happened. [R1, R27] Do this."
    assert (whole.code, whole.where, whole.rules, whole.remedy) == ("code", "line 3", ("R1", "R27"), "Do this.")
    assert repr(kind("code", "It happened.")) == f"{kind.__name__}('It happened.')"


def test_whoever_must_act_is_told_by_the_exit_status():
    statuses = [kind("code", "x").exit_status for kind in (RefusedError, TemporaryError, OperatorError)]
    assert statuses == [3, 75, 78]


@pytest.mark.parametrize("reason", ["wrong-recipient", "unknown-key"])
def test_a_refused_envelope_tells_one_code_whatever_the_reason(reason):
    error = EnvelopeError(reason)
    assert (error.code, error.reason) == ("envelope-refused", reason)
    assert reason not in str(error)


def _wrapped(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 5672)"), "Connection refused"),
        (FileNotFoundError(errno.ENOENT, "x", "secret"), "No such file or directory"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (URLError(ConnectionRefusedError(errno.ECONNREFUSED, "x")), "Connection refused"),
        (_wrapped(ConnectionError("of a library"), OSError(errno.ENOSPC, "x")), "No space left on device"),
        (TimeoutError(), "it took too long"),
        (ConnectionError("of a library"), "no reason is given"),
        (RuntimeError("of a library"), "no reason is given"),
    ],
)
def test_the_reason_of_an_error_is_that_of_the_system_and_names_no_library(error, reason):
    assert reason_of(error) == reason
