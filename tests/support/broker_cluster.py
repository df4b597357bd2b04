"""A cluster of three RabbitMQ nodes on loopback, whose nodes are killed, frozen and cut off one at a time."""

import secrets
import signal

from adapters.rabbitmq.topology import inbox_name
from tests.support.broker_handle import BrokerUnavailable, CommandControl, TestBroker
from tests.support.broker_node import MESSAGE_LIMIT, Node, is_installed, node_name
from tests.support.loopback import free_port

_CONF = """\
cluster_partition_handling = pause_minority
net_ticktime = 10
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.randomized_startup_delay_range.min = 0
cluster_formation.randomized_startup_delay_range.max = 1
"""
_CUT = "[begin erlang:set_cookie(N, cut), erlang:disconnect_node(N) end || N <- [{others}]]."
_MEND = "[erlang:set_cookie(N, erlang:get_cookie()) || N <- [{others}]]."
"""Nodes that give each other a cookie that is not the cluster's do not connect, whoever begins."""


class ClusterBroker(TestBroker):
    """Three nodes that are one broker; clients reach it by any of ``addresses``."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        super().__init__(
            host="127.0.0.1",
            port=nodes[0].port,
            control=CommandControl(nodes[0].run),
            stop=self._stop_all,
            message_limit=MESSAGE_LIMIT,
            how=f"a cluster of three nodes of the installed rabbitmq-server ({nodes[0].version()})",
        )

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where each node listens."""
        return [("127.0.0.1", node.port) for node in self._nodes]

    def leader_of(self, party_id: str) -> Node:
        """The node that leads the inbox of a party."""
        listed = self.ctl("--silent", "-p", "so", "list_queues", "name", "leader")
        leaders = dict(line.split() for line in listed.splitlines() if len(line.split()) == 2)
        leader = leaders.get(inbox_name(party_id), node_name(self._nodes[0].port))
        return next(node for node in self._nodes if node_name(node.port) == leader)

    def freeze(self, node: Node) -> None:
        node.signal(signal.SIGSTOP)

    def thaw(self, node: Node) -> None:
        node.signal(signal.SIGCONT)

    def cut_off(self, node: Node) -> None:
        """Neither does another node reach it, nor it another; clients reach all of them."""
        self._tell_of_others(node, _CUT)

    def mend(self, node: Node) -> None:
        """Let them reach each other again, and wait until all three are one broker."""
        self._tell_of_others(node, _MEND)
        other = next(other for other in self._nodes if other is not node)
        other.run(("await_online_nodes", str(len(self._nodes)), "--timeout", "60"), b"")

    def _tell_of_others(self, node: Node, words: str) -> None:
        others = ", ".join(f"'{node_name(other.port)}'" for other in self._nodes if other is not node)
        node.run(("eval", words.format(others=others)), b"")

    def _stop_all(self) -> None:
        for node in reversed(self._nodes):
            node.stop()


def cluster_broker() -> ClusterBroker:
    """Run three nodes of the installed ``rabbitmq-server`` and let them find each other."""
    if not is_installed():
        raise BrokerUnavailable("rabbitmq-server is not installed")
    ports = [free_port() for _ in range(3)]
    mapper, cookie = free_port(), secrets.token_hex(16)
    names = "".join(
        f"cluster_formation.classic_config.nodes.{number} = {node_name(port)}\n"
        for number, port in enumerate(ports, start=1)
    )
    nodes = [Node(_CONF + names, "", port, mapper, cookie) for port in ports]
    try:
        for node in nodes:
            node.start()
        return ClusterBroker(nodes)
    except BaseException:
        for node in reversed(nodes):
            node.stop()
        raise
