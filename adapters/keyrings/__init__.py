"""The key room: a party's own keys, its partners' pinned keys, and the vault for stored data.

What is here: ``FileKeyring`` (a folder, encrypted) and ``MemoryKeyring`` (nothing on disk), both behind the port
``Keyring``; the custodies that guard them at rest (``adapters.keyrings.pkcs11`` is imported on its own, for it needs
an optional library); ``verify_manifest`` and ``PinnedPartners`` for the keys of others; ``AesVault`` behind the port
``Vault``.

Invariants:
    * A private key leaves this package only as a capability (sign, unwrap), never as bytes; the storage key is the
      one exception and goes to the vault alone.
    * At rest every private key is sealed on its own (AES-256-GCM, its name as associated data) under a random
      key-encryption key, which a custody guards: a passphrase (scrypt; from a file or a systemd credential), or a
      PKCS#11 token, which then holds the signing keys too.
    * A key has one algorithm and one use. The identity key signs manifests, the journal keys sign checkpoints; neither
      ever signs a message.
    * A manifest is believed for two reasons only: its identity key has the fingerprint a person compared, or it is
      newer than the pinned one and signed by the same identity key.
"""

from adapters.keyrings.at_rest import ScryptCost
from adapters.keyrings.credential import read_credential
from adapters.keyrings.file import FileKeyring
from adapters.keyrings.in_memory import MemoryKeyring
from adapters.keyrings.manifests import stated_fingerprint, verify_manifest
from adapters.keyrings.partners import PinnedPartners
from adapters.keyrings.passphrase import PassphraseCustody
from adapters.keyrings.vault import AesVault

__all__ = [
    "AesVault",
    "FileKeyring",
    "MemoryKeyring",
    "PassphraseCustody",
    "PinnedPartners",
    "ScryptCost",
    "read_credential",
    "stated_fingerprint",
    "verify_manifest",
]
