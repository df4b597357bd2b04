"""``sogw key``: our own keys."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.entrypoints.cli.arguments import moment
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from adapters.keyrings import FileKeyring

app = noun("key")

KeyId = Annotated[str, typer.Argument(metavar="KID", help="Id of the key; see 'sogw key list'.")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", parser=moment, metavar="INSTANT", help="From when it is not trusted.", show_default="now"),
]
AtOnce = Annotated[bool, typer.Option("--at-once", help="Replace every key now, not only what is due.")]


@command(app, "list", "sogw key list", "sogw key list --output json", needs="key.read")
def list_keys(session: Session) -> None:
    """List our keys and what each may still be used for."""
    session.operator()
    session.show_rows(_rows(_keyring(session)))


@command(app, "rotate", "sogw key rotate", "sogw key rotate --at-once", needs="key.manage")
def rotate(session: Session, at_once: AtOnce = False) -> None:
    """Do what time asks for: publish successors, let them take over, retire what is past. Run it daily."""
    session.operator()
    keyring = _keyring(session)
    if keyring.rotate(datetime.now(UTC), at_once=at_once):
        _tell_what_is_next()
    else:
        say("Nothing is due.")
    session.show_rows(_rows(keyring))


@command(
    app,
    "revoke",
    "sogw key revoke 8hXk2v...",
    "sogw key revoke 8hXk2v... --since 2026-11-24T18:00+01:00",
    takes_dashes=True,
    needs="key.manage",
)
def revoke(session: Session, kid: KeyId, since: Since = None) -> None:
    """Withdraw trust in one key at once; when it was active, a new one takes its place."""
    session.operator()
    keyring = _keyring(session)
    keyring.revoke(kid, datetime.now(UTC), since=since)
    _tell_what_is_next()
    session.show_rows(_rows(keyring))


@command(app, "rotate-vault", "sogw key rotate-vault", needs="key.manage")
async def rotate_vault(session: Session) -> None:
    """Replace the key that seals the store, and destroy the former one: what was erased opens in no copy either.

    Backups of the store made before open no more; make one afterwards. Older copies of the keyring still hold the
    former key: let them go too. Running processes take the new key over by themselves.
    """
    from gateway.application.replace_storage_key import replace_storage_key
    from gateway.bootstrap import build

    by = session.operator()
    keyring = _keyring(session)
    async with build(session.settings, keyring=keyring) as gateway:
        keys = await replace_storage_key(gateway.services, keyring, by)
    session.show_record({"wrapped_anew": keys})
    say("The former storage key is destroyed. Make a new backup of store and keyring, and let older ones go.")


def _keyring(session: Session) -> "FileKeyring":
    from gateway.bootstrap import load_keyring

    return load_keyring(session.settings)


def _rows(keyring: "FileKeyring") -> list[Row]:
    return [
        {
            "kid": key["kid"],
            "use": key["use"],
            "alg": key["alg"],
            "status": key["status"],
            "from": datetime.fromtimestamp(key["nbf"], UTC),
            "until": datetime.fromtimestamp(key["exp"], UTC),
        }
        for key in keyring.manifest().keys
    ]


def _tell_what_is_next() -> None:
    say("A running 'sogw serve' takes the keys over within seconds.")
    say("Send the output of 'sogw party export' to every partner: 'sogw partner update'.")
