"""``sogw serve``: the workers of one party, until SIGTERM or Ctrl-C."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.entrypoints.workers import PartyWorkers

ReadyFile = Annotated[
    Path | None,
    typer.Option("--ready-file", help="Written once messages can come in, removed at the end.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "serve", "sogw serve", "sogw serve --ready-file /run/sogw/ready", needs=None)
    def serve(session: Session, ready_file: ReadyFile = None) -> None:
        """Send what is in the outbox and take in what arrives, until SIGTERM or Ctrl-C.

        Lost connections are made again. On a signal, running deliveries are finished and their receipts sent; a
        second signal ends at once.
        """
        from gateway.entrypoints.loop import run

        run(_serve(session, ready_file))


async def _serve(session: Session, ready_file: Path | None) -> None:
    from gateway.bootstrap import build
    from gateway.entrypoints.workers import PartyWorkers
    from gateway.logging import configure_logging

    settings = session.settings
    configure_logging(settings.log.level, settings.log.format)
    gateway = build(settings, with_broker=True)

    def ready() -> None:
        say(f"ready: {settings.party.id} takes in messages")
        if ready_file is not None:
            _write(ready_file)

    try:
        async with gateway:
            gateway.warm_up()
            workers = PartyWorkers(gateway, ready)
            _stop_on_signals(workers)
            await workers.run()
    finally:
        _remove(ready_file)
    say(f"stopped: {settings.party.id}")


def _stop_on_signals(workers: "PartyWorkers") -> None:
    """The first signal drains; after it the default comes back, so that a second one ends the process."""
    import asyncio

    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        workers.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def _remove(ready_file: Path | None) -> None:
    if ready_file is not None:
        with suppress(OSError):
            ready_file.unlink(missing_ok=True)


def _write(ready_file: Path) -> None:
    """Whoever sees the file sees it whole."""
    draft = ready_file.with_name(f".{ready_file.name}.{os.getpid()}")
    draft.write_text(f"{os.getpid()}\n", encoding="utf-8")
    draft.replace(ready_file)
