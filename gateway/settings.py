"""Settings of one party's gateway: ``sogw.toml`` in its home folder, overridden by ``SOGW_`` variables.

``SOGW_BROKER__URL`` overrides ``url`` in ``[broker]``. What is wrong is refused with file, key and remedy, and
never with the value: it may be a secret.
"""

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from gateway.domain.errors import OperatorError
from gateway.domain.party import Party
from gateway.ports.services import CheckpointTerms, DeliveryTerms
from gateway.sections import (
    AlertsSection,
    AuditSection,
    BackofficeSection,
    BrokerSection,
    CeilingsSection,
    DeliverySection,
    JournalSection,
    KeysSection,
    LogSection,
    ObjectsSection,
    PartySection,
    PolicySection,
    RetentionSection,
    StoreSection,
    TrustSection,
)
from gateway.settings_words import not_toml, unknown_sections, wrong_values

_SQLITE = "sqlite:///"
_LONGEST_FILE = 32 * 1024
"""Bytes; all settings take a twentieth of it, and the time to read TOML can grow with the square of its length."""

FILE_NAME = "sogw.toml"
"""The settings file in a home folder."""


class Settings(BaseSettings):
    """All settings; ``home`` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(
        env_prefix="SOGW_", env_nested_delimiter="__", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path
    party: PartySection
    policy: PolicySection = PolicySection()
    backoffice: BackofficeSection = BackofficeSection()
    keys: KeysSection = KeysSection()
    store: StoreSection = StoreSection()
    objects: ObjectsSection = ObjectsSection()
    broker: BrokerSection = BrokerSection()
    delivery: DeliverySection = DeliverySection()
    journal: JournalSection = JournalSection()
    trust: TrustSection = TrustSection()
    audit: AuditSection = AuditSection()
    alerts: AlertsSection = AlertsSection()
    ceilings: CeilingsSection = CeilingsSection()
    retention: RetentionSection = RetentionSection()
    log: LogSection = LogSection()

    @classmethod
    @override
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

    def secret_mounts(self) -> tuple[Path, ...]:
        """Where secrets may be readable for others (``gateway.secret_files``)."""
        return tuple(self.path(mount) for mount in self.keys.secret_mounts)

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
            receipts_together=d.receipts_together,
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
        message, remedy = not_toml(error)
        raise OperatorError("settings-invalid", message, where=str(file), remedy=remedy) from None
    return _validated(file, home, content)


def _text_of(file: Path) -> str:
    with file.open("rb") as stream:
        content = stream.read(_LONGEST_FILE + 1)
    if len(content) > _LONGEST_FILE:
        raise ValueError("too long to be settings")
    return content.decode("utf-8-sig")  # some editors put a byte order mark before it


def _validated(file: Path, home: Path, content: dict[str, Any]) -> Settings:
    unknown = sorted(set(content) - set(Settings.model_fields) | ({"home"} & set(content)))
    if unknown:
        raise OperatorError(
            "settings-invalid",
            unknown_sections(unknown, sorted(set(Settings.model_fields) - {"home"})),
            where=str(file),
            remedy=f"Known sections: {', '.join(name for name in Settings.model_fields if name != 'home')}.",
        )
    try:
        # SOGW_HOME names a folder to start from; it must not move the home of settings that were read elsewhere.
        return Settings(**{**content, "home": home}).model_copy(update={"home": home})
    except ValidationError as error:
        problems = wrong_values(error.errors(include_input=False, include_url=False), Settings)
        from_variables = [name for name in os.environ if name.startswith("SOGW_") and "__" in name]
        also = f" Variables in force: {', '.join(sorted(from_variables))}." if from_variables else ""
        raise OperatorError(
            "settings-invalid",
            problems,
            where=str(file),
            remedy=f"Correct the named keys.{also}",
        ) from None
