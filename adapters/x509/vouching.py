"""Vouching: a certificate of an authority (UZI, PKIoverheid) says whose key manifest this is (security.md section 3).

The token is a compact JWS (``typ=so+vouching``) over the manifest's own bytes, with the signer's chain in ``x5c``
(RFC 7515 section 4.1.6). It says: the organisation with the URA in this certificate states these keys and this
identity. It stands in for the telephone call, and lets a partner change even its identity key.
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import HeaderParameter

from adapters.x509.revocation import check_revocation, read_revocations
from gateway.domain.errors import OperatorError, RefusedError
from gateway.ports.keyring import Vouching

TYP = "so+vouching"
_MAX_CHARS = 512 * 1024
_MAX_CHAIN = 4
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384"}
_RSA_ALG, _RSA_BITS = "PS256", 2048
_ALGORITHMS = [*_CURVES.values(), _RSA_ALG]
_DOCUMENT_SIGNING = {"1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12"}
"""RFC 9336, and the number in use before it."""
_URA = re.compile(rb"2\.16\.528\.1\.1007\.(?:3|99)[.\d]*-\d+-\d+-[A-Z]-(\d{8})-[\d.]+-\d+")
"""UZI's SAN otherName: OID of the authority, version, UZI number, type, **subscriber number (URA)**, role, AGB."""


@dataclass(frozen=True, slots=True)
class VouchingTerms:
    """Whom we believe.

    Attributes:
        authorities: Root certificates, and intermediates that the chain may leave out.
        revocations: Newest revocation lists we hold.
        grace: How long a revocation list is believed after its next update was due.
    """

    authorities: tuple[x509.Certificate, ...]
    revocations: tuple[x509.CertificateRevocationList, ...] = ()
    grace: timedelta = field(default=timedelta(hours=24))


def read_terms(authorities: bytes, crl_folder: Path, grace: timedelta) -> VouchingTerms:
    """Read whom we believe.

    Args:
        authorities: Certificates in PEM.
        crl_folder: Holds revocation lists.
        grace: See ``VouchingTerms``.

    Raises:
        OperatorError: ``authorities-unreadable`` or ``revocation-list-unreadable``.
    """
    try:
        certificates = tuple(x509.load_pem_x509_certificates(authorities))
    except ValueError:
        raise OperatorError(
            "authorities-unreadable",
            "The file with authorities holds no certificates in PEM.",
            where="--ca",
            remedy="Give the root certificate of the authority, and its intermediates if the partner leaves them out.",
        ) from None
    return VouchingTerms(certificates, read_revocations(crl_folder), grace)


def vouch(manifest: str, chain_pem: bytes, key_pem: bytes) -> str:
    """Sign a manifest with the key of a certificate.

    Args:
        manifest: The manifest token.
        chain_pem: Our certificate, then its intermediates.
        key_pem: The private key, unencrypted PEM.

    Raises:
        ValueError: Not such files, or a key of another kind than P-256, P-384 or RSA.
    """
    chain = x509.load_pem_x509_certificates(chain_pem)
    alg, _ = _key_of(chain[0])
    x5c = [base64.b64encode(c.public_bytes(serialization.Encoding.DER)).decode() for c in chain]
    key = (RSAKey if alg == _RSA_ALG else ECKey).import_key(key_pem)
    return jws.serialize_compact({"alg": alg, "typ": TYP, "x5c": x5c}, manifest, key, registry=_registry())


