"""``sogw serve``: the workers of one party, until SIGTERM or Ctrl-C."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.errors import OperatorError, reason_of
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
    with _ready_file(ready_file) as tell:
        gateway = build(settings, with_broker=True)

        def ready() -> None:
            tell()
            say(f"ready: {settings.party.id} takes in messages")

        async with gateway:
            gateway.warm_up()
            workers = PartyWorkers(gateway, ready)
            _stop_on_signals(workers)
            await workers.run()
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


@contextmanager
def _ready_file(file: Path | None) -> Iterator[Callable[[], object]]:
    """Try at the start whether the file can be written; whoever sees it sees it whole, and at the end it is gone.

    Raises:
        OperatorError: ``ready-file-not-writable``.
    """
    if file is None:
        yield lambda: None
        return
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        draft.write_text(f"{os.getpid()}\n", encoding="utf-8")
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise OperatorError(
            "ready-file-not-writable",
            f"It cannot be written ({reason_of(error)}).",
            where=str(file),
            remedy="Name with --ready-file a file in a folder that is there, and where this process may write.",
        ) from None
    try:
        yield lambda: draft.replace(file)
    finally:
        for left in (draft, file):
            with suppress(OSError):
                left.unlink(missing_ok=True)
