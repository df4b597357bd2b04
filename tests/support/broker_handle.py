"""What a test holds of a broker, however it was started."""

import json
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import aio_pika

from adapters.rabbitmq.topology import VHOSTS, BrokerUser, dead_name, definitions, inbox_name

ADMIN = BrokerUser("sogw-admin", "test-sogw-admin")
SETTLE_SECONDS = 2.5


class BrokerUnavailable(Exception):  # noqa: N818  (reads as a sentence in the summary)
    """This way to get a broker does not work here; the text says why."""


class Control(Protocol):
    """How definitions and commands reach the broker."""

    def import_definitions(self, wanted: dict[str, Any]) -> None: ...

    def export_definitions(self) -> dict[str, Any]: ...

    def ctl(self, *args: str) -> str: ...


class CommandControl:
    """``rabbitmqctl``, run by a callable that takes arguments and standard input."""

    def __init__(self, run: Callable[[tuple[str, ...], bytes], str]) -> None:
        self._run = run

    def import_definitions(self, wanted: dict[str, Any]) -> None:
        self._run(("import_definitions",), json.dumps(wanted).encode())

    def export_definitions(self) -> dict[str, Any]:
        document = self._run(("--silent", "export_definitions", "-"), b"")
        exported: dict[str, Any] = json.loads(document[document.index("{") :])
        return exported

    def ctl(self, *args: str) -> str:
        return self._run(args, b"")


class TestBroker:
    """A running broker.

    Attributes:
        host, port: The AMQP listener.
        how: How it was found, for people.
        admin_url: An administrator's AMQP URL, without virtual host.
        has_ctl: Whether ``ctl`` (and so ``restart``) works.
        message_limit: A body of more bytes than this is refused, whatever the version.
        notes: Why ways tried earlier did not work.
    """

    __test__ = False

    def __init__(
        self,
        *,
        host: str,
        port: int,
        control: Control,
        stop: Callable[[], None],
        how: str,
        admin_url: str = "",
        has_ctl: bool = True,
        message_limit: int = 128 * 1024 * 1024,
    ) -> None:
        self.host = host
        self.port = port
        self.control = control
        self.how = how
        self.has_ctl = has_ctl
        self.message_limit = message_limit
        self.notes: list[str] = []
        self._stop = stop
        self.admin_url = admin_url
        if not admin_url:
            control.import_definitions(definitions([], operators=[ADMIN]))
            self.admin_url = self._url(ADMIN.name, ADMIN.password or "")

    def amqp_url_for(self, party_id: str) -> str:
        """Return the URL with which a provisioned party logs in; the lane's virtual host is not in it."""
        return self._url(party_id, f"test-{party_id}")

    def provision(self, *party_ids: str) -> None:
        """Import the topology for these parties and wait until its quorum queues are safe against a kill."""
        parties = [BrokerUser(party_id, f"test-{party_id}") for party_id in party_ids]
        admin = BrokerUser(urlsplit(self.admin_url).username or "guest")
        wanted = definitions(parties, operators=[admin])
        # The administrator exists; it only needs rights on the new virtual hosts.
        wanted["users"] = [user for user in wanted["users"] if user["name"] != admin.name]
        self.import_definitions(wanted)
        time.sleep(SETTLE_SECONDS)

    def import_definitions(self, wanted: dict[str, Any]) -> None:
        """Import a document in RabbitMQ's definitions format."""
        self.control.import_definitions(wanted)

    async def purge(self, *party_ids: str) -> None:
        """Empty the inboxes and dead letters of these parties on every lane."""
        names = [name(party_id) for party_id in party_ids for name in (inbox_name, dead_name)]
        for vhost in VHOSTS:
            async with await aio_pika.connect(f"{self.admin_url}/{vhost}") as connection:
                channel = await connection.channel()
                for name in names:
                    await (await channel.get_queue(name, ensure=False)).purge()

    def ctl(self, *args: str) -> str:
        """Run one ``rabbitmqctl`` command and return what it prints."""
        return self.control.ctl(*args)

    def stop(self) -> None:
        """Stop what was started; a broker from the environment stays."""
        self._stop()

    def _url(self, user: str, password: str) -> str:
        return f"amqp://{quote(user, safe='')}:{quote(password, safe='')}@{self.host}:{self.port}"
