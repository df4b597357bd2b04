"""Settings of one party's gateway: ``sogw.toml`` in its home folder, overridden by ``SOGW_`` variables.

``SOGW_BROKER__URL`` overrides ``url`` in ``[broker]``. What is wrong is refused with file, key and remedy, and
never with the value: it may be a secret.
"""

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.domain.errors import OperatorError
from gateway.domain.party import Party, Role
from gateway.domain.retention import RetentionTerms
from gateway.ports.services import CheckpointTerms, DeliveryTerms

_SQLITE = "sqlite:///"
_TOML_PLACE = re.compile(r"line \d+, column \d+")
_LONGEST_FILE = 32 * 1024
"""Bytes; all settings take a twentieth of it, and the time to read TOML can grow with the square of its length."""

FILE_NAME = "sogw.toml"
"""The settings file in a home folder."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartySection(_Section):
    """Who we are.

    Attributes:
        id: Party id: it becomes the broker's user, a queue and a word of routing keys.
        role: What we are to the other: arbodienst (``ohs``) or pool.
        name: As people know us; stands on letters.
        ura: Number of a UZI subscriber.
        kvk: Number at the chamber of commerce.
        agb: AGB code of the organisation.
        recipients: Further recipient texts that consents may name for us, besides our id.
    """

    id: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$")
    role: Role
    name: str = Field(min_length=1)
    ura: str | None = None
    kvk: str | None = None
    agb: str | None = None
    recipients: tuple[str, ...] = ()


class PolicySection(_Section):
    """Which policy we work by; without one the defaults of the law hold.

    Attributes:
        file: File with policies.
        id: Our policy in that file.
    """

    file: Path | None = None
    id: str | None = None


class Pkcs11Section(_Section):
    """The token that guards the keys; the PIN from a file, or from a systemd credential.

    Attributes:
        module: PKCS#11 library of the token's vendor.
        token: Label of the token.
        pin_file: File with the user PIN.
        pin_credential: Name of the systemd credential with the PIN, when there is no file.
    """

    module: Path
    token: str = Field(min_length=1)
    pin_file: Path | None = None
    pin_credential: str = "sogw-pin"


class KeysSection(_Section):
    """Where the keys are, and what guards them: one of three ways, each with its own keys.

    Attributes:
        folder: Where the keyring is.
        custody: What guards it.
        passphrase_file: With custody passphrase-file: opens the keys. Keep a copy elsewhere.
        passphrase_credential: With custody systemd-credential: its name.
        pkcs11: With custody pkcs11: the token.
    """

    folder: Path = Path("keys")
    custody: Literal["passphrase-file", "systemd-credential", "pkcs11"] = "passphrase-file"
    passphrase_file: Path = Path("passphrase")
    passphrase_credential: str = "sogw-passphrase"  # noqa: S105  (a name, not a secret)
    pkcs11: Pkcs11Section | None = None

    @model_validator(mode="after")
    def _token_is_named(self) -> Self:
        if self.custody == "pkcs11" and self.pkcs11 is None:
            raise ValueError("custody pkcs11 needs module and token in [keys.pkcs11]")
        return self


class StoreSection(_Section):
    """Where the journal and the boxes are: a SQLite file, or a PostgreSQL database that several processes share.

    Attributes:
        url: Address of the database: ``sqlite:///FILE``, or ``postgresql://USER@HOST/DATABASE``.
        password_file: File with the password of the database user, when it has one.
        ca_file: Certificate authority that vouches for the database server; its name is then verified too.
        certificate_file: Our client certificate for the database.
        key_file: Private key of that certificate.
        allow_insecure: Accept an unencrypted connection to another machine. For tests only.
    """

    url: str = "sqlite:///store.db"
    password_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_insecure: bool = False


class BrokerSection(_Section):
    """How the broker is reached. Plaintext and passwords are accepted to loopback only, unless ``allow_insecure``.

    Attributes:
        url: Address without virtual host and password, such as ``amqps://broker.example:5671``.
        password_file: File with our password, when there is no client certificate.
        tls_min_version: The oldest TLS that is accepted.
        ca_file: Certificates of the authority that vouches for the broker.
        certificate_file: Our client certificate; its common name is our party id.
        key_file: Its private key.
        allow_insecure: Accept plaintext and a password to another machine. For tests only.
        heartbeat_seconds: How soon a dead connection is noticed.
        prefetch: How many deliveries may be in hand at once.
    """

    url: str | None = None
    password_file: Path | None = None
    tls_min_version: Literal["1.2", "1.3"] = "1.3"
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_insecure: bool = False
    heartbeat_seconds: int = Field(default=10, ge=1, le=60)
    prefetch: int = Field(default=50, ge=1, le=500)


_WEEK_SECONDS = 7 * 86_400
"""An envelope lives no longer, so no patience is of use beyond it."""


class DeliverySection(_Section):
    """How patient delivery is.

    Attributes:
        receipt_within_seconds: Without a receipt in this time the same bytes go again.
        first_retry_seconds: Shortest wait after a failure.
        longest_retry_seconds: Longest wait after many failures.
        poll_seconds: How often the outbox is looked at when nothing was due.
        open_after_failures: So many failures in a row and a partner gets one probe at a time instead of everything.
        probe_seconds: How often such a probe goes out; never longer than the longest wait after many failures.
    """

    receipt_within_seconds: float = Field(default=60, gt=0, le=_WEEK_SECONDS)
    first_retry_seconds: float = Field(default=1, gt=0, le=_WEEK_SECONDS)
    longest_retry_seconds: float = Field(default=300, gt=0, le=_WEEK_SECONDS)
    poll_seconds: float = Field(default=0.2, gt=0, le=60)
    open_after_failures: int = Field(default=10, ge=1)
    probe_seconds: float = Field(default=30, gt=0, le=_WEEK_SECONDS)


class JournalSection(_Section):
    """How often the journal is signed (see ``CheckpointTerms``), and how fast 'sogw serve' verifies it.

    Attributes:
        checkpoint_every_entries: After this many new entries.
        checkpoint_within_seconds: After this time, when there is anything new.
        verify_every_seconds: How often another 250 entries are verified, from the first to the last and then again.
    """

    checkpoint_every_entries: int = Field(default=256, ge=1)
    checkpoint_within_seconds: float = Field(default=300, ge=0, le=_WEEK_SECONDS)
    verify_every_seconds: float = Field(default=5, gt=0, le=_WEEK_SECONDS)


class TrustSection(_Section):
    """What makes us uneasy in time, and what has been revoked.

    Attributes:
        certificate_warning_days: This long before our client certificate expires it needs attention.
        crl_folder: Holds the authorities' revocation lists (``*.crl``), for partners a certificate vouches for.
        crl_grace_hours: How long a list is still believed after its next update was due.
    """

    certificate_warning_days: int = Field(default=30, ge=1, le=365)
    crl_folder: Path = Path("crl")
    crl_grace_hours: float = Field(default=24, ge=0, le=720)


class AuditSection(_Section):
    """How 'sogw serve' sees whether the broker is as it must be; without a URL it takes that on trust, and says so.

    Attributes:
        management_url: Management API of the broker, such as ``https://broker.example:15671``.
        user: A user of it with the tag ``monitoring`` and no other right.
        password_file: File with its password.
        allow_insecure: Accept plain HTTP to another machine. For tests only.
        every_seconds: How often it looks again.
    """

    management_url: str | None = None
    user: str = "monitoring"
    password_file: Path = Path("audit-password")
    allow_insecure: bool = False
    every_seconds: float = Field(default=300, gt=0, le=_WEEK_SECONDS)


class AlertsSection(_Section):
    """How often 'sogw serve' looks for what a person should know.

    Attributes:
        every_seconds: How often.
    """

    every_seconds: float = Field(default=15, gt=0, le=_WEEK_SECONDS)


class RetentionSection(_Section):
    """How long this gateway keeps what it may delete; outside the limits of the table of terms it is refused.

    Attributes:
        transport_copy_hours: The sealed bytes of settled messages; without them a message cannot be replayed.
        held_delivery_days: The bytes of a held delivery, once it was replayed or discarded.
        case_copy_days: What the gateway knows of a case, after the last event of one that is over.
    """

    transport_copy_hours: float = 72
    held_delivery_days: float = 7
    case_copy_days: float = 90

    @model_validator(mode="after")
    def _within_the_table(self) -> Self:
        self.terms()
        return self

    def terms(self) -> RetentionTerms:
        """As a domain value; ValueError outside the limits."""
        return RetentionTerms(
            transport_copy=timedelta(hours=self.transport_copy_hours),
            held_delivery=timedelta(days=self.held_delivery_days),
            case_copy=timedelta(days=self.case_copy_days),
        )


class LogSection(_Section):
    """How much is logged, and in which form.

    Attributes:
        level: The least that is logged.
        format: For people, or one JSON document per line.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(BaseSettings):
    """All settings; ``home`` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(
        env_prefix="SOGW_", env_nested_delimiter="__", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path
    party: PartySection
    policy: PolicySection = PolicySection()
    keys: KeysSection = KeysSection()
    store: StoreSection = StoreSection()
    broker: BrokerSection = BrokerSection()
    delivery: DeliverySection = DeliverySection()
    journal: JournalSection = JournalSection()
    trust: TrustSection = TrustSection()
    audit: AuditSection = AuditSection()
    alerts: AlertsSection = AlertsSection()
    retention: RetentionSection = RetentionSection()
    log: LogSection = LogSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over the file (which comes in as arguments)."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    def path(self, relative: Path) -> Path:
        """A path from the settings, seen from the home folder."""
        return relative if relative.is_absolute() else self.home / relative

    def as_party(self) -> Party:
        """Ourselves, as a domain value."""
        p = self.party
        return Party(p.id, p.role, p.name, p.ura, p.kvk, p.agb)

    def terms(self) -> DeliveryTerms:
        """How patient delivery is, as a domain value."""
        d = self.delivery
        return DeliveryTerms(
            receipt_within=timedelta(seconds=d.receipt_within_seconds),
            first_retry=timedelta(seconds=d.first_retry_seconds),
            longest_retry=timedelta(seconds=d.longest_retry_seconds),
            open_after=d.open_after_failures,
            probe_every=timedelta(seconds=min(d.probe_seconds, d.longest_retry_seconds)),
        )

    def checkpoint_terms(self) -> CheckpointTerms:
        """How often the journal is signed, as a domain value."""
        j = self.journal
        return CheckpointTerms(j.checkpoint_every_entries, timedelta(seconds=j.checkpoint_within_seconds))

    def store_url(self) -> str:
        """The store's URL with a relative SQLite path put under the home folder."""
        if self.store.url.startswith(_SQLITE):
            return _SQLITE + str(self.path(Path(self.store.url.removeprefix(_SQLITE))))
        return self.store.url

    def store_folder(self) -> Path | None:
        """Where the store's file is; None when the store is on a server."""
        url = self.store_url()
        return Path(url.removeprefix(_SQLITE)).parent if url.startswith(_SQLITE) else None


