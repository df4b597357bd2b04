"""A keyring in a folder: one file, every private key sealed."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag

from adapters.keyrings import key_file
from adapters.keyrings.at_rest import KEY_BYTES, ScryptCost, derive_key, open_secret, seal_secret
from adapters.keyrings.in_memory import KeySecrets, MemoryKeyring
from adapters.keyrings.jwk import fingerprint
from adapters.keyrings.key_file import KeyFile
from adapters.keyrings.manifests import verify_manifest
from adapters.keyrings.private_keys import Ed25519Key
from gateway.domain.errors import OperatorError, RefusedError
from gateway.ports.keyring import DecryptionKey, Keyring, Manifest, SigningKey

_SALT_BYTES = 16
_IDENTITY, _STORAGE, _KEK = "identity", "storage", "kek"


class FileKeyring(Keyring):
    """A party's keys in ``keyring.json`` (mode 0600). Made by ``create``, afterwards by ``load``.

    Changes are written before they count. One process changes keys at a time; others load again to see it.
    """

    def __init__(self, folder: Path, kek: bytes, content: KeyFile, keyring: MemoryKeyring) -> None:
        self._folder = folder
        self._kek = kek
        self._content = content
        self._keyring = keyring

    @classmethod
    def create(
        cls, folder: Path, party_id: str, passphrase: bytes, now: datetime, *, cost: ScryptCost | None = None
    ) -> "FileKeyring":
        """Make a fresh key set, every key active from ``now``.

        Args:
            folder: Where; made when absent, mode 0700.
            party_id: Whose keys.
            passphrase: What opens them again; where it comes from is the wiring's business.
            now: Aware instant.
            cost: Strength of the passphrase's derivation; tests take a cheap one.

        Raises:
            OperatorError: ``keyring-exists``, ``keyring-not-writable`` or ``passphrase-missing``.
        """
        if (folder / key_file.NAME).exists():
            raise OperatorError(
                "keyring-exists",
                "There is a keyring already; it is not overwritten.",
                where=str(folder / key_file.NAME),
                remedy="Choose another folder, or rotate the keys that are there.",
            )
        keyring = MemoryKeyring.generate(party_id, now)
        kek = os.urandom(KEY_BYTES)
        empty = KeyFile(party_id, b"", cost or ScryptCost(), b"", {}, "")
        made = cls(folder, kek, empty, keyring)
        made._content = made._under(passphrase)
        made._keep()
        return made

    @classmethod
    def load(cls, folder: Path, passphrase: bytes) -> "FileKeyring":
        """Open the keys that are there.

        Raises:
            OperatorError: ``keyring-missing``, ``keyring-damaged``, ``passphrase-missing`` or ``passphrase-wrong``.
        """
        content = key_file.read(folder)
        kek = _open_kek(folder, passphrase, content)
        try:
            names = {name: open_secret(kek, value, _label(content, name)) for name, value in content.sealed.items()}
            secrets = KeySecrets(names.pop(_IDENTITY), names.pop(_STORAGE), names)
            identity = Ed25519Key(secrets.identity)
            manifest = verify_manifest(content.manifest, fingerprint=fingerprint(identity.public))
            keyring = MemoryKeyring(manifest, secrets)
        except (InvalidTag, KeyError, ValueError, RefusedError):
            raise key_file.damaged(folder) from None
        return cls(folder, kek, content, keyring)

    def manifest(self) -> Manifest:
        """Our current public manifest."""
        return self._keyring.manifest()

    def signing_key(self, at: datetime) -> SigningKey:
        """As the port says."""
        return self._keyring.signing_key(at)

    def decryption_key(self, kid: str) -> DecryptionKey | None:
        """As the port says."""
        return self._keyring.decryption_key(kid)

    def storage_key(self) -> bytes:
        """The 32-byte key for the vault."""
        return self._keyring.storage_key()

    def rotate(self, now: datetime, *, at_once: bool = False) -> bool:
        """As ``MemoryKeyring.rotate``; written when something changed."""
        changed = MemoryKeyring(self._keyring.manifest(), self._keyring.secrets)
        if not changed.rotate(now, at_once=at_once):
            return False
        self._take(changed)
        return True

    def revoke(self, kid: str, now: datetime) -> None:
        """As ``MemoryKeyring.revoke``; written at once."""
        changed = MemoryKeyring(self._keyring.manifest(), self._keyring.secrets)
        changed.revoke(kid, now)
        self._take(changed)

    def change_passphrase(self, passphrase: bytes, *, cost: ScryptCost | None = None) -> None:
        """Put the same keys under another passphrase; older copies of the file keep the old one."""
        self._content = self._under(passphrase, cost)
        self._keep()

    def _take(self, changed: MemoryKeyring) -> None:
        before, self._keyring = self._keyring, changed
        try:
            self._keep()
        except OperatorError:
            self._keyring = before
            raise

    def _under(self, passphrase: bytes, cost: ScryptCost | None = None) -> KeyFile:
        salt, cost = os.urandom(_SALT_BYTES), cost or self._content.cost
        key = derive_key(passphrase, salt, cost)
        sealed_kek = seal_secret(key, self._kek, _label(self._content, _KEK))
        return replace(self._content, salt=salt, cost=cost, sealed_kek=sealed_kek)

    def _keep(self) -> None:
        secrets = self._keyring.secrets
        named = {_IDENTITY: secrets.identity, _STORAGE: secrets.storage, **secrets.messages}
        sealed = {name: seal_secret(self._kek, value, _label(self._content, name)) for name, value in named.items()}
        content = replace(self._content, sealed=sealed, manifest=self._keyring.manifest().token)
        key_file.write(self._folder, content)
        self._content = content


def _open_kek(folder: Path, passphrase: bytes, content: KeyFile) -> bytes:
    key = derive_key(passphrase, content.salt, content.cost)
    try:
        return open_secret(key, content.sealed_kek, _label(content, _KEK))
    except InvalidTag:
        raise OperatorError(
            "passphrase-wrong",
            "The keyring does not open with this passphrase.",
            where=str(folder / key_file.NAME),
            remedy="Give the passphrase the keyring was made with; without it the keys are lost, by design.",
        ) from None


def _label(content: KeyFile, name: str) -> str:
    return f"so-keyring/1 {content.party_id} {name}"
