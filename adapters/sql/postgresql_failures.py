"""What PostgreSQL's errors mean: by SQLSTATE on a connection, and by libpq's words where there is none yet."""

from collections.abc import Callable, Mapping
from functools import partial

from gateway.domain.errors import GatewayError, OperatorError, TemporaryError

_CONTESTED = partial(
    TemporaryError,
    "store-contested",
    "Two units of work wanted the same at the same time.",
    remedy="Try again ('sogw serve' does so by itself).",
)
_BUSY = partial(
    TemporaryError,
    "store-busy",
    "Another unit of work holds what this one needs.",
    remedy="Try again ('sogw serve' does so by itself).",
)
_AWAY = partial(
    TemporaryError,
    "store-unreachable",
    "The database server cannot be reached, ended the connection, or let nobody in.",
    remedy="Try again ('sogw serve' does so by itself)."
    " If it lasts: check that the server runs, and [store] url, password and certificates.",
)
_CLOSED = partial(
    OperatorError,
    "store-login-refused",
    "The database does not let the gateway in.",
    remedy="Check its user, password and certificate.",
)
_MISSING = partial(
    OperatorError, "store-missing", "There is no such database.", remedy="Create it, owned by the gateway's user."
)
_READ_ONLY = partial(
    OperatorError,
    "store-unwritable",
    "The store cannot be written.",
    remedy="Let the gateway's database user own its database.",
)
_FULL = partial(
    OperatorError,
    "store-disk-full",
    "The disk of the store is full.",
    remedy="Make room; waiting work goes on by itself.",
)
_DAMAGED = partial(
    OperatorError, "store-damaged", "The database is damaged.", remedy="Restore the store from a backup."
)
_DISK = partial(
    OperatorError,
    "store-disk-failed",
    "The disk of the store does not answer as it should.",
    remedy="Check the disk and its file system.",
)
_STATES: dict[str, Callable[[], GatewayError]] = {
    "08": _AWAY,
    "25006": _READ_ONLY,
    "25P03": _AWAY,
    "28": _CLOSED,
    "3D": _MISSING,
    "40": _CONTESTED,
    "42501": _READ_ONLY,
    "53": _AWAY,
    "53100": _FULL,
    "55P03": _BUSY,
    "57P": _AWAY,
    "58": _DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""Our error by the beginning of the SQLSTATE; the longest that fits counts."""

_UNVERIFIED = partial(
    OperatorError,
    "store-certificate-untrusted",
    "The database server's certificate is not of an authority that we trust, or not valid today.",
    where="[store] ca_file",
    remedy="Check that file and this machine's clock. If both are right, tell the server's administrator.",
)
_WRONG_HOST = partial(
    OperatorError,
    "store-certificate-wrong-host",
    "The database server's certificate is for another host than the one in its address.",
    where="[store] url",
    remedy="Use the name that the certificate was made for. If it is right, somebody else answers.",
)
_OLD_TLS = partial(
    OperatorError,
    "store-tls-version",
    "The database server does not speak TLS 1.3.",
    remedy="Let its administrator take away ssl_max_protocol_version, or renew the server.",
)
_NO_TLS = partial(
    OperatorError,
    "store-tls-missing",
    "The database server does not encrypt.",
    remedy="Let its administrator set ssl = on, with a certificate.",
)
_NO_CERTIFICATE = partial(
    OperatorError,
    "store-certificate-missing",
    "The database asks for a client certificate, and we showed none.",
    where="[store] certificate_file, key_file",
    remedy="Name both files, and check that they are there.",
)
_OURS_REFUSED = partial(
    OperatorError,
    "store-certificate-refused",
    "The database does not accept our certificate.",
    where="[store] certificate_file",
    remedy="It must be of the server's authority, not expired or revoked, with the database user as its common name.",
)
_FILES = partial(
    OperatorError,
    "tls-files-unreadable",
    "The certificate files of a connection cannot be used.",
    where="[store] ca_file, certificate_file, key_file",
    remedy="Check that they exist, are PEM and belong together, and that nobody else can read the key (mode 0600).",
)
_WORDS: Mapping[str, Callable[[], GatewayError]] = {
    "does not match host name": _WRONG_HOST,
    "certificate verify failed": _UNVERIFIED,
    "alert protocol version": _OLD_TLS,
    "unsupported protocol": _OLD_TLS,
    "server does not support SSL": _NO_TLS,
    "requires a valid client certificate": _NO_CERTIFICATE,
    "alert certificate required": _NO_CERTIFICATE,
    "certificate authentication failed": _OURS_REFUSED,
    "alert unknown ca": _OURS_REFUSED,
    "alert certificate": _OURS_REFUSED,
    "alert bad certificate": _OURS_REFUSED,
    "alert handshake failure": _OURS_REFUSED,
    "certificate file": _FILES,
    "private key file": _FILES,
}
"""Our error by what libpq says of a connection that was not made: it gives no code then. The first that fits counts.

Its own words and those of OpenSSL are English, for Python leaves LC_MESSAGES alone. A server may say the two sentences
that are its own (FATAL) in another language: then it is ``store-unreachable``, whose remedy names certificates too.
"""


def failure(error: BaseException) -> GatewayError:
    """Our error for one of the driver's, without its text."""
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        return _of_driver(error)
    for length in (5, 3, 2):
        if state[:length] in _STATES:
            return _STATES[state[:length]]()
    return OperatorError(
        "store-failed",
        f"The store could not do its work ({state}).",
        remedy="Report this as a defect; nothing was changed.",
    )


def _of_driver(error: BaseException) -> GatewayError:
    """What the driver says by itself has no SQLSTATE: a connection not made or lost, a value that cannot be read."""
    if type(error).__name__ == "DataError":  # by name, for a store in a file loads no driver of servers
        return _DAMAGED()
    words = str(error)
    return next((made for fragment, made in _WORDS.items() if fragment in words), _AWAY)()
