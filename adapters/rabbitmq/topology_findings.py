"""Comparing a broker's actual definitions with the topology it should have.

Each check answers with findings: a stable code, what is wrong and where, why it matters, and the remedy. Pure: the
definitions come from ``provisioning``. A broker's export leaves its internal exchanges out, so ``dlx`` is judged by
the bindings that start there.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adapters.rabbitmq.provisioning import OperatorDoor, unreadable
from adapters.rabbitmq.topology import DEAD_LETTER_EXCHANGE, EXCHANGE, Definitions

Row = dict[str, Any]
_APPLY = "Apply the topology again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference that matters.

    Attributes:
        code: Stable, kebab-case.
        where: Virtual host and object, such as ``"so: in.pool-x"``.
        what: What is missing or different.
        why: What goes wrong because of it.
        remedy: What to do.
    """

    code: str
    where: str
    what: str
    why: str
    remedy: str = _APPLY


POLICY_WHY = {
    "dead-letter-exchange": (
        "broker-dead-letter-exchange",
        "messages that expire or are rejected are dropped without a trace",
    ),
    "dead-letter-strategy": ("broker-dead-letter-strategy", "a dead letter can be lost on its way"),
    "delivery-limit": (
        "broker-delivery-limit",
        "a message that cannot be stored circles for ever, or is dropped after a default number of attempts",
    ),
    "overflow": (
        "broker-overflow",
        "a full inbox drops its oldest messages, or full dead letters keep the inbox from moving",
    ),
    "max-length": ("broker-max-length", "one queue can fill the disk of the whole broker"),
    "max-length-bytes": ("broker-max-length", "one queue can fill the disk of the whole broker"),
    "message-ttl": ("broker-message-ttl", "messages stay for longer, or for shorter, than was agreed"),
}
"""By key of a policy: the code of what is found when it differs, and why that matters."""


def audit(door: OperatorDoor, wanted: Definitions) -> list[Finding]:
    """Compare a broker with the wanted topology; an empty list is good news.

    Raises:
        OperatorError: The broker refuses to show its definitions, or shows something else.
        TemporaryError: It does not answer.
    """
    actual = door.export_definitions()
    with judging():
        return findings(wanted, actual)


@contextmanager
def judging() -> Iterator[None]:
    """Rows are somebody else's writing; one that cannot be judged must not look like one that is right.

    Raises:
        OperatorError: ``broker-definitions-unreadable`` instead of whatever such a row leads to.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, re.error):
        raise unreadable() from None


def findings(wanted: Definitions, actual: Definitions) -> list[Finding]:
    """Compare two documents in RabbitMQ's definitions format."""
    return [finding for check in _CHECKS for finding in check(wanted, actual)]


def findings_without_permissions(wanted: Definitions, actual: Definitions) -> list[Finding]:
    """The same for who may not see the permissions."""
    unseen = (_permissions, _topic_permissions)
    return [finding for check in _CHECKS if check not in unseen for finding in check(wanted, actual)]


def _index(document: Definitions, kind: str, *keys: str) -> dict[tuple[Any, ...], Row]:
    return {tuple(row.get(key) for key in keys): row for row in document.get(kind, [])}


def _pairs(wanted: Definitions, actual: Definitions, kind: str, *keys: str) -> Iterator[tuple[str, Row, Row | None]]:
    there = _index(actual, kind, *keys)
    for key, row in _index(wanted, kind, *keys).items():
        yield ": ".join(str(part) for part in key), row, there.get(key)