def load_settings(home: Path) -> Settings:
    """Read and check the settings of a home folder.

    Raises:
        OperatorError: ``settings-missing`` or ``settings-invalid``, with file, key and remedy.
    """
    file = home / FILE_NAME
    try:
        content = tomllib.loads(_text_of(file))
    except FileNotFoundError:
        raise OperatorError(
            "settings-missing",
            "There are no settings here.",
            where=str(file),
            remedy="Make them with: sogw init --home FOLDER --party ID --role ohs|pool --name NAME",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        # ValueError: not UTF-8, not TOML, or a number too long for Python to read.
        place = f" near {what.group()}" if (what := _TOML_PLACE.search(str(error))) else ""
        raise OperatorError(
            "settings-invalid", f"Not readable as TOML{place}.", where=str(file), remedy="Correct the file."
        ) from None
    return _validated(file, home, content)


def _text_of(file: Path) -> str:
    with file.open("rb") as stream:
        content = stream.read(_LONGEST_FILE + 1)
    if len(content) > _LONGEST_FILE:
        raise ValueError("too long to be settings")
    return content.decode("utf-8")


def _validated(file: Path, home: Path, content: dict[str, Any]) -> Settings:
    unknown = sorted(set(content) - set(Settings.model_fields) | ({"home"} & set(content)))
    if unknown:
        raise OperatorError(
            "settings-invalid",
            f"Unknown section: {', '.join(unknown)}.",
            where=str(file),
            remedy=f"Known sections: {', '.join(name for name in Settings.model_fields if name != 'home')}.",
        )
    try:
        # SOGW_HOME names a folder to start from; it must not move the home of settings that were read elsewhere.
        return Settings(**{**content, "home": home}).model_copy(update={"home": home})
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        from_variables = [name for name in os.environ if name.startswith("SOGW_") and "__" in name]
        also = f" Variables in force: {', '.join(sorted(from_variables))}." if from_variables else ""
        raise OperatorError(
            "settings-invalid",
            "; ".join(problems) + ".",
            where=str(file),
            remedy=f"Correct the named keys.{also}",
        ) from None
