"""Audit a broker as a party may: by what a monitoring user sees of it, and what our own user is refused.

A party has no rights on the broker. A user with the tag ``monitoring`` sees exchanges, queues, bindings, policies and
user limits, but no permissions. Whether ours has a topic permission is found out by trying what it must forbid: a
message in the name of somebody else, to nobody. It is refused or returned as unroutable; either way it arrives nowhere.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from aio_pika import Message
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPChannelError, PublishError
from aiormq.exceptions import ChannelAccessRefused

from adapters.rabbitmq.endpoint import Endpoint
from adapters.rabbitmq.explanations import explained
from adapters.rabbitmq.provisioning import ManagementApi
from adapters.rabbitmq.topology import EXCHANGE, VHOSTS, Definitions, dead_name, definitions, inbox_name, routing_key
from adapters.rabbitmq.topology_findings import Finding, findings_without_permissions, judging

FORBIDDEN_KEY = routing_key("sogw-audit", "sogw-nobody")
_SECONDS = 10.0


class TopologyAudit:
    """Compares the part of a broker that concerns one party with what it must be.

    Args:
        management: As a user with the tag ``monitoring``.
        endpoint: As the party itself.
    """

    def __init__(self, management: ManagementApi, endpoint: Endpoint) -> None:
        self._management = management
        self._endpoint = endpoint

    async def look(self) -> list[Finding]:
        """An empty list is good news.

        Raises:
            OperatorError: We are not let in, or what answers is no broker.
            TemporaryError: Nobody answers.
        """
        party_id = self._endpoint.party_id
        with judging():
            actual = await asyncio.to_thread(seen, self._management.read, party_id)
            found = findings_without_permissions(definitions([party_id]), actual)
        for vhost in VHOSTS:
            if await self._may_speak_for_others(vhost):
                found.append(_fail_open(vhost, party_id))
        return found

    async def _may_speak_for_others(self, vhost: str) -> bool:
        link = None
        try:
            async with asyncio.timeout(_SECONDS):
                link = await self._endpoint.connect(vhost, "audit")
                channel = await link.connection.channel(publisher_confirms=True, on_return_raises=True)
                exchange = await channel.get_exchange(EXCHANGE, ensure=False)
                await exchange.publish(Message(b""), FORBIDDEN_KEY, mandatory=True)
        except PublishError:
            return True
        except ChannelAccessRefused:
            return False
        except (AMQPChannelError, *CONNECTION_EXCEPTIONS) as error:
            raise explained(error, vhost, self._endpoint.party_id) from None
        finally:
            if link is not None:
                await link.close()
        return True


def seen(read: Callable[[str], Any], party_id: str) -> Definitions:
    """What a monitoring user sees, in the form of definitions, of this party only."""
    vhosts = [vhost for vhost in VHOSTS if any(row["name"] == vhost for row in read("vhosts"))]
    own = {inbox_name(party_id), dead_name(party_id)}

    def rows(kind: str) -> Iterator[dict[str, Any]]:
        return (row for vhost in vhosts for row in read(f"{kind}/{quote(vhost, safe='')}"))

    limits = {row["user"]: row["value"] for row in read("user-limits")}
    return {
        "vhosts": [{"name": vhost} for vhost in vhosts],
        "exchanges": list(rows("exchanges")),
        "queues": [row for row in rows("queues") if row["name"] in own],
        "bindings": [row for row in rows("bindings") if _concerns(row, party_id, own)],
        "policies": list(rows("policies")),
        # The management API shows a user's limits only when it has some, and to us nothing else of it.
        "users": [{"name": party_id, "tags": [], "limits": limits.get(party_id, {})}],
    }


def _concerns(binding: dict[str, Any], party_id: str, own: set[str]) -> bool:
    """Whether it brings somebody what is for us; bindings of the other parties are theirs."""
    if binding["destination"] in own:
        return True
    sender, _, rest = str(binding["routing_key"]).partition(".")
    return sender == "#" or rest.partition(".")[0] in {"", party_id, "*", "#"}


def _fail_open(vhost: str, party_id: str) -> Finding:
    return Finding(
        "broker-topic-permission-missing",
        f"{vhost}: {party_id}",
        "Our own user may send in the name of others.",
        "anybody on the broker may be able to send in our name",
    )
