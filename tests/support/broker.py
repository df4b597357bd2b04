"""A real RabbitMQ for tests and demos, from wherever one can be had; never a silent skip.

``find_broker()`` tries, in this order: an address in the environment, a container, a private node of an installed
``rabbitmq-server``, and installing that package (Debian or Ubuntu, as root).
"""

import os
from collections.abc import Callable, Sequence

from tests.support.broker_container import ContainerBroker, container_broker
from tests.support.broker_handle import BrokerUnavailable, TestBroker
from tests.support.broker_node import NodeBroker, installed_broker, node_broker
from tests.support.broker_url import url_broker

__all__ = ["BrokerUnavailable", "TestBroker", "another", "find_broker"]

_WAYS: Sequence[tuple[str, Callable[[], TestBroker]]] = (
    ("SOGW_TEST_AMQP_URL (and SOGW_TEST_MANAGEMENT_URL) naming a running broker", url_broker),
    ("a container engine (image from RABBITMQ_IMAGE)", container_broker),
    ("an installed rabbitmq-server, run as a private node", node_broker),
    ("apt-get install rabbitmq-server, as root on Debian or Ubuntu", installed_broker),
)


def find_broker() -> TestBroker:
    """Return a running broker, with in ``notes`` why better ways did not work; raises BrokerUnavailable."""
    notes: list[str] = []
    for way, start in _WAYS:
        try:
            broker = start()
        except BrokerUnavailable as reason:
            notes.append(f"{way}: {reason}")
            if "SOGW_TEST_AMQP_URL" in os.environ:
                break  # the caller named a broker: another one in its place would hide a mistake
        else:
            broker.notes = notes
            return broker
    raise BrokerUnavailable(
        "These tests need a real RabbitMQ and none of the ways to get one worked:\n  - " + "\n  - ".join(notes)
    )


def another(found: TestBroker) -> ContainerBroker | NodeBroker:
    """Return a broker like the one that was found, for a test that freezes it; raises BrokerUnavailable."""
    if isinstance(found, ContainerBroker):
        return container_broker()
    if isinstance(found, NodeBroker):
        return node_broker()
    raise BrokerUnavailable("a broker known by its URL only cannot be frozen, and there is one of it")
