"""The topology of the broker: everything the gateways need there, generated from a list of parties.

``definitions()`` is pure: it returns the document that ``rabbitmqctl import_definitions`` and the management API
take, and that works unchanged on RabbitMQ 3.10 and 4.x. Gateways declare nothing themselves.

Why it looks as it does:

* ``msg`` has no alternate exchange: that would turn "unroutable" into a silent success.
* ``dlx`` is internal: clients cannot write dead letters.
* What can be a policy is one, because arguments cannot change without deleting the queue.
* The delivery limit is explicit, because its default is "none" on 3.x and 20 on 4.x. There is no portable
  "unlimited": one million stands for it on the dead letters, where browsing must not destroy anything.
* Dead letters have a ceiling in bytes and a term too: any partner makes some, by messages that expire at once. A full
  queue of them drops its oldest, and does not make the inbox wait, which keeps each until the other has it.
* A user without topic permission may write every key (the check fails open), so each party has one, and
  ``audit`` insists on it.
"""

import base64
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.ports.transport import Lane

Definitions = dict[str, Any]

EXCHANGE = "msg"
DEAD_LETTER_EXCHANGE = "dlx"
VHOSTS: tuple[str, ...] = tuple(lane.value for lane in Lane)

SETTLE_SECONDS = 5.0
"""Pause after new quorum queues appear: a single node killed within about two seconds of the declaration forgets
that the queue has a log on disk, and with it every confirmed message."""

USER_LIMITS = {"max-connections": 10, "max-channels": 50}

_TERM = 14 * 24 * 3600 * 1000
"""Milliseconds: twice as long as a sender goes on."""

INBOX_POLICY: dict[str, Any] = {
    "dead-letter-exchange": DEAD_LETTER_EXCHANGE,
    "dead-letter-strategy": "at-least-once",
    "overflow": "reject-publish",
    "max-length": 100_000,
    "max-length-bytes": 2 * 1024**3,
    "delivery-limit": 20,
    "message-ttl": _TERM,
}
"""Lengths in messages and bytes, time to live in milliseconds."""

DEAD_POLICY: dict[str, Any] = {
    "overflow": "drop-head",
    "max-length": 100_000,
    "max-length-bytes": 256 * 1024**2,
    "delivery-limit": 1_000_000,
    "message-ttl": _TERM,
}
"""The oldest goes first: its sender has no receipt, and sends it again or was told that nobody took it."""


@dataclass(frozen=True, slots=True)
class BrokerUser:
    """A user of the broker; for a party its name is the party id.

    Attributes:
        name: Party id, or the name of an operator.
        password: ``None`` for a user who can only log in with a client certificate (EXTERNAL).
    """

    name: str
    password: str | None = field(default=None, repr=False)


def inbox_name(party_id: str) -> str:
    """Return the name of a party's inbox queue."""
    return f"in.{party_id}"


def dead_name(party_id: str) -> str:
    """Return the name of a party's dead-letter queue."""
    return f"dead.{party_id}"


def routing_key(sender: str, recipient: str) -> str:
    """Return the key of every message between two parties; the kind of message never shows in it."""
    return f"{sender}.{recipient}.m"


def definitions(
    parties: Iterable[BrokerUser | str],
    *,
    operators: Iterable[BrokerUser] = (),
    vhosts: Sequence[str] = VHOSTS,
) -> Definitions:
    """Generate the topology.

    Args:
        parties: One user per party; a bare party id means "certificate only".
        operators: Users with the tag ``administrator`` and all rights on these vhosts.
        vhosts: Virtual hosts that get this shape; by default cases and billing.

    Returns:
        A document in RabbitMQ's definitions format. Passwords are in it only as salted hashes.
    """
    users = [party if isinstance(party, BrokerUser) else BrokerUser(party) for party in parties]
    names = [user.name for user in users]
    admins = list(operators)
    return {
        "vhosts": [{"name": vhost} for vhost in vhosts],
        "users": [_user(user, "", USER_LIMITS) for user in users] + [_user(a, "administrator", {}) for a in admins],
        "permissions": [_party_permission(vhost, name) for vhost in vhosts for name in names]
        + [_operator_permission(vhost, admin.name) for vhost in vhosts for admin in admins],
        "topic_permissions": [_topic_permission(vhost, name) for vhost in vhosts for name in names],
        "exchanges": [exchange for vhost in vhosts for exchange in _exchanges(vhost)],
        "queues": [
            _queue(vhost, queue) for vhost in vhosts for queue in [*map(inbox_name, names), *map(dead_name, names)]
        ],
        "bindings": [binding for vhost in vhosts for name in names for binding in _bindings(vhost, name)],
        "policies": [policy for vhost in vhosts for policy in _policies(vhost)],
        "parameters": [],
        "global_parameters": [],
    }


def password_hash(password: str, salt: bytes | None = None) -> str:
    """Hash a password as RabbitMQ stores it: base64 of a 4-byte salt and SHA-256 over salt and password."""
    salt = os.urandom(4) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode("ascii")


def _user(user: BrokerUser, tags: str, limits: dict[str, int]) -> dict[str, Any]:
    # An empty hash is RabbitMQ's way to say that no password opens this account.
    hashed = "" if user.password is None else password_hash(user.password)
    return {
        "name": user.name,
        "password_hash": hashed,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
        "limits": limits,
    }


def _party_permission(vhost: str, name: str) -> dict[str, str]:
    read = rf"^(in|dead)\.{name}$"
    return {"user": name, "vhost": vhost, "configure": "^$", "write": f"^{EXCHANGE}$", "read": read}


def _operator_permission(vhost: str, name: str) -> dict[str, str]:
    return {"user": name, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}


def _topic_permission(vhost: str, name: str) -> dict[str, str]:
    write = r"^{username}\.[a-z0-9-]+\.[a-z0-9.-]+$"
    return {"user": name, "vhost": vhost, "exchange": EXCHANGE, "write": write, "read": "^$"}


def _exchanges(vhost: str) -> list[dict[str, Any]]:
    shape = {"vhost": vhost, "type": "topic", "durable": True, "auto_delete": False, "arguments": {}}
    return [
        {"name": EXCHANGE, "internal": False, **shape},
        {"name": DEAD_LETTER_EXCHANGE, "internal": True, **shape},
    ]


def _queue(vhost: str, name: str) -> dict[str, Any]:
    arguments = {"x-queue-type": "quorum"}
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _bindings(vhost: str, name: str) -> list[dict[str, Any]]:
    pairs = [(EXCHANGE, inbox_name(name)), (DEAD_LETTER_EXCHANGE, dead_name(name))]
    return [
        {
            "source": source,
            "vhost": vhost,
            "destination": queue,
            "destination_type": "queue",
            "routing_key": f"*.{name}.#",
            "arguments": {},
        }
        for source, queue in pairs
    ]


def _policies(vhost: str) -> list[dict[str, Any]]:
    # "queues" and not "quorum_queues": RabbitMQ 3.10 refuses the latter.
    shape = {"vhost": vhost, "apply-to": "queues", "priority": 10}
    return [
        {"name": "inbox", "pattern": r"^in\.", "definition": dict(INBOX_POLICY), **shape},
        {"name": "dead", "pattern": r"^dead\.", "definition": dict(DEAD_POLICY), **shape},
    ]
