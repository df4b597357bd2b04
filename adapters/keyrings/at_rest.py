"""Keys at rest: a passphrase opens one random key, which opens every other (security.md section 3).

AES-256-GCM throughout, with the name of what is sealed as associated data, so that sealed keys cannot change places.
Encrypted PKCS#8 is not used: its key derivation cannot be made strong enough.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gateway.domain.errors import OperatorError

KEY_BYTES = 32
_NONCE_BYTES = 12
_MAX_N = 2**20
_BLOCK_SIZES, _PARALLEL = range(1, 17), range(1, 17)
"""Bounds for what a file may ask for: 2 GiB at most."""


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """What one guess of the passphrase costs (RFC 7914): 128 * n * r bytes of memory.

    Attributes:
        n: Work factor, a power of two. The default takes 128 MiB and about half a second.
        r, p: Block size and parallelism.
    """

    n: int = 2**17
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        is_power_of_two = self.n > 1 and self.n & (self.n - 1) == 0
        if not is_power_of_two or self.n > _MAX_N or self.r not in _BLOCK_SIZES or self.p not in _PARALLEL:
            raise ValueError("scrypt parameters out of bounds")


def derive_key(passphrase: bytes, salt: bytes, cost: ScryptCost) -> bytes:
    """The 32-byte key behind a passphrase.

    Raises:
        OperatorError: ``passphrase-missing``: an empty passphrase protects nothing.
    """
    if not passphrase:
        raise OperatorError(
            "passphrase-missing",
            "The passphrase of the keyring is empty.",
            remedy="Give the passphrase by the setting for it; make one with at least 20 random characters.",
        )
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost.n, r=cost.r, p=cost.p).derive(passphrase)


def seal_secret(key: bytes, secret: bytes, name: str) -> bytes:
    """Nonce, ciphertext and tag of ``secret``, bound to ``name``."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, name.encode())


def open_secret(key: bytes, sealed: bytes, name: str) -> bytes:
    """The secret.

    Raises:
        InvalidTag: Another key, another name, or changed bytes.
    """
    if len(sealed) < _NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
