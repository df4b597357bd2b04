"""The servers in the settings: the database and the broker, and the certificates that open them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gateway.application.check_gateway import CheckLine, check_certificate, failed
from gateway.domain.errors import OperatorError
from gateway.domain.policy import Policy
from gateway.domain.worklist import Summariser
from gateway.ports.clock import Clock
from gateway.ports.objects import ObjectStore
from gateway.ports.store import Store
from gateway.ports.transport import Transport
from gateway.ports.vault import Vault
from gateway.secret_files import read_secret
from gateway.settings import Settings

if TYPE_CHECKING:
    from adapters.rabbitmq.topology_audit import TopologyAudit
    from adapters.sql.backup import StoreFile
    from adapters.x509 import OwnCertificate, TlsFiles


def sql_store(settings: Settings, vault: Vault, clock: Clock, policy: Policy, *, may_make: bool = False) -> Store:
    """The store in the settings; one that is not there is made only for who asks for that.

    Raises:
        OperatorError: Its password or private key cannot be read, or others can read it.
    """
    from adapters.sql import Credentials, SqlStore

    store, files = settings.store, store_tls(settings)
    if files is not None:
        files.check_key()  # libpq reads it by its name, and is content with more
    credentials = Credentials(
        password=_secret(settings, store.password_file, "database") if store.password_file else None,
        ca_file=files.ca_file if files else None,
        certificate_file=files.certificate_file if files else None,
        key_file=files.key_file if files else None,
        allow_insecure=store.allow_insecure,
    )
    return SqlStore(
        settings.store_url(),
        vault,
        clock,
        credentials=credentials,
        may_make=may_make,
        summariser=Summariser(settings.party.role, policy),
    )


def store_file(settings: Settings) -> "StoreFile":
    """The file of the store in the settings.

    Raises:
        OperatorError: ``backup-by-server``: it is a database on a server.
    """
    from adapters.sql.backup import StoreFile

    return StoreFile(settings.store_url())


def object_store(settings: Settings) -> ObjectStore | None:
    """Where large documents lie; None when the settings name no place."""
    objects = settings.objects
    if objects.directory is None:
        return None
    from adapters.objects import DirectoryObjects

    shared, own = settings.path(objects.directory), settings.path(objects.own_folder)
    return DirectoryObjects(settings.party.id, shared, own, settings.ceilings.ceilings())


def broker_transport(settings: Settings) -> Transport:
    """The transport to the broker in the settings."""
    from adapters.rabbitmq.transport import RabbitTransport

    # The worker pauses by itself before something goes back: in that time it counts as in hand of its partner.
    return RabbitTransport(
        settings.party.id, prefetch=settings.broker.prefetch, requeue_delay=0, **broker_login(settings)
    )


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
        password = _secret(settings, broker.password_file, "broker")
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


def broker_topology_audit(settings: Settings) -> "TopologyAudit | None":
    """Who audits the broker for us; None when the settings name nobody.

    Raises:
        OperatorError: Its address or password is not as it must be.
    """
    audit = settings.audit
    if audit.management_url is None:
        return None
    from adapters.rabbitmq.endpoint import Endpoint
    from adapters.rabbitmq.provisioning import ManagementApi
    from adapters.rabbitmq.topology_audit import TopologyAudit

    password = _secret(settings, audit.password_file, "monitoring")
    management = ManagementApi(audit.management_url, audit.user, password, allow_insecure=audit.allow_insecure)
    return TopologyAudit(management, Endpoint.parse(settings.party.id, **broker_login(settings)))


def _secret(settings: Settings, relative: Path, server: str) -> str:
    file = settings.path(relative)
    try:
        return read_secret(file, settings.secret_mounts()).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise OperatorError(
            "password-missing",
            f"The {server} password cannot be read.",
            where=str(file),
            remedy="Put it there (mode 0600), or use a client certificate.",
        ) from None


def certificate_lines(settings: Settings, at: datetime) -> Iterator[CheckLine]:
    """How long each client certificate of ours still lives, or why it cannot be used."""
    warning = timedelta(days=settings.trust.certificate_warning_days)
    for server, files in (("broker", broker_tls(settings)), ("store", store_tls(settings))):
        what = f"certificate {server}"
        try:
            own = _own_certificate(files)
        except OperatorError as error:
            yield failed(what, error)
            continue
        if own is not None:
            yield check_certificate(what, own.subject, own.not_after, at=at, warning=warning)


def _own_certificate(files: "TlsFiles | None") -> "OwnCertificate | None":
    if files is None:
        return None
    files.check_key()
    return files.own_certificate()


def broker_tls(settings: Settings) -> "TlsFiles | None":
    """The certificate files of the broker connection; None when no authority is named."""
    return _tls_files(settings, "broker", settings.broker.tls_min_version)


def store_tls(settings: Settings) -> "TlsFiles | None":
    """The certificate files of the database connection; None when no authority is named."""
    return _tls_files(settings, "store", "1.3")


def _tls_files(
    settings: Settings, section: Literal["broker", "store"], min_version: Literal["1.2", "1.3"]
) -> "TlsFiles | None":
    from adapters.x509 import TlsFiles

    named = getattr(settings, section)
    if named.ca_file is None:
        return None
    own, key = named.certificate_file, named.key_file
    return TlsFiles(
        settings.path(named.ca_file),
        None if own is None else settings.path(own),
        None if key is None else settings.path(key),
        min_version,
        f"[{section}] ca_file, certificate_file, key_file",
        settings.secret_mounts(),
    )
