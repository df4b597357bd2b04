"""A keyring in memory: the whole behaviour of a key set, without a disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from secrets import token_bytes
from typing import TypeVar

from typing_extensions import override

from adapters.keyrings.lifecycle import LIFETIME, OVERLAP, KeyEntry, KeyStatus, advance, successor_start
from adapters.keyrings.manifests import entry_of, issue_manifest
from adapters.keyrings.private_keys import (
    SEALED_KEYS,
    SECRET_BYTES,
    Ed25519Key,
    JournalKey,
    LatticeJournalKey,
    OpeningKey,
    SealedKey,
    SoftwareSigningKeys,
)
from adapters.keyrings.vault import id_of
from gateway.domain.errors import OperatorError
from gateway.ports.custody import HeldSigningKey, SigningKeys
from gateway.ports.keyring import (
    CheckpointKey,
    DecryptionKey,
    Keyring,
    Manifest,
    SigningKey,
    StorageKeyring,
    StorageKeys,
)

_OPENS = (KeyStatus.NEXT, KeyStatus.ACTIVE, KeyStatus.RETIRING)
_MESSAGES = (Ed25519Key.use, Ed25519Key.alg)
_KINDS = (_MESSAGES, *SEALED_KEYS)
"""Use and algorithm; every party has one active key of each."""
_AnyKey = HeldSigningKey | SealedKey
_Checkpoints = TypeVar("_Checkpoints", JournalKey, LatticeJournalKey)


@dataclass(frozen=True, slots=True)
class KeySecrets:
    """All that must stay secret, 32 bytes each.

    Attributes:
        identity: Handle (``gateway.ports.custody``) of the Ed25519 key that signs manifests.
        storage: The keys of data at rest.
        messages: Message keys by ``kid``; of signing keys the handle.
    """

    identity: bytes = field(repr=False)
    storage: StorageKeys
    messages: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _OwnDecryptionKey(DecryptionKey):
    """A private key with the life-cycle data the port asks for."""

    key: OpeningKey
    entry: KeyEntry

    @property
    @override
    def kid(self) -> str:
        return self.entry.kid

    @property
    @override
    def alg(self) -> str:
        return self.entry.alg

    @property
    @override
    def not_before(self) -> datetime:
        return datetime.fromtimestamp(self.entry.nbf, UTC)

    @property
    @override
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.entry.exp, UTC)

    @override
    def unwrap(self, encrypted_key: bytes, *, encapsulated: bytes, info: bytes) -> bytes:
        return self.key.unwrap(encrypted_key, encapsulated=encapsulated, info=info)


class MemoryKeyring(Keyring, StorageKeyring):
    """A party's key set; gone when the process ends, unless somebody keeps ``secrets`` and the manifest.

    Args:
        manifest: Our own manifest, verified.
        secrets: The private keys behind it.
        signing: Who holds the signing keys; this process, when not given.
    """

    def __init__(self, manifest: Manifest, secrets: KeySecrets, signing: SigningKeys | None = None) -> None:
        self._signing = signing or SoftwareSigningKeys()
        self._identity = self._signing.signing_key(secrets.identity)
        self._manifest = manifest
        self._secrets = secrets
        self._entries = tuple(entry_of(key) for key in manifest.keys)
        self._keys = self._load_keys(self._entries, secrets)

    @classmethod
    def generate(cls, party_id: str, now: datetime, signing: SigningKeys | None = None) -> "MemoryKeyring":
        """A fresh key set, every key active from ``now`` (aware)."""
        signing = signing or SoftwareSigningKeys()
        storage = StorageKeys((token_bytes(SECRET_BYTES),), token_bytes(SECRET_BYTES))
        secrets = KeySecrets(signing.new_signing_key(), storage, {})
        empty = issue_manifest(party_id, 0, _seconds(now), signing.signing_key(secrets.identity), ())
        keyring = cls(empty, secrets, signing)
        keyring.rotate(now)
        return keyring

    @property
    def secrets(self) -> KeySecrets:
        """The private keys, for whoever keeps this keyring at rest; never for logs."""
        return self._secrets

    @override
    def refresh(self) -> bool:
        """Do nothing: no other process has these keys."""
        return False

    @override
    def manifest(self) -> Manifest:
        """Our current public manifest."""
        return self._manifest

    @override
    def signing_key(self, at: datetime) -> SigningKey:
        """The active Ed25519 message key.

        Raises:
            OperatorError: ``no-signing-key``.
        """
        key = self._in_use(*_MESSAGES, at)
        if key is None or isinstance(key, SealedKey):
            raise self._no_signing_key(*_MESSAGES)
        return key

    @override
    def checkpoint_keys(self, at: datetime) -> tuple[CheckpointKey, ...]:
        """The active Ed25519 and ML-DSA-44 keys of the journal.

        Raises:
            OperatorError: ``no-signing-key``.
        """
        return self._checkpoint_key(JournalKey, at), self._checkpoint_key(LatticeJournalKey, at)

    def _checkpoint_key(self, kind: type[_Checkpoints], at: datetime) -> _Checkpoints:
        key = self._in_use(kind.use, kind.alg, at)
        if not isinstance(key, kind):
            raise self._no_signing_key(kind.use, kind.alg)
        return key

    def _in_use(self, use: str, alg: str, at: datetime) -> _AnyKey | None:
        found = (e for e in self._entries if e.kind == (use, alg) and _is_in_use(e, _seconds(at)))
        return next((self._keys[entry.kid] for entry in found if entry.kid in self._keys), None)

    def _no_signing_key(self, use: str, alg: str) -> OperatorError:
        return OperatorError(
            "no-signing-key",
            f"Party '{self._manifest.party_id}' has no {alg} key for '{use}' that is valid now.",
            remedy="Rotate the keys (sogw key rotate) and send the new manifest to the partners.",
        )

    @override
    def decryption_key(self, kid: str) -> DecryptionKey | None:
        """The key behind ``kid`` while it may open; None otherwise."""
        key = self._keys.get(kid)
        entry = next((entry for entry in self._entries if entry.kid == kid), None)
        if entry is None or entry.status not in _OPENS or not isinstance(key, OpeningKey):
            return None
        return _OwnDecryptionKey(key, entry)

    @override
    def storage_keys(self) -> StorageKeys:
        """The keys for the vault."""
        return self._secrets.storage

    @override
    def add_storage_key(self) -> str:
        storage = self._secrets.storage
        if len(storage.wrapping) == 1:
            storage = replace(storage, wrapping=(token_bytes(SECRET_BYTES), *storage.wrapping))
            self._secrets = replace(self._secrets, storage=storage)
        return id_of(storage.wrapping[0])

    @override
    def keep_storage_key(self, kek_id: str) -> None:
        """Destroy the others, unless this one is not among them.

        Raises:
            OperatorError: ``vault-key-missing``.
        """
        storage = self._secrets.storage
        kept = tuple(kek for kek in storage.wrapping if id_of(kek) == kek_id)
        if not kept:
            raise OperatorError(
                "vault-key-missing",
                "The keyring does not hold the storage key that is to be kept; none was destroyed.",
                remedy="Begin again: sogw key rotate-vault",
            )
        self._secrets = replace(self._secrets, storage=replace(storage, wrapping=kept))

    def rotate(self, now: datetime, *, at_once: bool = False) -> bool:
        """Do what time asks for: publish successors, let them take over, retire what is past its grace.

        Meant to run daily; doing it twice changes nothing.

        Args:
            now: Aware instant.
            at_once: Replace every active key now; what is under way still opens for a while.

        Returns:
            Whether there is a new manifest to hand to partners.
        """
        seconds = _seconds(now)
        entries = tuple(_cut_short(entry, seconds) for entry in self._entries) if at_once else self._entries
        return self._succeed(entries, seconds, replace_all=at_once)

    def revoke(self, kid: str, now: datetime, *, since: datetime | None = None) -> None:
        """Withdraw trust in one key at once and put a new one in its place when it was active.

        Args:
            kid: Which key.
            now: Aware instant.
            since: From when it is not trusted, when that is earlier: the moment of the theft.

        Raises:
            OperatorError: ``key-unknown`` or ``revocation-in-future``.
        """
        seconds, moment = _seconds(now), _seconds(since or now)
        if moment > seconds:
            raise OperatorError(
                "revocation-in-future", "A key is revoked now or from an earlier moment.", remedy="Give a past moment."
            )
        if all(entry.kid != kid for entry in self._entries):
            raise OperatorError("key-unknown", f"There is no key '{kid}'.", remedy="See the ids: sogw key list")
        entries = tuple(
            replace(entry, status=KeyStatus.REVOKED, revoked_at=moment) if entry.kid == kid else entry
            for entry in self._entries
        )
        self._succeed(entries, seconds)

    def _succeed(self, entries: tuple[KeyEntry, ...], now: int, *, replace_all: bool = False) -> bool:
        messages = dict(self._secrets.messages)
        entries = advance(entries, now)  # A successor whose time came and went is no successor any more.
        for use, alg in _KINDS:
            start = now if replace_all else successor_start(entries, use, alg, now)
            if start is not None:
                is_held = (use, alg) == _MESSAGES
                secret = self._signing.new_signing_key() if is_held else token_bytes(SECRET_BYTES)
                key = self._key((use, alg), secret)
                messages[key.kid] = secret
                entries = (*entries, _entry(key, start))
        entries = advance(entries, now)
        if entries == self._entries:
            return False
        living = {entry.kid for entry in entries if entry.status in _OPENS}
        kept = {kid: secret for kid, secret in messages.items() if kid in living}
        self._publish(entries, replace(self._secrets, messages=kept), now)
        return True

    def _publish(self, entries: tuple[KeyEntry, ...], secrets: KeySecrets, now: int) -> None:
        last = self._manifest
        manifest = issue_manifest(last.party_id, last.counter + 1, now, self._identity, entries)
        keys = self._load_keys(entries, secrets)
        self._manifest, self._secrets, self._entries, self._keys = manifest, secrets, entries, keys

    def _load_keys(self, entries: tuple[KeyEntry, ...], secrets: KeySecrets) -> dict[str, _AnyKey]:
        known = (entry for entry in entries if entry.kid in secrets.messages)
        return {entry.kid: self._key(entry.kind, secrets.messages[entry.kid]) for entry in known}

    def _key(self, kind: tuple[str, str], secret: bytes) -> _AnyKey:
        make = SEALED_KEYS.get(kind)
        return self._signing.signing_key(secret) if make is None else make(secret)


def _entry(key: _AnyKey, start: int) -> KeyEntry:
    return KeyEntry(key.public, key.kid, key.use, key.alg, start, start + LIFETIME[key.use], KeyStatus.NEXT)


def _cut_short(entry: KeyEntry, now: int) -> KeyEntry:
    """Make room for a key that begins now: what goes out ends within the overlap."""
    if entry.status is KeyStatus.NEXT:
        return replace(entry, status=KeyStatus.RETIRING, exp=min(entry.exp, max(entry.nbf, now) + OVERLAP))
    if entry.status is KeyStatus.ACTIVE:
        return replace(entry, status=KeyStatus.RETIRING, exp=min(entry.exp, now + OVERLAP))
    return entry


def _is_in_use(entry: KeyEntry, at: int) -> bool:
    return entry.status is KeyStatus.ACTIVE and entry.nbf <= at < entry.exp


def _seconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("an instant must be aware")
    return int(at.timestamp())
