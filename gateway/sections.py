"""The sections of ``sogw.toml``, one model each: every key with its default and its limits."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.domain.ceilings import Ceilings
from gateway.domain.party import LONGEST_NAME, Role, is_name, is_number
from gateway.domain.receipts import MOST_TOGETHER
from gateway.domain.retention import RetentionTerms
from gateway.domain.routing import MOST_RECIPIENTS, is_recipient


class Section(BaseModel):
    """One table of ``sogw.toml``; a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PartySection(Section):
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
    name: str
    ura: str | None = None
    kvk: str | None = None
    agb: str | None = None
    recipients: tuple[str, ...] = Field((), max_length=MOST_RECIPIENTS)

    @model_validator(mode="after")
    def _as_partners_take_it(self) -> Self:
        """What a partner would refuse in our party file is refused here."""
        if not is_name(self.name):
            raise ValueError(f"name is one line of {LONGEST_NAME} characters at most, without hidden characters")
        if not all(is_number(number) for number in (self.ura, self.kvk, self.agb) if number is not None):
            raise ValueError("ura, kvk and agb are digits or letters, 32 at most")
        if not all(map(is_recipient, self.recipients)):
            raise ValueError("recipients are organisation or organisation/person, in ASCII")
        return self


class PolicySection(Section):
    """Which policy we work by; without one the defaults of the law hold.

    Attributes:
        file: File with policies.
        id: Our policy in that file.
    """

    file: Path | None = None
    id: str | None = None


class BackofficeSection(Section):
    """How we read our back office's exports.

    Attributes:
        profile: File with the back office's own words; without one only the words of the format are known.
    """

    profile: Path | None = None


class Pkcs11Section(Section):
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


class KeysSection(Section):
    """Where the keys are, and what guards them: one of three ways, each with its own keys.

    Attributes:
        folder: Where the keyring is.
        custody: What guards it.
        passphrase_file: With custody passphrase-file: opens the keys. Keep a copy elsewhere.
        passphrase_credential: With custody systemd-credential: its name.
        pkcs11: With custody pkcs11: the token.
        secret_mounts: Folders that a container engine fills; a file of root there may be readable for others.
    """

    folder: Path = Path("keys")
    custody: Literal["passphrase-file", "systemd-credential", "pkcs11"] = "passphrase-file"
    passphrase_file: Path = Path("passphrase")
    passphrase_credential: str = "sogw-passphrase"  # noqa: S105  (a name, not a secret)
    pkcs11: Pkcs11Section | None = None
    secret_mounts: tuple[Path, ...] = ()

    @model_validator(mode="after")
    def _token_is_named(self) -> Self:
        if self.custody == "pkcs11" and self.pkcs11 is None:
            raise ValueError("custody pkcs11 needs module and token in [keys.pkcs11]")
        return self


class StoreSection(Section):
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


class ObjectsSection(Section):
    """Where documents lie that are too large for a message (more than 1 MiB; in a report or an answer, 128 KiB).

    Attributes:
        directory: A directory that both gateways reach, such as a mounted bucket; without it large documents do not go.
        own_folder: Where sealed copies of those that came are kept.
    """

    directory: Path | None = None
    own_folder: Path = Path("documents")


class BrokerSection(Section):
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
    prefetch: int = Field(default=200, ge=1, le=2000)


_WEEK_SECONDS = 7 * 86_400
"""An envelope lives no longer, so no patience is of use beyond it."""


class DeliverySection(Section):
    """How patient delivery is.

    Attributes:
        receipt_within_seconds: Without a receipt in this time the same bytes go again.
        first_retry_seconds: Shortest wait after a failure.
        longest_retry_seconds: Longest wait after many failures.
        poll_seconds: How often the outbox is looked at when nothing was due.
        open_after_failures: So many failures in a row and a partner gets one probe at a time instead of everything.
        probe_seconds: How often such a probe goes out; never longer than the longest wait after many failures.
        receipts_together: So many messages accepted with one commit share a receipt at most; 1 while a partner's
            version knows no shared ones.
    """

    receipt_within_seconds: float = Field(default=60, gt=0, le=_WEEK_SECONDS)
    first_retry_seconds: float = Field(default=1, gt=0, le=_WEEK_SECONDS)
    longest_retry_seconds: float = Field(default=300, gt=0, le=_WEEK_SECONDS)
    poll_seconds: float = Field(default=0.2, gt=0, le=60)
    open_after_failures: int = Field(default=10, ge=1)
    probe_seconds: float = Field(default=30, gt=0, le=_WEEK_SECONDS)
    receipts_together: int = Field(default=MOST_TOGETHER, ge=1, le=MOST_TOGETHER)


class JournalSection(Section):
    """How often the journal is signed (see ``CheckpointTerms``), and how fast 'sogw serve' verifies it.

    Attributes:
        checkpoint_every_entries: After this many new entries.
        checkpoint_within_seconds: After this time, when there is anything new.
        verify_every_seconds: How often another 250 entries are verified, from the first to the last and then again.
    """

    checkpoint_every_entries: int = Field(default=256, ge=1)
    checkpoint_within_seconds: float = Field(default=300, ge=0, le=_WEEK_SECONDS)
    verify_every_seconds: float = Field(default=5, gt=0, le=_WEEK_SECONDS)


