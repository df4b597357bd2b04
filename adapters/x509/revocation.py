"""Revocation by lists (RFC 5280 section 5): hard fail. Without a fresh list of its issuer, no certificate is believed.

Lists are files that somebody fetches; nothing here uses the network, so that nobody learns whom we onboard when.
A certificate on a list is refused whatever the date beside it: a thief signs with any date.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.domain.days import dutch_day
from gateway.domain.errors import OperatorError, RefusedError


def check_revocation(
    path: Sequence[x509.Certificate],
    lists: Iterable[x509.CertificateRevocationList],
    at: datetime,
    grace: timedelta,
) -> None:
    """Check every certificate of a verified path but its root.

    Args:
        path: From the signer to the root.
        lists: What we hold.
        at: Aware instant.
        grace: How long after its next update was due a list is still believed.

    Raises:
        RefusedError: ``certificate-revoked``, ``revocation-unknown`` or ``revocation-stale``.
    """
    held = list(lists)
    for certificate, issuer in pairwise(path):
        revocations = _newest(held, issuer, at)
        if _ends(revocations) + grace <= at:
            raise _stale(issuer, _ends(revocations))
        if revocations.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            raise RefusedError(
                "certificate-revoked",
                "The certificate that vouches for the partner was revoked by its authority.",
                remedy="Do not trust the file. Call the partner: somebody may have its keys.",
            )


def read_revocations(folder: Path) -> tuple[x509.CertificateRevocationList, ...]:
    """Every list in a folder, PEM or DER; none when there is no such folder.

    Raises:
        OperatorError: ``revocation-list-unreadable``.
    """
    return tuple(_read(file) for file in sorted(folder.glob("*.crl")))


def _read(file: Path) -> x509.CertificateRevocationList:
    try:
        content = file.read_bytes()
        if content.startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(content)
        return x509.load_der_x509_crl(content)
    except (OSError, ValueError):
        raise OperatorError(
            "revocation-list-unreadable",
            "A revocation list cannot be read.",
            where=str(file),
            remedy="Fetch it again from the authority; it is a .crl file in DER or PEM.",
        ) from None


def _newest(
    lists: Iterable[x509.CertificateRevocationList], issuer: x509.Certificate, at: datetime
) -> x509.CertificateRevocationList:
    fitting = [one for one in lists if _is_of(one, issuer) and one.last_update_utc <= at]
    if not fitting:
        raise _unknown(issuer)
    return max(fitting, key=lambda one: one.last_update_utc)


def _is_of(one: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether the authority itself signed the list, and may; partial lists (deltas, other scopes) do not count."""
    key = issuer.public_key()
    if one.issuer != issuer.subject or not isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)):
        return False
    if any(extension.critical for extension in one.extensions):
        return False
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.crl_sign and one.is_signature_valid(key)


def _ends(one: x509.CertificateRevocationList) -> datetime:
    """When the next list was due; one that does not say so is over at once."""
    return one.next_update_utc or one.last_update_utc


def _unknown(issuer: x509.Certificate) -> RefusedError:
    return RefusedError(
        "revocation-unknown",
        "Whether the partner's certificate was revoked cannot be told: there is no revocation list of its authority.",
        where=issuer.subject.rfc4514_string(),
        remedy="Put the authority's current list (PEM or DER) in crl_folder of [trust]; fetch it at least daily.",
    )


def _stale(issuer: x509.Certificate, ended: datetime) -> RefusedError:
    return RefusedError(
        "revocation-stale",
        f"Whether the partner's certificate was revoked cannot be told: its list was due by {dutch_day(ended)}.",
        where=issuer.subject.rfc4514_string(),
        remedy="Put the authority's current list (PEM or DER) in crl_folder of [trust]; fetch it at least daily.",
    )
