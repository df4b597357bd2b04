"""What kept a party from connecting or consuming, in words, and who must act; the driver's text is not repeated.

A refusal by certificate does not go away by trying again: each has its own code and remedy (failure catalogue 18).
"""

import ssl
from collections.abc import Mapping

from aio_pika.exceptions import AuthenticationError, InvalidFrameError, ProbableAuthenticationError
from aiormq.exceptions import ConnectionNotAllowed

from gateway.domain.errors import GatewayError, OperatorError, TemporaryError, reason_of

_BAD_PASSWORD = (AuthenticationError, ProbableAuthenticationError)
_DEPTH = 5
"""How many errors are looked through; the driver's contexts can even form a ring."""
_Explanation = tuple[str, str, str]
"""Code, message, remedy."""

_EXPIRED = (
    "broker-certificate-expired",
    "The broker's certificate has expired.",
    "Tell the broker's operator; check this machine's clock.",
)
_NOT_YET_VALID = (
    "broker-certificate-not-yet-valid",
    "The broker's certificate is not valid yet.",
    "Check this machine's clock, and tell the broker's operator.",
)
_WRONG_HOST = (
    "broker-certificate-wrong-host",
    "The broker's certificate is for another host than the one in its address.",
    "Check url in [broker]: use the name that the operator gave. If it is right, somebody else answers.",
)
_UNKNOWN_AUTHORITY = (
    "broker-certificate-unknown-authority",
    "The broker's certificate is not of an authority that we trust.",
    "Put the operator's authority in ca_file in [broker]; while it changes, both the old and the new one.",
)
_VERIFICATION: Mapping[int, _Explanation] = {
    9: _NOT_YET_VALID,
    10: _EXPIRED,
    18: _UNKNOWN_AUTHORITY,
    19: _UNKNOWN_AUTHORITY,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    62: _WRONG_HOST,
    64: _WRONG_HOST,
}
"""By OpenSSL's X509_V_ERR number (x509_vfy.h): what we think of the broker's certificate."""

_REFUSED = (
    "certificate-refused",
    "The broker does not accept our certificate.",
    "Check certificate_file in [broker]: of the broker's authority, for this party, not revoked.",
)
_VERSION = (
    "broker-tls-version",
    "The broker and we share no version of TLS.",
    "Let the operator enable TLS 1.3; until then tls_min_version in [broker] may be 1.2.",
)
_ALERTS: Mapping[str, _Explanation] = {
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (
        "certificate-expired",
        "The broker says that our certificate has expired.",
        "Renew certificate_file in [broker]; if it is valid, the broker's clock is wrong.",
    ),
    "SSLV3_ALERT_CERTIFICATE_REVOKED": _REFUSED,
    "SSLV3_ALERT_BAD_CERTIFICATE": _REFUSED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _REFUSED,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _REFUSED,
    "TLSV1_ALERT_UNKNOWN_CA": _REFUSED,
    "TLSV1_ALERT_ACCESS_DENIED": _REFUSED,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": (
        "certificate-missing",
        "The broker asks for a certificate, and we showed none.",
        "Name certificate_file and key_file in [broker].",
    ),
    "TLSV1_ALERT_PROTOCOL_VERSION": _VERSION,
    "UNSUPPORTED_PROTOCOL": _VERSION,
}
"""By the reason of OpenSSL's error: what the broker thinks of us (RFC 8446 section 6)."""

EXPLANATIONS = tuple(dict.fromkeys((*_VERIFICATION.values(), *_ALERTS.values())))
"""All of them, for the page of errors."""


def explained(error: BaseException, vhost: str, party_id: str) -> GatewayError:
    """The error to raise for what the driver raised."""
    tls = _beneath(error)
    if isinstance(error, _BAD_PASSWORD):
        return OperatorError(
            "broker-login-refused",
            f"The broker refuses the login of party '{party_id}'.",
            remedy="Check the password or the client certificate (its common name is the party id).",
        )
    if isinstance(error, (InvalidFrameError, ConnectionNotAllowed)):
        return OperatorError(
            "broker-vhost-refused",
            f"The broker does not let party '{party_id}' into virtual host '{vhost}'.",
            remedy="Apply the topology: the virtual host, the permission or room under the connection limit "
            "is missing.",
        )
    if tls is not None:
        return _of_tls(tls)
    return TemporaryError(
        "broker-unreachable",
        f"The broker cannot be reached ({reason_of(error)}).",
        remedy="Try again ('sogw serve' does so by itself)."
        " Check the address, the network and whether the broker runs.",
    )


def _beneath(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error the driver wrapped, once or twice, with or without naming it as the cause."""
    for _ in range(_DEPTH):
        if error is None or isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _of_tls(error: ssl.SSLError) -> OperatorError:
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _VERIFICATION.get(error.verify_code)
    else:
        known = _ALERTS.get(error.reason or "")
    code, message, remedy = known or (
        "broker-tls-refused",
        f"The TLS handshake with the broker failed ({error.reason or type(error).__name__}).",
        "Check the certificates on both sides: authority, host name, validity.",
    )
    return OperatorError(code, message, remedy=remedy)