def verify_vouching(token: str, *, manifest: str, ura: str, terms: VouchingTerms, at: datetime) -> Vouching:
    """Verify that the organisation with this URA stated this manifest.

    Args:
        token: What ``vouch`` made.
        manifest: The manifest token it must be about.
        ura: The URA that our operator expects, from a source other than the partner's file.
        terms: Whom we believe.
        at: Aware instant.

    Raises:
        RefusedError: ``vouching-refused``, with what is wrong.
    """
    chain = _chain_of(token)
    _check_signature(token, chain[0], manifest)
    path = _path(chain, terms.authorities, at)
    check_revocation(path, terms.revocations, at, terms.grace)
    stated = ura_of(chain[0])
    if stated is None or stated != ura:
        raise refused("its certificate is not of the URA that was expected")
    issuer = (
        path[1].public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(issuer)
    return Vouching(stated, digest.finalize().hex(), path[1].subject.rfc4514_string())


def ura_of(certificate: x509.Certificate) -> str | None:
    """The URA in the certificate's SAN otherName; None when there is none, or more than one."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    # The value is a DER string; its two bytes of tag and length stand before the text.
    matches = [_URA.fullmatch(name.value[2:]) for name in names.get_values_for_type(x509.OtherName)]
    found = {match[1].decode("ascii") for match in matches if match}
    return found.pop() if len(found) == 1 else None


def refused(why: str) -> RefusedError:
    """The error for a vouching that is not to be believed."""
    return RefusedError(
        "vouching-refused",
        f"The certificate does not vouch for the partner: {why}.",
        remedy="Ask the partner for a fresh export with a valid certificate, or compare the fingerprint by telephone.",
    )


def _registry() -> jws.JWSRegistry:
    registry = jws.JWSRegistry({"x5c": HeaderParameter("x5c", "list[str]")}, _ALGORITHMS)
    registry.max_payload_length = registry.max_header_length = _MAX_CHARS
    return registry


def _chain_of(token: str) -> list[x509.Certificate]:
    try:
        part = token[:_MAX_CHARS].split(".", maxsplit=1)[0]
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        chain = [x509.load_der_x509_certificate(base64.b64decode(text, validate=True)) for text in header["x5c"]]
        is_exact = header.keys() == {"alg", "typ", "x5c"} and header["typ"] == TYP
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise refused("it is not a well-formed vouching") from None
    if not is_exact or len(token) > _MAX_CHARS or not 1 <= len(chain) <= _MAX_CHAIN:
        raise refused("it is not a well-formed vouching")
    return chain


def _check_signature(token: str, signer: x509.Certificate, manifest: str) -> None:
    try:
        alg, key = _key_of(signer)
        opened = jws.deserialize_compact(token, key, algorithms=[alg], registry=_registry())
    except (ValueError, TypeError, KeyError, JoseError):
        raise refused("it is not signed by the certificate in it") from None
    if opened.payload != manifest.encode("ascii", "replace"):
        raise refused("it is about another manifest")


def _key_of(certificate: x509.Certificate) -> tuple[str, ECKey | RSAKey]:
    public = certificate.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in _CURVES:
        return _CURVES[public.curve.name], ECKey.import_key(pem)
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _RSA_BITS:
        return _RSA_ALG, RSAKey.import_key(pem)
    raise ValueError("a key of another kind")


def _path(
    chain: list[x509.Certificate], authorities: Iterable[x509.Certificate], at: datetime
) -> list[x509.Certificate]:
    """From the signer to a root (self-issued) we believe."""
    known = list(authorities)
    roots = [certificate for certificate in known if certificate.issuer == certificate.subject]
    if not roots:
        raise refused("no root certificate was given")
    signer = (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _is_for_documents)
        .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    )
    policy = (
        PolicyBuilder()
        .store(Store(roots))
        .time(at)
        .max_chain_depth(_MAX_CHAIN)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=signer)
    )
    intermediates = [*chain[1:], *(certificate for certificate in known if certificate not in roots)]
    try:
        return list(policy.build_client_verifier().verify(chain[0], intermediates).chain)
    except (VerificationError, ValueError) as error:
        raise refused(_reason(error)) from None


def _reason(error: Exception) -> str:
    """The library's reason, in so far as it names a kind of fault and no data."""
    text = str(error)
    known = (
        ("validation time", "a certificate in its chain is not valid now"),
        ("not valid at", "a certificate in its chain is not valid now"),
        ("_signs", "its certificate is not for signing"),
    )
    for part, words in known:
        if part in text:
            return words
    return "its certificate has no chain to an authority that was given, or is for another use"


def _signs(_: object, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        raise ValueError("_signs: not for signing")


def _is_for_documents(_: object, __: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and not {use.dotted_string for use in usage} & _DOCUMENT_SIGNING:
        raise ValueError("not for documents")


def _is_no_authority(_: object, __: x509.Certificate, constraints: x509.BasicConstraints | None) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority does not vouch itself")
