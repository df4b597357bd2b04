"""One run of a command: whose gateway, who acts, and in which form to answer."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.entrypoints.cli import output as shown
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.output import Output, Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gateway.bootstrap import Gateway
    from gateway.domain.messages import Message
    from gateway.domain.steps import Actor, ActorRole, Step
    from gateway.settings import Settings


@dataclass
class Session:
    """What every command gets.

    Attributes:
        home: The folder with ``sogw.toml``.
        output: The form of data on standard output.
        name, role, on_behalf_of: Who acts, as given; see ``actor``.
    """

    home: Path = Path()
    output: Output = Output.TABLE
    name: str | None = None
    role: "ActorRole | None" = None
    on_behalf_of: str | None = None

    @cached_property
    def settings(self) -> "Settings":
        """The checked settings of the home folder."""
        from gateway.settings import load_settings

        return load_settings(self.home)

    @asynccontextmanager
    async def gateway(self) -> "AsyncIterator[Gateway]":
        """The wired gateway with its store open; nothing is published by this process."""
        from gateway.bootstrap import build
        from gateway.logging import configure_logging

        configure_logging("warning", self.settings.log.format)
        async with build(self.settings) as gateway:
            yield gateway

    def actor(self, usual: "ActorRole | None" = None) -> "Actor":
        """Who acts: as given, or in the usual role of this command or party."""
        from gateway.domain.party import Role
        from gateway.domain.steps import Actor, ActorRole

        usual_of = {Role.OHS: ActorRole.BACK_OFFICE, Role.POOL: ActorRole.SECOND_PHYSICIAN}
        party = self.settings.party
        role = self.role or usual or usual_of[party.role]
        return Actor(role, party.id, self.name, self.on_behalf_of)

    async def record(self, case_id: str, make: "Callable[[datetime], Step]") -> None:
        """Record a step of a case that happens now and sends nothing, when its rule permits."""
        from gateway.application.record_step import record_step

        async with self.gateway() as gateway:
            await record_step(gateway.services, case_id, make(gateway.services.clock.now()))

    def show_rows(self, rows: Sequence[Row], *, nothing: str = "Nothing to show.") -> None:
        """Show a list; says so when it is empty."""
        if not rows:
            say(nothing)
        shown.show_rows(rows, self.output)

    def show_record(self, record: Row) -> None:
        """Show one thing."""
        shown.show_record(record, self.output)

    def show_sent(self, message: "Message") -> None:
        """Show a message that was put in the outbox."""
        self.show_record(
            {
                "message_id": message.message_id,
                "kind": message.kind,
                "recipient": message.recipient,
                "referral_id": message.referral_id,
                "sequence": message.sequence,
            }
        )
        say("In the outbox; 'sogw serve' delivers it.")
