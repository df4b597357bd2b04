"""A keyring in a folder: one file, every private key sealed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from typing_extensions import override

from adapters.keyrings import key_file
from adapters.keyrings.at_rest import KEY_BYTES, open_secret, seal_secret
from adapters.keyrings.in_memory import KeySecrets, MemoryKeyring
from adapters.keyrings.jwk import fingerprint
from adapters.keyrings.key_file import KeyFile
from adapters.keyrings.manifests import verify_manifest
from gateway.domain.errors import OperatorError, RefusedError
from gateway.ports.custody import KeyCustody
from gateway.ports.keyring import (
    CheckpointKey,
    DecryptionKey,
    Keyring,
    Manifest,
    SigningKey,
    StorageKeyring,
    StorageKeys,
)

_IDENTITY, _KEK = "identity", "kek"
_STORAGE, _FORMER_STORAGE, _INDEX = "storage", "storage-former", "storage-index"


class FileKeyring(Keyring, StorageKeyring):
    """A party's keys in ``keyring.json`` (mode 0600). Made by ``create``, afterwards by ``load``.

    Changes are written before they count. One process changes keys at a time; others see it when they ``refresh``.
    """

    def __init__(self, folder: Path, kek: bytes, content: KeyFile, keyring: MemoryKeyring, custody: KeyCustody) -> None:
        self._folder = folder
        self._kek = kek
        self._content = content
        self._keyring = keyring
        self._custody = custody

    @classmethod
    def create(cls, folder: Path, party_id: str, custody: KeyCustody, now: datetime, role: str = "") -> "FileKeyring":
        """Make a fresh key set, every key active from ``now``.

        Args:
            folder: Where; made when absent, mode 0700.
            party_id: Whose keys.
            custody: What guards them: a passphrase, or a hardware token.
            now: Aware instant.
            role: What that party is, to be held against its settings later.

        Raises:
            OperatorError: ``keyring-exists``, ``keyring-not-writable``, or what the custody raises.
        """
        if (folder / key_file.NAME).exists():
            raise OperatorError(
                "keyring-exists",
                "There is a keyring already; it is not overwritten.",
                where=str(folder / key_file.NAME),
                remedy="Choose another folder, or rotate the keys that are there.",
            )
        kek = os.urandom(KEY_BYTES)
        wrapped = custody.wrap(kek, _label(party_id, _KEK))
        keyring = MemoryKeyring.generate(party_id, now, custody)
        made = cls(folder, kek, KeyFile(party_id, wrapped, {}, "", role), keyring, custody)
        made._keep()
        return made

    @classmethod
    def load(cls, folder: Path, custody: KeyCustody) -> "FileKeyring":
        """Open the keys that are there.

        Raises:
            OperatorError: ``keyring-missing``, ``keyring-damaged``, or what the custody raises.
        """
        content = key_file.read(folder)
        with _told(folder):
            kek = custody.unwrap(content.kek, _label(content.party_id, _KEK))
            keyring = _opened(content, kek, custody)
        return cls(folder, kek, content, keyring, custody)

    @override
    def refresh(self) -> bool:
        """Read the file again. The key-encryption key never changes, so a new passphrase need not be known.

        Raises:
            OperatorError: ``keyring-missing`` or ``keyring-damaged``, also for another keyring in its place.
        """
        content = key_file.read(self._folder)
        if content == self._content:
            return False
        with _told(self._folder):
            keyring = _opened(content, self._kek, self._custody)
        self._content, self._keyring = content, keyring
        return True

    @property
    def made_for_role(self) -> str:
        """What the party was when the keys were made; empty when nobody said so then."""
        return self._content.role

    @override
    def manifest(self) -> Manifest:
        """Our current public manifest."""
        return self._keyring.manifest()

    @override
    def signing_key(self, at: datetime) -> SigningKey:
        return self._keyring.signing_key(at)

    @override
    def checkpoint_keys(self, at: datetime) -> tuple[CheckpointKey, ...]:
        return self._keyring.checkpoint_keys(at)

    @override
    def decryption_key(self, kid: str) -> DecryptionKey | None:
        return self._keyring.decryption_key(kid)

    @override
    def storage_keys(self) -> StorageKeys:
        """The keys for the vault."""
        return self._keyring.storage_keys()

    @override
    def add_storage_key(self) -> str:
        changed = self._copy()
        made = changed.add_storage_key()
        self._take(changed)
        return made

    @override
    def keep_storage_key(self, kek_id: str) -> None:
        """Destroy the others in the file; an older copy of the file still has them."""
        changed = self._copy()
        changed.keep_storage_key(kek_id)
        self._take(changed)

    def rotate(self, now: datetime, *, at_once: bool = False) -> bool:
        """As ``MemoryKeyring.rotate``; written when something changed."""
        changed = self._copy()
        if not changed.rotate(now, at_once=at_once):
            return False
        self._take(changed)
        return True

    def revoke(self, kid: str, now: datetime, *, since: datetime | None = None) -> None:
        """As ``MemoryKeyring.revoke``; written at once."""
        changed = self._copy()
        changed.revoke(kid, now, since=since)
        self._take(changed)

    def change_custody(self, custody: KeyCustody) -> None:
        """Let another custody of the same kind guard the same keys; older copies of the file keep the old one."""
        wrapped = custody.wrap(self._kek, _label(self._content.party_id, _KEK))
        self._content, self._custody = replace(self._content, kek=wrapped), custody
        self._keep()

    def _copy(self) -> MemoryKeyring:
        return MemoryKeyring(self._keyring.manifest(), self._keyring.secrets, self._custody)

    def _take(self, changed: MemoryKeyring) -> None:
        before, self._keyring = self._keyring, changed
        try:
            self._keep()
        except OperatorError:
            self._keyring = before
            raise
        kept = changed.secrets.messages
        for kid, handle in before.secrets.messages.items():
            if kid not in kept:
                self._custody.forget(handle)

    def _keep(self) -> None:
        secrets, label = self._keyring.secrets, partial(_label, self._content.party_id)
        storage = dict(zip((_STORAGE, _FORMER_STORAGE), secrets.storage.wrapping, strict=False))
        named = {_IDENTITY: secrets.identity, **storage, _INDEX: secrets.storage.indexing, **secrets.messages}
        sealed = {name: seal_secret(self._kek, value, label(name)) for name, value in named.items()}
        content = replace(self._content, sealed=sealed, manifest=self._keyring.manifest().token)
        key_file.write(self._folder, content)
        self._content = content


def _opened(content: KeyFile, kek: bytes, custody: KeyCustody) -> MemoryKeyring:
    label = partial(_label, content.party_id)
    names = {name: open_secret(kek, value, label(name)) for name, value in content.sealed.items()}
    secrets = KeySecrets(names.pop(_IDENTITY), _storage(names), names)
    identity = custody.signing_key(secrets.identity)
    manifest = verify_manifest(content.manifest, fingerprint=fingerprint(identity.public))
    return MemoryKeyring(manifest, secrets, custody)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What goes wrong with a file, told as an operator must hear it."""
    try:
        yield
    except OperatorError as error:
        error.where = error.where or str(folder / key_file.NAME)
        raise
    except (InvalidTag, KeyError, ValueError, TypeError, RefusedError):
        raise key_file.damaged(folder) from None


def _storage(names: dict[str, bytes]) -> StorageKeys:
    """Taken out of all secrets by name; the former key is there only while the newest takes over from it."""
    keys = [names.pop(name) for name in (_STORAGE, _FORMER_STORAGE) if name in names]
    if not keys:
        raise KeyError(_STORAGE)
    return StorageKeys(tuple(keys), names.pop(_INDEX))


def _label(party_id: str, name: str) -> str:
    return f"so-keyring/1 {party_id} {name}"
