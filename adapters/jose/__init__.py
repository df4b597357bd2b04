"""The envelope room: ``so-envelope/1``, a signed message inside an encrypted one (protocol.md section 3).

What is here: ``JoseSealer`` behind the port ``EnvelopeSealer``; its strict parser; the two suites.

The shape: compact JWS (the exact bundle bytes, ``alg=Ed25519``) inside compact JWE. The suites differ in how the
content key reaches the recipient: ``HPKE-9-KE`` (quantum-safe, the default) or ``ECDH-ES+A256KW`` (only for a partner
with a dated exception).

Invariants:
    * Nothing reaches a library before the strict parser has accepted it: closed header lists, one spelling of every
      value, exact lengths.
    * The header names nothing about a person, a case or a message kind.
    * What is outside and seen by the broker is repeated inside and signed; opening compares.
    * Whatever is wrong with an envelope, the outside sees one error.
    * Private keys stay in the keyring; this room asks it to sign and to unwrap.
"""

from adapters.jose.sealer import JoseSealer

__all__ = ["JoseSealer"]
