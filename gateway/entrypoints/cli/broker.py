"""``sogw broker``: the topology of RabbitMQ, for whoever operates it."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.domain.errors import OperatorError
from gateway.domain.party import check_party_id
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import show_text
from gateway.entrypoints.cli.session import Session
from gateway.secret_files import read_secret

if TYPE_CHECKING:
    from adapters.rabbitmq.provisioning import OperatorDoor

app = noun("broker")

Parties = Annotated[
    list[str] | None,
    typer.Option("--party", help="A party on this broker; may be repeated.", show_default="our party and its partners"),
]
Passwords = Annotated[
    Path | None,
    typer.Option(
        "--passwords",
        metavar="FOLDER",
        help="Holds a file per party with its password. Without one 'apply' leaves what the broker has; who is new, and"
        " who is in an export, logs in by certificate only.",
    ),
]
CertificatesOnly = Annotated[
    bool,
    typer.Option("--certificates-only", help="Take the passwords away of all parties without a file in --passwords."),
]
Management = Annotated[
    str | None,
    typer.Option("--management", metavar="URL", help="Management API, such as https://broker.example:15671."),
]
User = Annotated[str, typer.Option("--user", help="Administrator of the management API.")]
PasswordFile = Annotated[Path | None, typer.Option("--password-file", help="File with the administrator's password.")]
Insecure = Annotated[bool, typer.Option("--allow-insecure", help="Accept plain HTTP to another machine.")]
Control = Annotated[
    str, typer.Option("--rabbitmqctl", metavar="COMMAND", help="How to run it, when no management API is given.")
]


@command(
    app,
    "export",
    "sogw broker export --party arbo-lindehof --party praktijk-mulkens > definitions.json",
    needs="broker.manage",
)
async def export(session: Session, party: Parties = None, passwords: Passwords = None) -> None:
    """Write the topology as definitions.json: virtual hosts, users, permissions, queues, policies."""
    from adapters.rabbitmq.provisioning import export as written
    from adapters.rabbitmq.provisioning import without_password

    session.operator()
    wanted = await _wanted(session, party, passwords)
    show_text(written(wanted))
    if names := without_password(wanted):
        say(f"By certificate only: {', '.join(names)}. Whoever imports this file takes a password of theirs away.")


@command(
    app,
    "apply",
    "sogw broker apply --management https://broker.example:15671 --user admin --password-file admin-password",
    "sogw broker apply --party arbo-lindehof --rabbitmqctl 'docker exec -i broker rabbitmqctl'",
    needs="broker.manage",
)
async def apply(
    session: Session,
    party: Parties = None,
    passwords: Passwords = None,
    management: Management = None,
    user: User = "guest",
    password_file: PasswordFile = None,
    allow_insecure: Insecure = False,
    rabbitmqctl: Control = "rabbitmqctl",
    certificates_only: CertificatesOnly = False,
) -> None:
    """Bring the topology to a broker; what is there and not named stays, passwords too."""
    from adapters.rabbitmq.provisioning import apply as applied

    session.operator()
    wanted = await _wanted(session, party, passwords)
    door = _door(session, management, user, password_file, rabbitmqctl, allow_insecure=allow_insecure)
    say("Applying, and waiting until new queues are safe ...")
    if kept := applied(door, wanted, certificates_only=certificates_only):
        say(f"Kept the passwords that the broker has of: {', '.join(kept)}.")
    say(f"Applied for: {', '.join(row['name'] for row in wanted['users'])}.")


@command(
    app,
    "audit",
    "sogw broker audit --management https://broker.example:15671 --user admin --password-file admin-password",
    "sogw broker audit --output json",
    needs="broker.manage",
)
async def audit(
    session: Session,
    party: Parties = None,
    management: Management = None,
    user: User = "guest",
    password_file: PasswordFile = None,
    allow_insecure: Insecure = False,
    rabbitmqctl: Control = "rabbitmqctl",
) -> None:
    """Compare a broker with the topology it should have; the exit status is 78 when something differs."""
    from adapters.rabbitmq.topology_findings import audit as audited

    session.operator()
    wanted = await _wanted(session, party, None)
    findings = audited(
        _door(session, management, user, password_file, rabbitmqctl, allow_insecure=allow_insecure), wanted
    )
    rows = [{"code": f.code, "where": f.where, "what": f.what, "why": f.why, "remedy": f.remedy} for f in findings]
    session.show_rows(rows, nothing="The broker is as it must be.")
    if findings:
        raise typer.Exit(OperatorError.exit_status)


async def _wanted(session: Session, parties: list[str] | None, passwords: Path | None) -> dict[str, Any]:
    from adapters.rabbitmq.topology import BrokerUser, definitions

    _check(parties, passwords)
    names = parties or await _known_parties(session)
    return definitions([BrokerUser(name, _password(session, passwords, name)) for name in names])


def _check(parties: list[str] | None, passwords: Path | None) -> None:
    for name in parties or ():
        check_party_id(name, where="--party")
    if passwords is not None and not passwords.is_dir():
        raise OperatorError(
            "passwords-missing",
            "There is no such folder.",
            where=str(passwords),
            remedy="Name with --passwords a folder with a file per party; without it passwords stay as they are.",
        )


async def _known_parties(session: Session) -> list[str]:
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        partners = [partner.party.party_id for partner in await work.partners()]
    return [session.settings.party.id, *partners]


def _password(session: Session, folder: Path | None, party_id: str) -> str | None:
    file = folder / party_id if folder else None
    return _first_line(session, file) if file is not None and file.exists() else None


def _door(
    session: Session,
    management: str | None,
    user: str,
    password_file: Path | None,
    rabbitmqctl: str,
    *,
    allow_insecure: bool,
) -> "OperatorDoor":
    from adapters.rabbitmq.provisioning import ControlCommand, ManagementApi

    if management is None:
        return ControlCommand(_words(rabbitmqctl))
    if password_file is None:
        raise typer.BadParameter("the management API needs a password; name its file", param_hint="--password-file")
    return ManagementApi(management, user, _first_line(session, password_file), allow_insecure=allow_insecure)


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise typer.BadParameter("not a command; are its quotes closed?", param_hint="--rabbitmqctl")
    return words


def _first_line(session: Session, file: Path) -> str:
    try:
        return read_secret(file, session.settings.secret_mounts()).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise OperatorError(
            "password-missing", "The password cannot be read.", where=str(file), remedy="Put it there (mode 0600)."
        ) from None
