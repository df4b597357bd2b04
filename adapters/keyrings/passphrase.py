"""Custody by a passphrase: scrypt makes it the key around the keyring's key; signing keys are software."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cryptography.exceptions import InvalidTag
from typing_extensions import override

from adapters.keyrings import jwk
from adapters.keyrings.at_rest import ScryptCost, derive_key, open_secret, seal_secret
from adapters.keyrings.private_keys import SoftwareSigningKeys
from gateway.domain.errors import OperatorError
from gateway.ports.custody import KeyCustody

_SALT_BYTES = 16
_NAME = "scrypt"


class PassphraseCustody(SoftwareSigningKeys, KeyCustody):
    """Whoever has the passphrase has the keys.

    Args:
        passphrase: From a file or a credential; the wiring knows.
        cost: Strength of the derivation for what is wrapped from now on; tests take a cheap one.
    """

    def __init__(self, passphrase: bytes, cost: ScryptCost | None = None) -> None:
        self._passphrase = passphrase
        self._cost = cost or ScryptCost()

    @override
    def wrap(self, key: bytes, name: str) -> Mapping[str, Any]:
        """Wrap under the passphrase.

        Raises:
            OperatorError: ``passphrase-missing``: it is empty.
        """
        salt = os.urandom(_SALT_BYTES)
        sealed = seal_secret(derive_key(self._passphrase, salt, self._cost), key, name)
        return {"custody": _NAME, **asdict(self._cost), "salt": jwk.encode(salt), "sealed": jwk.encode(sealed)}

    @override
    def unwrap(self, wrapped: Mapping[str, Any], name: str) -> bytes:
        """Unwrap with the passphrase.

        Raises:
            OperatorError: ``passphrase-missing``, ``passphrase-wrong`` or ``custody-mismatch``.
        """
        if wrapped["custody"] != _NAME:
            raise custody_mismatch(wrapped["custody"], "a passphrase")
        cost = ScryptCost(wrapped["n"], wrapped["r"], wrapped["p"])
        key = derive_key(self._passphrase, jwk.decode(wrapped["salt"]), cost)
        try:
            return open_secret(key, jwk.decode(wrapped["sealed"]), name)
        except InvalidTag:
            raise OperatorError(
                "passphrase-wrong",
                "The keyring does not open with this passphrase.",
                remedy="Give the passphrase the keyring was made with; without it the keys are lost, by design.",
            ) from None


def custody_mismatch(made_for: object, ours: str) -> OperatorError:
    """The error for a keyring that another kind of custody wrapped."""
    known = {_NAME: "a passphrase", "pkcs11": "a PKCS#11 token"}.get(str(made_for))
    if known is None:
        raise ValueError("no such custody")
    return OperatorError(
        "custody-mismatch",
        f"The keyring is guarded by {known}, and the settings name {ours}.",
        remedy="Correct custody in [keys].",
    )
