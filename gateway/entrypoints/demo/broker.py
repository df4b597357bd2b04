"""The demo over a real RabbitMQ: the real topology, one user and one inbox per party."""

import secrets
import shlex
from urllib.parse import unquote, urlsplit

from adapters.rabbitmq.provisioning import ControlCommand, ManagementApi, OperatorDoor, apply
from adapters.rabbitmq.topology import BrokerUser, definitions
from adapters.rabbitmq.transport import RabbitTransport
from gateway.domain.errors import OperatorError
from gateway.entrypoints.demo.cast import CAST
from gateway.entrypoints.demo.stage import TransportOf


def prepared_broker(url: str, door: OperatorDoor) -> TransportOf:
    """Apply the topology for every party of the cast and say how each one connects.

    Args:
        url: ``amqp://host:port``; who is in it is not used for the parties.
        door: How the topology is applied.

    Raises:
        OperatorError: The broker cannot be provisioned.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"amqp", "amqps"} or parts.hostname is None:
        raise OperatorError(
            "broker-url-invalid",
            "Not an amqp:// or amqps:// address.",
            where="--broker",
            remedy="Give one such as amqp://administrator:password@127.0.0.1:5672.",
        )
    passwords = {member.party.party_id: secrets.token_urlsafe(24) for member in CAST}
    apply(door, definitions([BrokerUser(party_id, password) for party_id, password in passwords.items()]))
    address = f"{parts.scheme}://{parts.hostname}:{parts.port or 5672}"
    return lambda party_id: RabbitTransport(party_id, address, password=passwords[party_id])


def operator_door(url: str, management: str | None, ctl: str | None) -> OperatorDoor:
    """The operator's way in: ``ctl`` when given, else the management API.

    Args:
        url: ``amqp://administrator:password@host:port``.
        management: Address of the management API; by default port 15672 of the same host.
        ctl: A command such as ``rabbitmqctl``.
    """
    if ctl is not None:
        return ControlCommand(tuple(shlex.split(ctl)))
    parts = urlsplit(url)
    user, password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
    return ManagementApi(management or f"http://{parts.hostname}:15672", user, password)