class TrustSection(Section):
    """What makes us uneasy in time, and what has been revoked.

    Attributes:
        certificate_warning_days: This long before our client certificate expires it needs attention.
        crl_folder: Holds the authorities' revocation lists (``*.crl``), for partners a certificate vouches for.
        crl_grace_hours: How long a list is still believed after its next update was due.
    """

    certificate_warning_days: int = Field(default=30, ge=1, le=365)
    crl_folder: Path = Path("crl")
    crl_grace_hours: float = Field(default=24, ge=0, le=720)


class AuditSection(Section):
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


class AlertsSection(Section):
    """How often 'sogw serve' looks for what a person should know.

    Attributes:
        every_seconds: How often.
    """

    every_seconds: float = Field(default=15, gt=0, le=_WEEK_SECONDS)


_MIB = 1024 * 1024


class CeilingsSection(Section):
    """How much one partner may have here at a time; at a ceiling nothing more of it is taken, and an alert says so.

    Attributes:
        parked_per_conversation: Messages that wait for one before them.
        held_per_partner: Held deliveries, and apart from these parked messages; all strangers together are one partner.
        held_per_day: Deliveries that come to be held within a day, whatever became of them since.
        held_mib_per_partner: MiB of either; of strangers no bytes are kept, only their digest and size.
        parked_days: How long a message waits for one before it; then that is given up. Its sender sends it for 7 days.
        unparked_together: Parked messages that are taken in with one commit.
        open_information_requests: Information requests of one referral without an answer.
        information_requests: Information requests of one referral while it lives.
        open_availability_questions: Questions whether there is room, without an answer.
        kept_mib_per_partner: MiB of files that came beside messages; each counts for at least one.
        files_at_once: Files that are fetched at the same time, each in a thread of its own.
        file_seconds: How long fetching one may take.
        deliveries_in_hand: Deliveries not settled; others are turned away and come again. From ``prefetch`` on: any.
        deliveries_at_once: Deliveries that are opened and stored at a time, where those in hand are bounded.
        consents_per_partner: Consents on the record of one case that came from a partner.
        messages_per_referral: Messages of a partner in one referral; what takes something back always counts.
        messages_of_a_kind: Messages of one kind in one referral that changed something, such as a moved appointment.
        refused_per_day: Messages refused within a day; further ones that would be are turned away and come again.
        open_referrals: Referrals of a partner that have not ended.
        new_referrals_per_day: Referrals of a partner that begin within a day.
        invoices_per_day: Invoices of a partner within a day.
    """

    parked_per_conversation: int = Field(default=64, ge=1, le=1000)
    held_per_partner: int = Field(default=1000, ge=1)
    held_per_day: int = Field(default=2000, ge=10)
    held_mib_per_partner: int = Field(default=64, ge=8)
    parked_days: float = Field(default=6, gt=0, lt=7)
    unparked_together: int = Field(default=16, ge=1, le=256)
    open_information_requests: int = Field(default=5, ge=1)
    information_requests: int = Field(default=25, ge=1)
    open_availability_questions: int = Field(default=20, ge=1)
    kept_mib_per_partner: int = Field(default=10 * 1024, ge=100)
    files_at_once: int = Field(default=2, ge=1, le=16)
    file_seconds: float = Field(default=120, gt=0, le=3600)
    deliveries_in_hand: int = Field(default=100, ge=1)
    deliveries_at_once: int = Field(default=4, ge=1)
    consents_per_partner: int = Field(default=50, ge=20, le=500)
    messages_per_referral: int = Field(default=500, ge=100, le=5000)
    messages_of_a_kind: int = Field(default=50, ge=5, le=80)
    refused_per_day: int = Field(default=1000, ge=10)
    open_referrals: int = Field(default=500, ge=1)
    new_referrals_per_day: int = Field(default=100, ge=1)
    invoices_per_day: int = Field(default=100, ge=1)

    def ceilings(self) -> Ceilings:
        """As a domain value."""
        same = self.model_dump(exclude={"held_mib_per_partner", "kept_mib_per_partner", "parked_days"})
        return Ceilings(
            **same,
            parked_for=timedelta(days=self.parked_days),
            held_bytes_per_partner=self.held_mib_per_partner * _MIB,
            kept_bytes_per_partner=self.kept_mib_per_partner * _MIB,
        )


class RetentionSection(Section):
    """How long this gateway keeps what it may delete; outside the limits of the table of terms it is refused.

    Attributes:
        transport_copy_hours: The sealed bytes of settled messages; without them a message cannot be replayed.
        held_delivery_days: The bytes of a held delivery, once replayed or discarded; all of one that was replayed.
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


class LogSection(Section):
    """How much is logged, and in which form.

    Attributes:
        level: The least that is logged.
        format: For people, or one JSON document per line.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
