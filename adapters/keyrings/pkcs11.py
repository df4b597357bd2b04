"""Custody by a PKCS#11 token (HSM, smart card, SoftHSM): signing keys never leave it, its AES key opens the rest.

Tokens know neither ML-KEM nor, mostly, X25519; so the token holds what it can (Ed25519 keys for the identity and for
messages, and one AES-256 key) and the keyring's other keys lie in the key file, sealed under a key that only the
token's AES key opens (security.md section 3). Needs the optional extra ``pkcs11``.

Interface: OASIS PKCS#11 version 2.40 and 3.0: CKM_AES_GCM, CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EDDSA.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from threading import RLock
from typing import Any

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import EncryptedDataInvalid, GeneralError, UserAlreadyLoggedIn
from pkcs11.util.ec import encode_named_curve_parameters
from typing_extensions import override

from adapters.keyrings import jwk
from adapters.keyrings.passphrase import custody_mismatch
from adapters.keyrings.private_keys import SECRET_BYTES
from gateway.domain.errors import OperatorError
from gateway.ports.custody import HeldSigningKey, KeyCustody

_NAME = "pkcs11"
_ED25519 = "1.3.101.112"
_PUBLIC_BYTES = 32
_NONCE_BYTES, _TAG_BITS = 12, 128
_LOCK = RLock()
"""A session does one thing at a time, and all sessions of one process share the login."""


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Which token, and how to log in.

    Attributes:
        module: The vendor's library, such as ``/usr/lib/softhsm/libsofthsm2.so``.
        token: Label of the token.
        pin: User PIN.
    """

    module: Path
    token: str
    pin: str = field(repr=False)


class Pkcs11Custody(KeyCustody):
    """Whoever can log in to the token can use the keys; nobody can copy those in it.

    Args:
        address: The token; it is first asked when a key is needed.
    """

    def __init__(self, address: TokenAddress) -> None:
        self._address = address
        self._session: pkcs11.Session | None = None

    @override
    def wrap(self, key: bytes, name: str) -> Mapping[str, Any]:
        """Wrap under an AES-256 key that is made in the token and cannot be read out."""
        key_id, nonce = token_bytes(SECRET_BYTES), os.urandom(_NONCE_BYTES)
        with self._token() as session:
            wrapping: Any = session.generate_key(
                KeyType.AES,
                256,
                id=key_id,
                label=f"{self._address.token} key-encryption key",
                store=True,
                template={Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True},
            )
            sealed = wrapping.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, name))
        return {"custody": _NAME, "key_id": key_id.hex(), "sealed": jwk.encode(nonce + sealed)}

    @override
    def unwrap(self, wrapped: Mapping[str, Any], name: str) -> bytes:
        """Unwrap in the token.

        Raises:
            OperatorError: ``key-token-wrong``: the token has not the key, or it does not fit.
        """
        if wrapped["custody"] != _NAME:
            raise custody_mismatch(wrapped["custody"], "a PKCS#11 token")
        key_id, sealed = bytes.fromhex(wrapped["key_id"]), jwk.decode(wrapped["sealed"])
        with self._token() as session:
            wrapping = self._find(session, ObjectClass.SECRET_KEY, key_id)
            parameters = _gcm(sealed[:_NONCE_BYTES], name)
            try:
                opened: bytes = wrapping.decrypt(
                    sealed[_NONCE_BYTES:], mechanism=Mechanism.AES_GCM, mechanism_param=parameters
                )
            except (EncryptedDataInvalid, GeneralError):  # tokens differ in what they call a wrong tag
                raise _wrong_token(self._address) from None
        return opened

    @override
    def new_signing_key(self) -> bytes:
        """Make the pair in the token; the handle is the key's random CKA_ID."""
        key_id = token_bytes(SECRET_BYTES)
        with self._token() as session:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(_ED25519)}
            parameters = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
            parameters.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                store=True,
                id=key_id,
                label=f"{self._address.token} signing key",
                private_template={Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True},
            )
        return key_id

    @override
    def signing_key(self, handle: bytes) -> HeldSigningKey:
        """Find the pair in the token.

        Raises:
            OperatorError: ``key-token-wrong``: the token does not hold it.
        """
        with self._token() as session:
            public = self._find(session, ObjectClass.PUBLIC_KEY, handle)
            point: bytes = public[Attribute.EC_POINT]
        return _TokenSigningKey(self, handle, point[-_PUBLIC_BYTES:])  # the end of a DER OCTET STRING

    def sign(self, handle: bytes, data: bytes) -> bytes:
        """The 64-byte Ed25519 signature by the key behind a handle."""
        with self._token() as session:
            private = self._find(session, ObjectClass.PRIVATE_KEY, handle)
            signature: bytes = private.sign(data, mechanism=Mechanism.EDDSA)
        return signature

    @override
    def forget(self, handle: bytes) -> None:
        """Destroy both halves in the token."""
        with self._token() as session:
            for found in list(session.get_objects({Attribute.ID: handle})):
                found.destroy()

    def _find(self, session: pkcs11.Session, kind: Any, key_id: bytes) -> Any:

        found = list(session.get_objects({Attribute.CLASS: kind, Attribute.ID: key_id}))
        if len(found) != 1:
            raise _wrong_token(self._address)
        return found[0]

    @contextmanager
    def _token(self) -> Iterator[pkcs11.Session]:
        """A session that is logged in; it is given up over any error, and the next use logs in again."""
        with _LOCK:
            try:
                self._session = self._session or _log_in(self._address)
                yield self._session
            except pkcs11.PKCS11Error as error:
                self._session = None
                raise _unusable(self._address, type(error).__name__) from None


class _TokenSigningKey:
    """A signing key that stays where it is."""

    alg = "Ed25519"
    use = "sig"

    def __init__(self, custody: Pkcs11Custody, handle: bytes, public: bytes) -> None:
        self._custody = custody
        self._handle = handle
        self.public = {"kty": "OKP", "crv": "Ed25519", "x": jwk.encode(public)}
        self.kid = jwk.thumbprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature."""
        return self._custody.sign(self._handle, data)


def _log_in(address: TokenAddress) -> pkcs11.Session:

    token = pkcs11.lib(str(address.module)).get_token(token_label=address.token)
    try:
        return token.open(rw=True, user_pin=address.pin)
    except UserAlreadyLoggedIn:
        return token.open(rw=True)


def _gcm(nonce: bytes, name: str) -> Any:

    return GCMParams(nonce, name.encode(), _TAG_BITS)


def _wrong_token(address: TokenAddress) -> OperatorError:
    return OperatorError(
        "key-token-wrong",
        f"The token '{address.token}' does not hold the keys of this keyring.",
        remedy="Name the token the keyring was made with, or put back key file and token from the same backup.",
    )


def _unusable(address: TokenAddress, why: str) -> OperatorError:
    return OperatorError(
        "key-token-unusable",
        f"The token '{address.token}' cannot be used ({why}).",
        where=str(address.module),
        remedy="Check module, token and PIN in [keys.pkcs11], and whether the device is there and not locked.",
    )