def _vhosts(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    for where, _, there in _pairs(wanted, actual, "vhosts", "name"):
        if there is None:
            yield Finding("broker-vhost-missing", where, "The virtual host is missing.", "its lane cannot be used")


def _exchanges(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    sources = {(row["vhost"], row["source"]) for row in actual.get("bindings", [])}
    for where, row, there in _pairs(wanted, actual, "exchanges", "vhost", "name"):
        is_hidden = row["internal"] and (row["vhost"], row["name"]) in sources
        if there is None:
            if not is_hidden:
                yield Finding("broker-exchange-missing", where, "The exchange is missing.", "messages have no way")
        elif there.get("type") != row["type"] or not there.get("durable"):
            what = "The exchange has another type or is not durable."
            yield Finding("broker-exchange-differs", where, what, "sender keys are only enforced on topic exchanges")
        elif there.get("arguments", {}).get("alternate-exchange"):
            what = "The exchange has an alternate exchange."
            yield Finding("broker-alternate-exchange", where, what, "unroutable messages look delivered")


def _queues(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    for where, row, there in _pairs(wanted, actual, "queues", "vhost", "name"):
        if there is None:
            yield Finding("broker-queue-missing", where, "The queue is missing.", "messages to it are unroutable")
        elif there.get("arguments", {}).get("x-queue-type") != row["arguments"]["x-queue-type"]:
            yield Finding(
                "broker-queue-type",
                where,
                "The queue is not a quorum queue.",
                "it does not survive the loss of a node and its delivery limit does not work",
                "Drain and delete the queue, then apply the topology again.",
            )


def _bindings(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    keys = ("vhost", "source", "destination", "routing_key")
    for where, _, there in _pairs(wanted, actual, "bindings", *keys):
        if there is None:
            yield Finding("broker-binding-missing", where, "The binding is missing.", "messages are unroutable")
    expected = _index(wanted, "bindings", *keys)
    vhosts = {row["name"] for row in wanted["vhosts"]}
    for key in _index(actual, "bindings", *keys):
        vhost, source, *_ = key
        if vhost in vhosts and source in {EXCHANGE, DEAD_LETTER_EXCHANGE} and key not in expected:
            yield Finding(
                "broker-binding-foreign",
                ": ".join(str(part) for part in key),
                "A binding is there that is not in the topology.",
                "somebody else may receive a copy of the messages, or a party is not in the list",
                "Find out whose it is; unbind it or add the party.",
            )


def _effective(actual: Definitions, vhost: str, queue: str) -> Row:
    # One policy counts for a queue: the one with the highest priority.
    fitting = [
        row
        for row in actual.get("policies", [])
        if row["vhost"] == vhost and row.get("apply-to", "all") != "exchanges" and re.search(row["pattern"], queue)
    ]
    best: Row = max(fitting, key=lambda row: int(row.get("priority", 0)), default={})
    definition: Row = best.get("definition", {})
    return definition


def _policies(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    for queue in wanted["queues"]:
        vhost, name = queue["vhost"], queue["name"]
        there = _effective(actual, vhost, name) | _from_arguments(actual, vhost, name)
        for key, value in _effective(wanted, vhost, name).items():
            if there.get(key) != value:
                code, why = POLICY_WHY.get(key, (f"broker-{key}", "the queue behaves otherwise than was agreed"))
                state = "is missing" if key not in there else f"is {there[key]}"
                yield Finding(code, f"{vhost}: {name}", f"'{key}' {state}; it must be {value}.", why)


def _from_arguments(actual: Definitions, vhost: str, queue: str) -> Row:
    # Arguments win over policies and cannot be changed.
    rows = _index(actual, "queues", "vhost", "name")
    arguments = rows.get((vhost, queue), {}).get("arguments", {})
    return {key.removeprefix("x-"): value for key, value in arguments.items()}


def _users(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    for where, row, there in _pairs(wanted, actual, "users", "name"):
        if there is None:
            yield Finding("broker-user-missing", where, "The user is missing.", "the party cannot log in")
            continue
        if _tags(there) != _tags(row):
            what = f"The user has the tags {_tags(there)}."
            yield Finding("broker-user-tags", where, what, "a tag can give power over the whole broker")
        limits = there.get("limits") or {}
        for limit, value in row["limits"].items():
            if limits.get(limit) != value:
                what = f"The limit '{limit}' is {limits.get(limit, 'missing')}; it must be {value}."
                yield Finding("broker-user-limit", where, what, "one party can exhaust the broker for all")


def _tags(user: Row) -> list[str]:
    # A comma-separated text up to RabbitMQ 3.8 and in hand-written files, a list in newer exports.
    tags = user.get("tags") or []
    return sorted(tag for tag in (tags.split(",") if isinstance(tags, str) else tags) if tag)


def _permissions(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    for where, row, there in _pairs(wanted, actual, "permissions", "vhost", "user"):
        if there is None:
            what = "The permission is missing."
            yield Finding("broker-permission-missing", where, what, "the party can neither send nor receive")
            continue
        for right in ("configure", "write", "read"):
            if there.get(right) != row[right]:
                what = f"The right to {right} is {there.get(right)!r}; it must be {row[right]!r}."
                yield Finding("broker-permission-differs", where, what, "the party can do more or less than it may")


def _topic_permissions(wanted: Definitions, actual: Definitions) -> Iterator[Finding]:
    expected = _index(wanted, "topic_permissions", "vhost", "user")
    there = {
        (row["vhost"], row["user"]): row
        for row in actual.get("topic_permissions", [])
        if row.get("exchange") == EXCHANGE
    }
    for vhost, user in sorted({*expected, *_writers(wanted, actual)}):
        row = there.get((vhost, user))
        if row is None:
            what = "The topic permission is missing."
            why = "without one everything is allowed: this user can send in the name of any party"
            yield Finding("broker-topic-permission-missing", f"{vhost}: {user}", what, why)
        elif (vhost, user) in expected and row.get("write") != expected[vhost, user]["write"]:
            what = f"The topic permission to write is {row.get('write')!r}."
            why = "the user may be able to send in the name of another party"
            yield Finding("broker-topic-permission-differs", f"{vhost}: {user}", what, why)


def _writers(wanted: Definitions, actual: Definitions) -> Iterable[tuple[str, str]]:
    vhosts = {row["name"] for row in wanted["vhosts"]}
    trusted = {row["name"] for row in [*actual.get("users", []), *wanted["users"]] if "administrator" in _tags(row)}
    for row in actual.get("permissions", []):
        is_here = row["vhost"] in vhosts and row["user"] not in trusted
        if is_here and re.search(row.get("write") or "^$", EXCHANGE):
            yield row["vhost"], row["user"]


_CHECKS: tuple[Callable[[Definitions, Definitions], Iterator[Finding]], ...] = (
    _vhosts,
    _exchanges,
    _queues,
    _bindings,
    _policies,
    _users,
    _permissions,
    _topic_permissions,
)
