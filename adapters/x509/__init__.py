"""The certificate room: X.509 for our TLS connections, and for vouching that a manifest is who it says it is.

What is here: ``TlsFiles`` makes the context of a connection from files and says how long our certificate lives;
``vouch`` and ``verify_vouching`` bind a key manifest to a certificate of an authority (UZI, PKIoverheid).

Invariants:
    * A context verifies chain and host name; there is no way to switch that off.
    * Files are read for every connection, so that a renewed certificate is used without a restart.
    * What cannot be checked is refused: no revocation list, no trust.
"""

from adapters.x509.tls import OwnCertificate, TlsFiles
from adapters.x509.vouching import VouchingTerms, read_terms, verify_vouching, vouch

__all__ = ["OwnCertificate", "TlsFiles", "VouchingTerms", "read_terms", "verify_vouching", "vouch"]
