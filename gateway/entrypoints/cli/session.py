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
        needs: The permission that the command needs.
    """

    home: Path = Path()
    output: Output = Output.TABLE
    name: str | None = None
    role: "ActorRole | None" = None
    on_behalf_of: str | None = None
    needs: str | None = None

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
        """Say who acts: as given, or in the usual role of this command or party; a blank name names nobody."""
        from gateway.domain.steps import Actor, ActorRole

        role = self.role or usual or self._either(ActorRole.BACK_OFFICE, ActorRole.SECOND_PHYSICIAN)
        return Actor(role, self.settings.party.id, _words(self.name), _words(self.on_behalf_of))

    def physician(self) -> "Actor":
        """Say who acts, usually a physician: the first at the arbodienst, the second at the pool."""
        from gateway.domain.steps import ActorRole

        return self.actor(self._either(ActorRole.FIRST_PHYSICIAN, ActorRole.SECOND_PHYSICIAN))

    def desk(self) -> "Actor":
        """Say who acts, usually the desk: the back office at the arbodienst, the coordinator at the pool."""
        from gateway.domain.steps import ActorRole

        return self.actor(self._either(ActorRole.BACK_OFFICE, ActorRole.POOL_COORDINATOR))

    def operator(self) -> "Actor":
        """Say who acts, usually the operator, for what no use case asks about.

        Raises:
            RefusedError: This role, or an unnamed person, does not have the permission that the command needs.
        """
        from gateway.domain.steps import ActorRole

        return self.permitted(self.actor(ActorRole.OPERATOR))

    def permitted(self, by: "Actor") -> "Actor":
        """Ask the table, for a command that concerns no case and calls no use case.

        Raises:
            RefusedError: As ``operator``.
        """
        from gateway.application.permit_act import raise_ruling
        from gateway.domain.permissions import Permission
        from gateway.domain.rules.permission import role_may

        raise_ruling(role_may(Permission(self.needs or ""), by, self.settings.party.role))
        return by

    def _either(self, at_arbodienst: "ActorRole", at_pool: "ActorRole") -> "ActorRole":
        from gateway.domain.party import Role

        return at_pool if self.settings.party.role is Role.POOL else at_arbodienst

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


def _words(text: str | None) -> str | None:
    return text.strip() or None if text else None
