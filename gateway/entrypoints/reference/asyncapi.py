"""The AsyncAPI 3 document, made from the protocol table and the broker's topology."""

import json
from typing import Any

from adapters.jose.profile import MAX_BODY_BYTES
from adapters.rabbitmq.topology import EXCHANGE, inbox_name, routing_key
from gateway.application.compose_message import BILLING_KINDS
from gateway.domain.messages import Kind
from gateway.domain.party import Role
from gateway.domain.protocol import PROTOCOL, Row
from gateway.entrypoints.reference.protocol import NEEDS
from gateway.ports.transport import Lane

_PARTY_ID = {"type": "string", "pattern": "^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$"}
_LANES = {Lane.CASES: "Second opinions", Lane.BILLING: "Invoices, which share nothing with cases (R55)"}
_DESCRIPTION = (
    "What travels between an arbodienst (ohs) and a pool. Every payload is a so-envelope/1: a FHIR R4 message bundle,"
    " signed (compact JWS), then sealed for its one recipient (compact JWE). On the wire all kinds look the same: the"
    " kind, the case and the person are inside. x-second-opinion on a message is its row of the protocol table."
)


def asyncapi() -> str:
    """The document as JSON text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The document as values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Second-opinion gateway",
            "version": "so-envelope/1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/jose",
        "servers": {lane.name.lower(): _server(lane) for lane in Lane},
        "channels": {lane.name.lower(): _channel(lane) for lane in Lane},
        "operations": {
            name: operation for lane in Lane for role in Role for name, operation in _operations(lane, role).items()
        },
        "components": {
            "messages": {row.kind.value: _message(row) for row in PROTOCOL.values()},
            "schemas": {"envelope": _envelope(), "partyId": _PARTY_ID},
        },
    }


def _server(lane: Lane) -> dict[str, Any]:
    return {
        "host": "{host}:5671",
        "protocol": "amqps",
        "protocolVersion": "0.9.1",
        "pathname": f"/{lane.value}",
        "description": f"Virtual host {lane.value}: {_LANES[lane]}. TLS with a client certificate (EXTERNAL).",
        "variables": {"host": {"description": "The broker that the partner entry names."}},
        "security": [{"type": "X509"}],
    }


def _channel(lane: Lane) -> dict[str, Any]:
    """One address for every kind, so that the kind never shows."""
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": lane.value}
    return {
        "address": routing_key("{sender}", "{recipient}"),
        "description": f"Reaches the quorum queue {inbox_name('{recipient}')}.",
        "servers": [{"$ref": f"#/servers/{lane.name.lower()}"}],
        "parameters": {
            "sender": {"description": "Party id; the broker lets a user write its own only."},
            "recipient": {"description": "Party id."},
        },
        "messages": {kind.value: {"$ref": f"#/components/messages/{kind.value}"} for kind in kinds_on(lane)},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def kinds_on(lane: Lane) -> list[Kind]:
    """What travels on a lane: an answer takes the road of its question."""
    return [kind for kind in PROTOCOL if kind is Kind.RECEIPT or (kind in BILLING_KINDS) is (lane is Lane.BILLING)]


def _operations(lane: Lane, role: Role) -> dict[str, Any]:
    """What a party of a role sends and takes in."""
    channel = f"#/channels/{lane.name.lower()}"
    own = [kind for kind in kinds_on(lane) if role in PROTOCOL[kind].senders]
    others = [kind for kind in kinds_on(lane) if PROTOCOL[kind].senders - {role}]
    name = f"{role.value}{lane.name.capitalize()}"
    return {
        f"{name}Send": {
            "action": "send",
            "channel": {"$ref": channel},
            "summary": f"What a party with the role {role.value} may say.",
            "messages": [{"$ref": f"{channel}/messages/{kind.value}"} for kind in own],
            "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "bindingVersion": "0.3.0"}},
        },
        f"{name}Receive": {
            "action": "receive",
            "channel": {"$ref": channel},
            "summary": f"What a party with the role {role.value} takes in; each is answered with a receipt.",
            "messages": [{"$ref": f"{channel}/messages/{kind.value}"} for kind in others],
            "bindings": {"amqp": {"ack": True, "bindingVersion": "0.3.0"}},
        },
    }


def _message(row: Row) -> dict[str, Any]:
    return {
        "name": row.kind.value,
        "title": row.kind.value.replace("-", " ").capitalize(),
        "contentType": "application/jose",
        "payload": {"$ref": "#/components/schemas/envelope"},
        "x-second-opinion": {
            "senders": sorted(row.senders),
            "opens": row.opens,
            "statesBefore": sorted(row.before),
            "taskStatus": row.task_status,
            "statesAfter": sorted(row.choices or ({row.after} if row.after else set())),
            "consents": list(row.consents),
            "needs": {need.value: NEEDS[need] for need in row.needs},
            "resources": sorted(row.resources),
            "rules": list(row.rules),
            "audit": row.audit,
            "isSequenced": row.is_sequenced,
            "sharesSize": row.shares_size,
        },
    }


def _envelope() -> dict[str, Any]:
    return {
        "type": "string",
        "description": "Compact JWE, typ so+jwe, prf so-envelope/1, around a compact JWS (so+jws) of the bundle.",
        "contentMediaType": "application/jose",
        "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
        "maxLength": MAX_BODY_BYTES,
    }
