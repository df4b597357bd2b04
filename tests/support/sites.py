"""Sites: parties with a home folder each, on a real broker and a real store, served by whatever a test chooses.

People act at the ``office`` of a site, which is a process beside the one that serves, as the command line is. It is
served in this process (``serving``), by ``sogw serve`` (``tests.support.cli.Serving``), or by a program that dies at a
chosen moment (``tests.support.mortal``).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from adapters.keyrings import FileKeyring, PassphraseCustody, ScryptCost
from adapters.memory.no_transport import NoTransport
from adapters.rabbitmq.transport import RabbitTransport
from gateway.bootstrap import Gateway, broker_login, build
from gateway.domain.errors import TemporaryError
from gateway.domain.party import Party
from gateway.entrypoints.workers import PartyWorkers
from gateway.ports.services import Services
from gateway.ports.store import InboxState, OutboxState, Partner
from gateway.ports.transport import Transport
from gateway.settings import Settings, load_settings
from tests.support.secrets import write_secret

PATIENCE_SECONDS = 60.0
_PASSPHRASE = b"only for tests"
_CHEAP = ScryptCost(2**10)

DELIVERY = {
    "receipt_within_seconds": 2,
    "first_retry_seconds": 0.1,
    "longest_retry_seconds": 0.5,
    "poll_seconds": 0.05,
    "probe_seconds": 0.5,
}
"""Impatient, so that a test need not wait long for what is sent again."""


@dataclass(frozen=True)
class Site:
    """One party at home."""

    party: Party
    home: Path

    @property
    def settings(self) -> Settings:
        return load_settings(self.home)

    @asynccontextmanager
    async def office(self) -> AsyncIterator[Gateway]:
        """Where people act: at the store, without the broker."""
        async with build(self.settings, transport=NoTransport(), makes_store=True) as gateway:
            yield gateway

    @asynccontextmanager
    async def serving(
        self,
        change: Callable[[Services], Services] = lambda services: services,
        transport: Transport | None = None,
        **options,
    ):
        """Its workers in this process, connected when this begins, and drained at the end.

        Args:
            change: Puts something else in place of a part.
            transport: Instead of one to the broker of the settings.
            options: Of that one.
        """
        settings = self.settings
        quick = {"reconnect_interval": 0.2, "publish_timeout": 3.0, **options}
        transport = transport or RabbitTransport(self.party.party_id, **{**broker_login(settings), **quick})
        async with build(settings, transport=transport) as gateway:
            gateway.services = change(gateway.services)
            is_ready = asyncio.Event()
            workers = PartyWorkers(gateway, is_ready.set)
            running = asyncio.create_task(workers.run())
            try:
                ready = asyncio.create_task(is_ready.wait())
                await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
                yield gateway
            finally:
                workers.stop()
                await running


async def settle_in(
    folder: Path,
    roads: Mapping[Party, tuple[str, int]],
    store_of: Callable[[str], str] = lambda _: "sqlite:///store.db",
    ceilings: Mapping[str, int] = MappingProxyType({}),
    **delivery: float,
) -> list[Site]:
    """Found a site for each party, known to all others.

    Args:
        folder: Holds their homes.
        roads: Host and port of the broker, or of what stands in front of it, for each; it knows the parties.
        store_of: The store's URL by party id.
        ceilings: Settings of ``[ceilings]`` other than everybody's.
        delivery: Settings of ``[delivery]`` other than the impatient ones.
    """
    now = datetime.now(UTC)
    sites, partners = [], []
    for party, address in roads.items():
        home = folder / party.party_id
        home.mkdir()
        write_secret(home / "passphrase", _PASSPHRASE)
        write_secret(home / "broker-password", f"test-{party.party_id}")
        (home / "sogw.toml").write_text(
            _toml(party, address, store_of(party.party_id), {**DELIVERY, **delivery}, ceilings)
        )
        ring = FileKeyring.create(
            home / "keys", party.party_id, PassphraseCustody(_PASSPHRASE, _CHEAP), now - timedelta(days=1)
        )
        manifest = ring.manifest()
        partners.append(Partner(party, manifest.token, manifest.fingerprint))
        sites.append(Site(party, home))
    for site in sites:
        async with site.office() as gateway, gateway.services.store.begin() as work:
            for partner in partners:
                if partner.party != site.party:
                    await work.save_partner(partner)
    return sites


def _toml(
    party: Party, address: tuple[str, int], store: str, delivery: Mapping[str, float], ceilings: Mapping[str, int]
) -> str:
    host, port = address
    return "\n".join(
        [
            "[party]",
            f'id = "{party.party_id}"\nrole = "{party.role.value}"\nname = "{party.name}"\nkvk = "{party.kvk}"',
            f'[store]\nurl = "{store}"',
            f'[broker]\nurl = "amqp://{host}:{port}"\npassword_file = "broker-password"\nheartbeat_seconds = 2',
            "[delivery]",
            *(f"{name} = {value}" for name, value in delivery.items()),
            "[ceilings]",
            *(f"{name} = {value}" for name, value in ceilings.items()),
        ]
    )


async def at_rest(*sides: Services, patience: float = PATIENCE_SECONDS, but_with: str = "") -> None:
    """Wait until nothing is under way at any side, but with one partner; fails with what still is."""
    deadline = asyncio.get_running_loop().time() + patience
    while left := [line for services in sides for line in await _under_way(services, but_with)]:
        assert asyncio.get_running_loop().time() < deadline, f"never came to rest: {left}"
        await asyncio.sleep(0.1)


_MOVING: Collection[str] = {OutboxState.PENDING.value, OutboxState.SENT.value, InboxState.PARKED.value}


async def _under_way(services: Services, but_with: str) -> list[str]:
    try:
        async with services.store.look() as work:
            lines = [line for line in await work.backlog() if line.state in _MOVING and line.partner != but_with]
    except TemporaryError as error:
        return [error.code]
    return [f"{services.party.party_id}: {line.count} {line.state}" for line in lines]
