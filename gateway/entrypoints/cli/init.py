"""``sogw init``: a home folder with settings, keys and an empty store."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from gateway.domain.errors import OperatorError, reason_of
from gateway.domain.party import Party, Role
from gateway.domain.printable import printable
from gateway.entrypoints.cli.arguments import one_of
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.session import Session

PASSPHRASE_BYTES = 32
WORK_FACTOR = 2**14
"""A random passphrase of 256 bits cannot be guessed; deriving slowly would only make every command slow."""

CUSTODIES = ("passphrase-file", "systemd-credential", "pkcs11")
PartyId = Annotated[str, typer.Option("--party", help="Our id: lower-case letters, digits, inner hyphens.")]
RoleOption = Annotated[Role, typer.Option("--role", help="What we are: arbodienst (ohs) or pool.")]
Name = Annotated[str, typer.Option("--name", help="Our name as people know it.")]
Kvk = Annotated[str | None, typer.Option("--kvk", help="Number at the chamber of commerce.")]
Ura = Annotated[str | None, typer.Option("--ura", help="URA, the number of a UZI subscriber.")]
Agb = Annotated[str | None, typer.Option("--agb", help="AGB code of the organisation.")]
PolicyFile = Annotated[Path | None, typer.Option("--policy-file", help="File with policies, for an arbodienst.")]
PolicyId = Annotated[str | None, typer.Option("--policy", help="Id of our policy in that file.")]
BrokerUrl = Annotated[str | None, typer.Option("--broker-url", help="Such as amqps://broker.example:5671.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--broker-password-file", help="File with our password at the broker.")
]
Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", help="Another recipient text we serve, such as poli/G4; may be repeated."),
]

CustodyOption = Annotated[
    str,
    typer.Option(
        "--custody",
        parser=one_of(CUSTODIES),
        metavar="CUSTODY",
        help="What guards the keys: passphrase-file, systemd-credential or pkcs11.",
    ),
]
TokenModule = Annotated[Path | None, typer.Option("--token-module", help="PKCS#11 library of the token's vendor.")]
TokenLabel = Annotated[str | None, typer.Option("--token", help="Label of the PKCS#11 token.")]
PinFile = Annotated[Path | None, typer.Option("--pin-file", help="File with the token's user PIN.")]
TokenSettings = tuple[Path | None, str | None, Path | None]
"""Module, label and PIN file."""

_OHS_EXAMPLE = (
    "sogw init --home lindehof --party arbo-lindehof --role ohs --name 'Arbodienst Lindehof'"
    " --policy-file policies.json --policy beleid-vaste-groep"
)
_POOL_EXAMPLE = (
    "sogw init --home mulkens --party praktijk-mulkens --role pool --name 'Praktijk Mulkens'"
    " --broker-url amqps://broker.example:5671"
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "init", _OHS_EXAMPLE, _POOL_EXAMPLE, needs=None)
    async def init(
        session: Session,
        party: PartyId,
        role: RoleOption,
        name: Name,
        kvk: Kvk = None,
        ura: Ura = None,
        agb: Agb = None,
        policy_file: PolicyFile = None,
        policy: PolicyId = None,
        broker_url: BrokerUrl = None,
        broker_password_file: PasswordFile = None,
        recipient: Recipients = None,
        custody: CustodyOption = "passphrase-file",
        token_module: TokenModule = None,
        token: TokenLabel = None,
        pin_file: PinFile = None,
    ) -> None:
        """Make a home folder: settings, keys, a passphrase and an empty store. Nothing is overwritten."""
        _belongs("--policy-file", policy_file, "--policy", needed=policy)
        for option, given in (("--token-module", token_module), ("--token", token), ("--pin-file", pin_file)):
            _belongs(option, given, "--custody pkcs11", needed=custody == "pkcs11" or None)
        ourselves = Party(party, role, name, ura, kvk, agb)
        settings = settings_text(
            ourselves,
            tuple(recipient or ()),
            policy_file.resolve() if policy_file else None,
            policy,
            _without_password(broker_url),
            broker_password_file.resolve() if broker_password_file else None,
            custody,
            (token_module, token, pin_file.resolve() if pin_file else None) if token_module or token else None,
        )
        fingerprint = await _make(session, settings)
        session.show_record(
            {"party": party, "role": role, "home": str(session.home.resolve()), "fingerprint": fingerprint}
        )
        _tell_what_is_next(session.home, ourselves)


async def _make(session: Session, settings: str) -> str:
    from adapters.keyrings import FileKeyring
    from gateway.bootstrap import SystemClock, build, key_custody

    home = session.home
    with _undone_on_failure(home) as made:
        _make_folder(home)
        _write_new(home / "sogw.toml", settings, 0o640, made)
        checked = session.settings
        if checked.keys.custody == "passphrase-file":
            passphrase = secrets.token_urlsafe(PASSPHRASE_BYTES) + "\n"
            _write_new(checked.path(checked.keys.passphrase_file), passphrase, 0o600, made)
        made += [home / "store.db", home / "keys" / "keyring.json"]
        keyring = FileKeyring.create(
            checked.path(checked.keys.folder),
            checked.party.id,
            key_custody(checked, WORK_FACTOR),
            SystemClock().now(),
            checked.party.role.value,
        )
        async with build(checked, keyring=keyring, makes_store=True):
            pass
    return keyring.manifest().fingerprint


_OTHER_FOLDER = "Choose another folder with --home."
_SETTINGS_LOST = f"Its sogw.toml is gone: put that back from a copy, or write it anew. Or: {_OTHER_FOLDER}"


@contextmanager
def _undone_on_failure(home: Path) -> Iterator[list[Path]]:
    """Start in a folder without a gateway; leave no half one behind."""
    for name in ("sogw.toml", "passphrase", "store.db", "keys/keyring.json"):
        if (home / name).exists():
            raise OperatorError(
                "home-in-use",
                "There is a gateway here already; it is not overwritten.",
                where=str(home / name),
                remedy=_OTHER_FOLDER if (home / "sogw.toml").exists() else _SETTINGS_LOST,
            )
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        raise


def _make_folder(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(home, error) from None


def _not_writable(place: Path, error: OSError) -> OperatorError:
    return OperatorError(
        "home-not-writable",
        f"It cannot be written ({reason_of(error)}).",
        where=str(place),
        remedy="Choose a folder that is yours with --home.",
    )


def _write_new(file: Path, text: str, mode: int, made: list[Path]) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise _not_writable(file, error) from None
    made.append(file)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)


def _belongs(option: str, given: object, other: str, *, needed: object) -> None:
    """Refuse an option that would do nothing without another one."""
    if given is not None and needed is None:
        raise typer.BadParameter(f"it does nothing without {other}; give both, or leave it out", param_hint=option)


def _without_password(url: str | None) -> str | None:
    if url is not None and urlsplit(url).password is not None:
        raise typer.BadParameter(
            "it holds a password, and arguments are public; put the password in a file and name it with"
            " --broker-password-file",
            param_hint="--broker-url",
        )
    return url


def settings_text(
    party: Party,
    recipients: tuple[str, ...],
    policy_file: Path | None,
    policy: str | None,
    broker_url: str | None,
    password_file: Path | None,
    custody: str = "passphrase-file",
    token: TokenSettings | None = None,
) -> str:
    """The commented settings file."""
    return "\n".join(
        [
            "# Settings of one party's gateway. Relative paths start from this folder.",
            "# A variable overrides a key: SOGW_BROKER__URL is url in [broker].",
            "",
            "[party]",
            _line("id", party.party_id),
            _line("role", party.role.value),
            _line("name", party.name),
            _line("kvk", party.kvk, "number at the chamber of commerce"),
            _line("ura", party.ura, "number of a UZI subscriber"),
            _line("agb", party.agb, "AGB code of the organisation"),
            "# Recipient texts that consents may name for us, besides our id.",
            f"recipients = [{', '.join(map(_quoted, recipients))}]",
            "",
            "[policy]",
            "# An arbodienst works by a policy; without one the defaults of the law hold.",
            _line("file", _text(policy_file), "policies.json"),
            _line("id", policy, "its id in that file"),
            "",
            "[backoffice]",
            "# The back office's own words, where it does not write those of the format.",
            _line("profile", None, "profile.json"),
            "",
            *_keys_text(custody, token),
            "",
            "[store]",
            'url = "sqlite:///store.db"',
            "",
            "[broker]",
            _line("url", broker_url, "amqps://broker.example:5671"),
            "# A client certificate (EXTERNAL). A password in a file only to this machine, or with allow_insecure.",
            _line("tls_min_version", "1.3"),
            _line("ca_file", None, "broker-ca.pem"),
            _line("certificate_file", None, "client.pem"),
            _line("key_file", None, "client.key"),
            _line("password_file", _text(password_file), "broker-password"),
            "",
            "[audit]",
            "# A user of the management API with the tag monitoring: with it 'sogw serve' refuses a broker that loses",
            "# messages, or where others may speak for us.",
            _line("management_url", None, "https://broker.example:15671"),
            _line("user", None, "monitoring"),
            _line("password_file", None, "audit-password"),
            "",
            "[log]",
            'level = "info"  # debug, info, warning, error',
            'format = "text"  # or json',
            "",
        ]
    )


def _keys_text(custody: str, token: TokenSettings | None) -> list[str]:
    """The section about our keys, with the subsection of a token when there is one."""
    module, label, pin_file = token or (None, None, None)
    return [
        "[keys]",
        'folder = "keys"',
        "# What guards the keys: passphrase-file, systemd-credential or pkcs11. Keep a copy of the passphrase (or of",
        "# the token) elsewhere: without it keys and store are lost, by design.",
        _line("custody", custody),
        'passphrase_file = "passphrase"',
        'passphrase_credential = "sogw-passphrase"',
        "",
        "[keys.pkcs11]" if token else "# [keys.pkcs11]",
        _line("module", _text(module), "/usr/lib/softhsm/libsofthsm2.so"),
        _line("token", label, "label of the token"),
        "# The user PIN: in a file, or as the systemd credential sogw-pin.",
        _line("pin_file", _text(pin_file), "pin"),
    ]


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _line(key: str, value: str | None, otherwise: str = "") -> str:
    """A key with its value; commented out, with a hint, when there is none."""
    if value is None:
        return f'# {key} = "{otherwise}"'
    return f"{key} = {_quoted(value)}"


def _quoted(value: str) -> str:
    """A basic string of TOML; what shows nothing, or lies beyond four digits, is written out as TOML does it."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(part if printable(part) == part else f"\\U{ord(part):08x}" for part in quoted)


def _tell_what_is_next(home: Path, party: Party) -> None:
    say("Next:")
    say(f"  sogw --home {home} party export > {party.party_id}.json   # send this file to your partner")
    say(f"  sogw --home {home} partner add PARTNER.json --fingerprint ...   # compare it by telephone first")
    say(f"  sogw --home {home} check")
    say(f"  sogw --home {home} serve")
