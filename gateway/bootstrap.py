"""The wiring: the only module that names concrete adapters.

``build`` makes a gateway from settings; every part can be replaced (tests and the demo pass a clock and a transport).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from gateway.application.check_gateway import CheckLine, check_certificate
from gateway.domain.errors import OperatorError
from gateway.domain.messages import Message
from gateway.domain.party import Party
from gateway.domain.policy import Policy
from gateway.ports.alerts import Alerts
from gateway.ports.bundles import AuditRecord, BundleMapper
from gateway.ports.clock import Clock
from gateway.ports.keyring import Keyring
from gateway.ports.services import Services
from gateway.ports.store import Partner, Store
from gateway.ports.transport import Transport
from gateway.ports.vault import Vault
from gateway.settings import Pkcs11Section, Settings

if TYPE_CHECKING:
    from adapters.keyrings import FileKeyring
    from adapters.rabbitmq.watchman import Watchman
    from adapters.sql.backup import StoreFile
    from adapters.x509 import TlsFiles, VouchingTerms
    from gateway.ports.custody import KeyCustody


class SystemClock(Clock):
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class LazyMapper(BundleMapper):
    """The FHIR mapper, imported at its first use: commands that touch no FHIR start without it."""

    def __init__(self, find_party: Callable[[str], Party]) -> None:
        self._find_party = find_party
        self._mapper: BundleMapper | None = None

    def _loaded(self) -> BundleMapper:
        if self._mapper is None:
            from mappings.fhir.mapper import FhirBundleMapper

            self._mapper = FhirBundleMapper(self._find_party)
        return self._mapper

    def warm_up(self) -> None:
        """Load it and compile the validators of every kind, so that no message waits for that."""
        from mappings.fhir.schema import compile_all

        self._loaded()
        compile_all()

    def to_bundle(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> bytes:
        """As the port says."""
        return self._loaded().to_bundle(message, audit=audit)

    def from_bundle(self, payload: bytes) -> Message:
        """As the port says."""
        return self._loaded().from_bundle(payload)


@dataclass(slots=True)
class Gateway:
    """One party's gateway, wired and closed as one."""

    settings: Settings
    services: Services
    keyring: Keyring
    directory: "Directory"
    alerts: Alerts

    async def __aenter__(self) -> Self:
        await self.services.store.open()
        try:
            await self.refresh_partners()
        except BaseException:
            await self.services.store.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.services.transport.close()
        await self.services.store.close()

    def warm_up(self) -> None:
        """Before taking traffic: do what the first message would otherwise wait for."""
        if isinstance(self.services.mapper, LazyMapper):
            self.services.mapper.warm_up()

    async def refresh_partners(self) -> None:
        """Take over partners that were onboarded since, by this or another process."""
        async with self.services.store.look() as work:
            self.directory.take(await work.partners())


def vouching_terms(settings: Settings, authorities: bytes) -> "VouchingTerms":
    """Whom we believe when a certificate vouches: these authorities (PEM), and the lists in the settings' folder."""
    from adapters.x509 import read_terms

    trust = settings.trust
    return read_terms(authorities, settings.path(trust.crl_folder), timedelta(hours=trust.crl_grace_hours))


def certificate_line(settings: Settings, at: datetime) -> CheckLine | None:
    """How long our certificate at the broker still lives; None when there is none.

    Raises:
        OperatorError: Its file cannot be read.
    """
    files = broker_tls(settings)
    own = files.own_certificate() if files else None
    if own is None:
        return None
    warning = timedelta(days=settings.trust.certificate_warning_days)
    return check_certificate("certificate", own.subject, own.not_after, at=at, warning=warning)


