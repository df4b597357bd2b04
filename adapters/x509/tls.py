"""TLS from files: read again for every connection, refused with a remedy when they will not do."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509

from gateway.domain.days import dutch_day
from gateway.domain.errors import OperatorError
from gateway.secret_files import check_secret

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CIPHERS_OF_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"
"""What is left of TLS 1.2 that NCSC-NL calls sufficient; TLS 1.3 has its own list."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """Our client certificate.

    Attributes:
        subject: Its common name.
        not_before, not_after: Aware UTC.
    """

    subject: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What a TLS client needs, in PEM files.

    Attributes:
        ca_file: Every authority that is trusted; two of them while the other side moves from one to the other.
        certificate_file: Our certificate with its intermediates, or None.
        key_file: Its private key; None when it stands in the certificate file.
        min_version: Lowest version of TLS.
        setting: The settings that name these files, for messages.
        secret_mounts: Where the key may be readable for others (``gateway.secret_files``).
    """

    ca_file: Path
    certificate_file: Path | None = None
    key_file: Path | None = None
    min_version: Literal["1.2", "1.3"] = "1.3"
    setting: str = "[broker] ca_file, certificate_file, key_file"
    secret_mounts: tuple[Path, ...] = ()

    def context(self, at: datetime) -> ssl.SSLContext:
        """A fresh context that verifies the other side and shows our certificate.

        Args:
            at: Aware instant; our certificate must be valid then. The other side would say so less clearly.

        Raises:
            OperatorError: ``tls-files-unreadable``, ``certificate-expired``, ``certificate-not-yet-valid``, or as
                ``check_key``.
        """
        self.check_key()
        own = self.own_certificate()
        if own is not None:
            self._check_dates(own, at)
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file))
            context.minimum_version = _VERSIONS[self.min_version]
            context.set_ciphers(_CIPHERS_OF_1_2)
            if self.certificate_file is not None:
                context.load_cert_chain(self.certificate_file, self.key_file)
        except (OSError, ssl.SSLError):
            raise self._unreadable() from None
        return context

    def check_key(self) -> None:
        """Refuse a private key that others can read or change; it may stand in the file of the certificate.

        Raises:
            OperatorError: ``tls-files-unreadable``, ``secret-file-exposed`` or ``secret-file-foreign``.
        """
        file = self.key_file or self.certificate_file
        if file is None:
            return
        try:
            check_secret(file, self.secret_mounts)
        except OSError:
            raise self._unreadable() from None

    def own_certificate(self) -> OwnCertificate | None:
        """Our certificate as it stands in the file now; None when no file is named.

        Raises:
            OperatorError: ``tls-files-unreadable``.
        """
        if self.certificate_file is None:
            return None
        try:
            first = x509.load_pem_x509_certificates(self.certificate_file.read_bytes())[0]
        except (OSError, ValueError):
            raise self._unreadable() from None
        names = first.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        subject = str(names[0].value) if names else ""
        return OwnCertificate(subject, first.not_valid_before_utc, first.not_valid_after_utc)

    def _check_dates(self, own: OwnCertificate, at: datetime) -> None:
        if at >= own.not_after:
            raise OperatorError(
                "certificate-expired",
                f"Our certificate expired on {dutch_day(own.not_after)}.",
                where=str(self.certificate_file),
                remedy="Put the renewed certificate and key there; a running gateway takes them at its next attempt.",
            )
        if at < own.not_before:
            raise OperatorError(
                "certificate-not-yet-valid",
                f"Our certificate is valid from {dutch_day(own.not_before)} only.",
                where=str(self.certificate_file),
                remedy="Use the certificate that is valid now, and check this machine's clock.",
            )

    def _unreadable(self) -> OperatorError:
        return OperatorError(
            "tls-files-unreadable",
            "The certificate files of a connection cannot be used.",
            where=self.setting,
            remedy="Check that they exist, are PEM, and belong together.",
        )
