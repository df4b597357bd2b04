"""``sogw backup``: copies of the store, and going on from one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.settings import Settings

app = noun("backup")

Target = Annotated[Path, typer.Argument(metavar="FILE", help="Where to; not overwritten.", show_default=False)]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="What 'sogw backup create' made.", show_default=False)]
Because = Annotated[str, typer.Option("--reason", help="Why, for the journal; name nobody.", show_default=False)]


@command(app, "create", "sogw backup create /mnt/backup/store-2026-11-25.db", needs="store.keep")
async def create(session: Session, file: Target) -> None:
    """Copy the store as it is now, also while 'sogw serve' runs.

    All content in the copy is sealed; the key is in the keyring, which must be copied to another place.
    """
    from gateway.application.restore_store import note_backup
    from gateway.bootstrap import store_file

    by = session.operator()
    place = store_file(session.settings)
    async with session.gateway() as gateway:
        await note_backup(gateway.services, by)
    session.show_record({"file": str(file), "bytes": place.copy_to(file)})
    say("Keep the keyring elsewhere. Let older copies go when the term for backups is over.")


@command(
    app, "restore", 'sogw backup restore /mnt/backup/store-2026-11-25.db --reason "The disk failed"', needs="store.keep"
)
async def restore(session: Session, file: Source, reason: Because) -> None:
    """Put a copy in the place of the store; every partner is paused, for withdrawals since then are not known here.

    Stop 'sogw serve' first. The file that was the store is kept beside it.
    """
    from gateway.application.restore_store import begin_again
    from gateway.bootstrap import build, store_file

    by = session.operator()
    place = store_file(session.settings)
    place.take_in(file)
    try:
        async with build(_with_store(session.settings, place.draft_url)) as gateway:
            paused = await begin_again(gateway.services, reason, by)
        aside = place.put_in_place()
    finally:
        place.leave()
    session.show_record({"paused": paused, "replaced_file": None if aside is None else str(aside)})
    _tell_what_is_next()


@command(app, "restored", 'sogw backup restored --reason "The database server failed"', needs="store.keep")
async def restored(session: Session, reason: Because) -> None:
    """Say that the database server's own tools put an older copy in place; every partner is paused."""
    from gateway.application.restore_store import begin_again

    by = session.operator()
    async with session.gateway() as gateway:
        paused = await begin_again(gateway.services, reason, by)
    session.show_record({"paused": paused})
    _tell_what_is_next()


def _with_store(settings: "Settings", url: str) -> "Settings":
    return settings.model_copy(update={"store": settings.store.model_copy(update={"url": url})})


def _tell_what_is_next() -> None:
    say(
        "Start 'sogw serve'. Record anew every withdrawal of consent since the copy was made; let each partner run\n"
        "'sogw partner resend' for us; then let messages go out: 'sogw partner resume PARTY --reason TEXT'."
    )