class Directory:
    """Who is who: ourselves and the onboarded partners, with their pinned keys."""

    def __init__(self, party: Party) -> None:
        from adapters.keyrings import PinnedPartners

        self._parties = {party.party_id: party}
        self._tokens: dict[str, str] = {}
        self.keys = PinnedPartners()

    def take(self, partners: list[Partner]) -> None:
        """Pin what is new."""
        for partner in partners:
            party_id = partner.party.party_id
            self._parties[party_id] = partner.party
            if partner.classical_until is not None:
                self.keys.allow_classical(party_id, partner.classical_until)
            if self._tokens.get(party_id) == partner.manifest:
                continue
            pinned = self.keys.manifest_of(party_id)
            if pinned is not None and pinned.fingerprint != partner.fingerprint:
                self.keys.forget(party_id)  # a certificate vouched for another identity; the store has its history
            self.keys.pin(partner.manifest, partner.fingerprint)
            self._tokens[party_id] = partner.manifest

    def find(self, party_id: str) -> Party:
        """The party with that id."""
        try:
            return self._parties[party_id]
        except KeyError:
            raise OperatorError(
                "partner-not-onboarded",
                f"No partner '{party_id}' was onboarded.",
                remedy="Run: sogw partner add MANIFEST --fingerprint FINGERPRINT",
            ) from None


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    transport: Transport | None = None,
    keyring: Keyring | None = None,
    with_broker: bool = False,
) -> Gateway:
    """Wire a gateway.

    Args:
        settings: Checked settings.
        clock: The machine's when None.
        transport: To use instead of what the settings say.
        keyring: To use instead of the one in the settings' folder.
        with_broker: Connect to the settings' broker; otherwise nothing is published by this process.

    Raises:
        OperatorError: Keys, passphrase, policy or broker settings are not as they must be.
    """
    from adapters.alerts import LogAlerts
    from adapters.jose import JoseSealer
    from adapters.keyrings import AesVault
    from adapters.memory.no_transport import NoTransport
    from adapters.notes import KeyringNotary

    clock = clock or SystemClock()
    party = settings.as_party()
    own = keyring or load_keyring(settings)
    directory = Directory(party)
    reload = keyring.storage_keys if keyring else lambda: load_keyring(settings).storage_keys()
    store = sql_store(settings, AesVault.of(own.storage_keys(), reload), clock)
    services = Services(
        party=party,
        store=store,
        sealer=JoseSealer(party.party_id, own, directory.keys),
        notary=KeyringNotary(party.party_id, own, directory.keys),
        transport=transport or (broker_transport(settings) if with_broker else NoTransport()),
        mapper=LazyMapper(directory.find),
        clock=clock,
        policy=policy_of(settings),
        new_id=lambda: str(uuid4()),
        jitter=SystemRandom().random,
        recipients=settings.party.recipients,
        terms=settings.terms(),
        checkpoints=settings.checkpoint_terms(),
        retention=settings.retention.terms(),
    )
    return Gateway(settings, services, own, directory, LogAlerts(party.party_id))


def sql_store(settings: Settings, vault: Vault, clock: Clock) -> Store:
    """The store in the settings."""
    from adapters.sql import Credentials, SqlStore

    store = settings.store
    credentials = Credentials(
        password=_secret(settings.path(store.password_file), "database") if store.password_file else None,
        ca_file=settings.path(store.ca_file) if store.ca_file else None,
        certificate_file=settings.path(store.certificate_file) if store.certificate_file else None,
        key_file=settings.path(store.key_file) if store.key_file else None,
        allow_insecure=store.allow_insecure,
    )
    return SqlStore(settings.store_url(), vault, clock, credentials=credentials)


def store_file(settings: Settings) -> "StoreFile":
    """The file of the store in the settings.

    Raises:
        OperatorError: ``backup-by-server``: it is a database on a server.
    """
    from adapters.sql.backup import StoreFile

    return StoreFile(settings.store_url())


def load_keyring(settings: Settings) -> "FileKeyring":
    """Our own keys, from the settings' folder and by the settings' custody.

    Raises:
        OperatorError: They are not there, or do not open.
    """
    from adapters.keyrings import FileKeyring

    return FileKeyring.load(settings.path(settings.keys.folder), key_custody(settings))


def key_custody(settings: Settings, work_factor: int | None = None) -> "KeyCustody":
    """What guards the keys, as the settings choose.

    Args:
        settings: Checked settings.
        work_factor: scrypt's N for what is wrapped from now on; the strong default when None.

    Raises:
        OperatorError: Passphrase, credential or PIN cannot be read.
    """
    from adapters.keyrings import PassphraseCustody, ScryptCost, read_credential

    keys = settings.keys
    if keys.custody == "pkcs11" and keys.pkcs11 is not None:
        return _token_custody(settings, keys.pkcs11)
    if keys.custody == "systemd-credential":
        passphrase = read_credential(keys.passphrase_credential)
    else:
        passphrase = _passphrase(settings.path(keys.passphrase_file), "[keys] passphrase_file")
    return PassphraseCustody(passphrase, ScryptCost() if work_factor is None else ScryptCost(work_factor))


