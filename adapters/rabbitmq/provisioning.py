"""Reaching a broker as its operator: import and export definitions, over HTTP or with ``rabbitmqctl``.

Users, permissions and policies cannot be made over AMQP, so provisioning needs one of these two doors.
"""

import base64
import ipaddress
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from typing_extensions import override

from adapters.rabbitmq.topology import SETTLE_SECONDS, Definitions
from gateway.domain.errors import OperatorError, TemporaryError, reason_of

_TIMEOUT_SECONDS = 30.0
_COMMAND_SECONDS = 120.0
_UNAUTHORISED = (401, 403)
_LONGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; the definitions of a thousand parties take a fiftieth of it."""


class OperatorDoor(Protocol):
    """A way to import and export definitions."""

    def import_definitions(self, wanted: Definitions) -> None:
        """Import; what exists and is not named stays."""
        ...

    def export_definitions(self) -> Definitions:
        """Return what the broker has."""
        ...


class ManagementApi(OperatorDoor):
    """The HTTP API of the management plugin.

    Args:
        url: Such as ``https://broker.example:15671``; plain HTTP only to loopback, or with ``allow_insecure``.
        user, password: An administrator.
        allow_insecure: Accept plain HTTP to another machine.
    """

    def __init__(self, url: str, user: str, password: str, *, allow_insecure: bool = False) -> None:
        parts = urlsplit(url)
        is_plain = parts.scheme == "http"
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise OperatorError(
                "broker-management-url",
                "The management address is not an http or https URL.",
                remedy="Give one such as https://broker.example:15671.",
            )
        if is_plain and not (allow_insecure or is_loopback(parts.hostname)):
            raise OperatorError(
                "broker-management-insecure",
                "The management address is plain HTTP to another machine.",
                remedy="Use https, or allow insecure connections explicitly.",
            )
        port = f":{parts.port}" if parts.port else ""
        self._endpoint = f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}/api"
        token = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

    @override
    def import_definitions(self, wanted: Definitions) -> None:
        """POST the document; raises OperatorError or TemporaryError."""
        self._call("POST", "definitions", json.dumps(wanted).encode())

    @override
    def export_definitions(self) -> Definitions:
        """GET the broker's document; raises OperatorError or TemporaryError."""
        return read_definitions(self._call("GET", "definitions", None))

    def read(self, path: str) -> Any:
        """GET one document below ``/api/``; raises OperatorError or TemporaryError."""
        return _read_json(self._call("GET", path, None))

    def _call(self, method: str, path: str, body: bytes | None) -> bytes:
        request = urllib.request.Request(f"{self._endpoint}/{path}", body, self._headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
                answer: bytes = response.read(_LONGEST_ANSWER + 1)
                return answer
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refusal(error.code) from None
        except OSError as error:
            raise TemporaryError(
                "broker-management-unreachable",
                f"The management API does not answer ({reason_of(error)}).",
                remedy="Check the address and the management plugin, or let rabbitmqctl do it (see --help).",
            ) from None

    @staticmethod
    def _refusal(status: int) -> OperatorError:
        if status in _UNAUTHORISED:
            return OperatorError(
                "broker-management-refused",
                f"The management API refuses this user (HTTP {status}).",
                remedy="Use a user with the tag 'administrator' ('monitoring' for [audit]) and its password.",
            )
        return OperatorError(
            "broker-management-failed",
            f"The management API answers HTTP {status}.",
            remedy="Look in the broker's log: it names the definition it refuses.",
        )


class ControlCommand(OperatorDoor):
    """``rabbitmqctl``, reached by a command of the caller's choice.

    Args:
        command: The words before the arguments, such as ``["rabbitmqctl"]`` or
            ``["docker", "exec", "-i", "broker", "rabbitmqctl"]``. Definitions go through standard input, so no file
            has to exist on the broker's side.
    """

    def __init__(self, command: Sequence[str] = ("rabbitmqctl",)) -> None:
        self._command = tuple(command)

    @override
    def import_definitions(self, wanted: Definitions) -> None:
        """Run ``import_definitions``; raises OperatorError."""
        self._run(("import_definitions",), json.dumps(wanted))

    @override
    def export_definitions(self) -> Definitions:
        """Run ``export_definitions -``; raises OperatorError."""
        printed = self._run(("--silent", "export_definitions", "-"), "")
        return read_definitions(printed[max(printed.find("{"), 0) :])

    def _run(self, args: tuple[str, ...], given: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603  (the operator's own command, no shell)
                [*self._command, *args],
                input=given,
                capture_output=True,
                text=True,
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except (FileNotFoundError, PermissionError) as error:
            raise OperatorError(
                "broker-control-missing",
                f"The command that is to reach the broker cannot be run here ({error.strerror}).",
                remedy="Name with --rabbitmqctl one that can, such as 'docker exec -i broker rabbitmqctl', or give the"
                " management API with --management.",
            ) from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._failure(args[0], type(error).__name__) from None
        if done.returncode:
            raise self._failure(args[0], f"exit status {done.returncode}")
        return done.stdout

    @staticmethod
    def _failure(verb: str, reason: str) -> OperatorError:
        return OperatorError(
            "broker-control-failed",
            f"rabbitmqctl could not do '{verb}' ({reason}).",
            remedy="Run the command by hand as the broker's user and look in the broker's log.",
        )


def apply(
    door: OperatorDoor,
    wanted: Definitions,
    *,
    settle_seconds: float = SETTLE_SECONDS,
    certificates_only: bool = False,
) -> list[str]:
    """Import a topology and wait until its new quorum queues survive a crash of the node.

    Args:
        door: The way to the broker.
        wanted: From ``topology.definitions``.
        settle_seconds: How long to wait before traffic may start.
        certificates_only: Take the passwords away of those for whom none is wanted.

    Returns:
        Who keeps the password that the broker had, because none is wanted for them.

    Raises:
        OperatorError: The broker refuses, or does not show whether there is a password to keep.
        TemporaryError: The broker does not answer.
    """
    kept = [] if certificates_only else _passwords_there(door, wanted)
    keeping = {row["name"]: row for row in kept}
    users = [row | keeping.get(row["name"], {}) for row in wanted["users"]]
    door.import_definitions({**wanted, "users": users})
    time.sleep(settle_seconds)
    return sorted(keeping)


def without_password(wanted: Definitions) -> list[str]:
    """Return whom a topology lets in by certificate only."""
    return [row["name"] for row in wanted["users"] if not row["password_hash"]]


def _passwords_there(door: OperatorDoor, wanted: Definitions) -> list[dict[str, str]]:
    """The passwords that the broker has of whom none is wanted for, as it hashed them."""
    without = without_password(wanted)
    if not without:
        return []
    keys = ("name", "password_hash", "hashing_algorithm")
    try:
        there = [row for row in door.export_definitions().get("users", []) if row["name"] in without]
        return [{key: row[key] for key in keys} for row in there if row["password_hash"]]
    except (LookupError, TypeError, AttributeError):
        raise unreadable() from None


def export(wanted: Definitions) -> str:
    """Return the topology as the text of a ``definitions.json``."""
    return json.dumps(wanted, indent=2, sort_keys=True) + "\n"


def read_definitions(answer: str | bytes) -> Definitions:
    """What a broker exported.

    Raises:
        OperatorError: ``broker-definitions-unreadable``: it is not one JSON object, or absurdly long.
    """
    exported = _read_json(answer)
    if not isinstance(exported, dict):
        raise unreadable()
    return exported


def _read_json(answer: str | bytes) -> Any:
    if len(answer) > _LONGEST_ANSWER:
        raise unreadable()
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise unreadable() from None


def unreadable() -> OperatorError:
    """The error for an answer that is not in RabbitMQ's format."""
    return OperatorError(
        "broker-definitions-unreadable",
        "What the broker shows of itself is not in RabbitMQ's format.",
        remedy="Check that the address or command is that of the broker and not of something in between.",
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def redacted(exported: dict[str, Any]) -> dict[str, Any]:
    """Return definitions without password hashes, to show or to compare."""
    users = [{k: v for k, v in user.items() if k != "password_hash"} for user in exported.get("users", [])]
    return {**exported, "users": users}