def _token_custody(settings: Settings, token: Pkcs11Section) -> "KeyCustody":
    from adapters.keyrings import read_credential

    try:
        from adapters.keyrings.pkcs11 import Pkcs11Custody, TokenAddress
    except ImportError:
        raise OperatorError(
            "key-token-unsupported",
            "This installation cannot speak to PKCS#11 tokens.",
            where="[keys] custody",
            remedy="Install the gateway with its extra pkcs11.",
        ) from None
    if token.pin_file is None:
        pin = read_credential(token.pin_credential)
    else:
        pin = _passphrase(settings.path(token.pin_file), "[keys.pkcs11] pin_file")
    return Pkcs11Custody(TokenAddress(token.module, token.token, pin.decode("utf-8", "replace")))


def _passphrase(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes().strip()
    except OSError:
        raise OperatorError(
            "passphrase-missing",
            "The passphrase of the keyring cannot be read.",
            where=str(file),
            remedy=f"Put it there (mode 0600), or name another file in {setting}.",
        ) from None


def policy_of(settings: Settings) -> Policy:
    """The policy the settings name; the defaults of the law when they name none."""
    if settings.policy.id is None:
        return Policy("default")
    from mappings.backoffices.policies import read_policy

    return read_policy(settings.path(settings.policy.file or Path("policies.json")), settings.policy.id)


def broker_transport(settings: Settings) -> Transport:
    """The transport to the broker in the settings."""
    from adapters.rabbitmq.transport import RabbitTransport

    return RabbitTransport(settings.party.id, prefetch=settings.broker.prefetch, **broker_login(settings))


def broker_login(settings: Settings) -> dict[str, Any]:
    """Where the broker in the settings is and how we log in: the arguments that every connection takes."""
    broker = settings.broker
    if broker.url is None:
        raise OperatorError(
            "broker-not-set",
            "No broker is named.",
            where="[broker] url",
            remedy="Set it in sogw.toml, or SOGW_BROKER__URL.",
        )
    password = None
    if broker.password_file is not None:
        password = _secret(settings.path(broker.password_file), "broker")
    files = broker_tls(settings)
    if password is None and files is not None and files.certificate_file is None:
        raise OperatorError(
            "certificate-missing",
            "There is neither a client certificate nor a password for the broker.",
            where="[broker] certificate_file",
            remedy="Name the certificate and key that the broker's operator issued to this party.",
        )
    return {
        "url": broker.url,
        "password": password,
        "tls": None if files is None else (lambda: files.context(datetime.now(UTC))),
        "allow_insecure": broker.allow_insecure,
        "heartbeat": broker.heartbeat_seconds,
    }


def broker_watchman(settings: Settings) -> "Watchman | None":
    """Who audits the broker for us; None when the settings name nobody.

    Raises:
        OperatorError: Its address or password is not as it must be.
    """
    audit = settings.audit
    if audit.management_url is None:
        return None
    from adapters.rabbitmq.endpoint import Endpoint
    from adapters.rabbitmq.provisioning import ManagementApi
    from adapters.rabbitmq.watchman import Watchman

    password = _secret(settings.path(audit.password_file), "monitoring")
    management = ManagementApi(audit.management_url, audit.user, password, allow_insecure=audit.allow_insecure)
    return Watchman(management, Endpoint.parse(settings.party.id, **broker_login(settings)))


def _secret(file: Path, server: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        raise OperatorError(
            "password-missing",
            f"The {server} password cannot be read.",
            where=str(file),
            remedy="Put it there (mode 0600), or use a client certificate.",
        ) from None


def broker_tls(settings: Settings) -> "TlsFiles | None":
    """The certificate files of the broker connection; None when no authority is named."""
    from adapters.x509 import TlsFiles

    broker = settings.broker
    if broker.ca_file is None:
        return None
    own, key = broker.certificate_file, broker.key_file
    return TlsFiles(
        settings.path(broker.ca_file),
        None if own is None else settings.path(own),
        None if key is None else settings.path(key),
        broker.tls_min_version,
    )
