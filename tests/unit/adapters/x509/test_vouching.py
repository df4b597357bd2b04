"""Whose certificate vouches for a manifest, and whose does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from adapters.keyrings import MemoryKeyring
from adapters.x509 import VouchingTerms, verify_vouching, vouch
from gateway.domain.errors import RefusedError
from tests.support.pki import DAY, DOCUMENT_SIGNING, Issuer, key_pem, pem

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
URA, OTHER_URA = "90000123", "90000999"


class Country:
    """A root, an issuing authority, and fresh revocation lists of both."""

    def __init__(self) -> None:
        self.root = Issuer.root("Test Root", NOW)
        self.issuing = self.root.authority("Test UZI-register", NOW)
        self.terms = VouchingTerms(
            (self.root.certificate,), (self.root.revocations(NOW), self.issuing.revocations(NOW)), timedelta(hours=12)
        )


@pytest.fixture(scope="module")
def country():
    return Country()


@pytest.fixture(scope="module")
def manifest():
    return MemoryKeyring.generate("pool-x", NOW).manifest().token


def token(country, manifest, signer=None, issuing=None, **certificate):
    issuing = issuing or country.issuing
    signer = signer or issuing.organisation(URA, NOW, **certificate)
    return vouch(manifest, pem(signer.certificate, issuing.certificate), key_pem(signer.key))


def refused(code, vouching, manifest, terms, *, ura=URA, at=NOW):
    with pytest.raises(RefusedError) as caught:
        verify_vouching(vouching, manifest=manifest, ura=ura, terms=terms, at=at)
    assert caught.value.code == code
    assert caught.value.remedy
    return str(caught.value)


def test_a_valid_certificate_vouches_and_its_ura_and_issuer_are_what_is_pinned(country, manifest):
    vouching = token(country, manifest)
    seen = verify_vouching(vouching, manifest=manifest, ura=URA, terms=country.terms, at=NOW)
    assert (seen.ura, seen.issuer_name) == (URA, "CN=Test UZI-register")
    assert len(seen.issuer) == 64
    again = verify_vouching(token(country, manifest), manifest=manifest, ura=URA, terms=country.terms, at=NOW)
    assert again == seen


def test_a_certificate_for_document_signing_vouches(country, manifest):
    vouching = token(country, manifest, extended=(DOCUMENT_SIGNING,))
    assert verify_vouching(vouching, manifest=manifest, ura=URA, terms=country.terms, at=NOW)


def test_intermediates_may_come_from_us(country, manifest):
    signer = country.issuing.organisation(URA, NOW)
    bare = vouch(manifest, pem(signer.certificate), key_pem(signer.key))
    refused("vouching-refused", bare, manifest, country.terms)
    knowing = replace(country.terms, authorities=(country.root.certificate, country.issuing.certificate))
    assert verify_vouching(bare, manifest=manifest, ura=URA, terms=knowing, at=NOW)


def test_another_root_is_refused(country, manifest):
    foreign = Country()
    refused("vouching-refused", token(foreign, manifest), manifest, country.terms)


def test_an_authority_with_the_same_name_and_another_key_is_refused(country, manifest):
    forger = Issuer.root("Test Root", NOW).authority("Test UZI-register", NOW)
    refused("vouching-refused", token(country, manifest, issuing=forger), manifest, country.terms)


@pytest.mark.parametrize(
    "life", [{"ends": -DAY / 2}, {"begins": DAY, "ends": 2 * DAY}], ids=["expired", "not-yet-valid"]
)
def test_a_certificate_that_is_not_valid_now_is_refused(country, manifest, life):
    assert "not valid now" in refused("vouching-refused", token(country, manifest, **life), manifest, country.terms)


def test_a_revoked_certificate_is_refused_whatever_the_date_of_revocation(country, manifest):
    signer = country.issuing.organisation(URA, NOW)
    lists = (country.root.revocations(NOW), country.issuing.revocations(NOW, signer.certificate))
    terms = replace(country.terms, revocations=lists)
    refused("certificate-revoked", token(country, manifest, signer), manifest, terms)


def test_a_revoked_authority_takes_its_certificates_along(country, manifest):
    lists = (country.root.revocations(NOW, country.issuing.certificate), country.issuing.revocations(NOW))
    refused("certificate-revoked", token(country, manifest), manifest, replace(country.terms, revocations=lists))


def test_a_stale_list_is_believed_for_the_grace_and_not_longer(country, manifest):
    vouching = token(country, manifest)
    # The lists were due for renewal at 23 hours; the grace is 12.
    assert verify_vouching(vouching, manifest=manifest, ura=URA, terms=country.terms, at=NOW + timedelta(hours=34))
    refused("revocation-stale", vouching, manifest, country.terms, at=NOW + timedelta(hours=36))


def test_without_a_list_of_every_authority_there_is_no_trust(country, manifest):
    both = country.terms.revocations
    for lists in ((), both[:1], both[1:]):
        refused("revocation-unknown", token(country, manifest), manifest, replace(country.terms, revocations=lists))


def test_a_list_in_the_name_of_the_authority_by_another_key_does_not_count(country, manifest):
    forger = Issuer.root("Test Root", NOW).authority("Test UZI-register", NOW)
    lists = (country.root.revocations(NOW), forger.revocations(NOW))
    refused("revocation-unknown", token(country, manifest), manifest, replace(country.terms, revocations=lists))


def test_the_newest_list_counts(country, manifest):
    signer = country.issuing.organisation(URA, NOW)
    newer = country.issuing.revocations(NOW + timedelta(minutes=30), signer.certificate)
    terms = replace(country.terms, revocations=(newer, *country.terms.revocations))
    vouching, later = token(country, manifest, signer), NOW + timedelta(hours=1)
    refused("certificate-revoked", vouching, manifest, terms, at=later)


@pytest.mark.parametrize("ura", [OTHER_URA, ""])
def test_another_ura_than_was_expected_is_refused(country, manifest, ura):
    refused("vouching-refused", token(country, manifest), manifest, country.terms, ura=ura)


def test_a_certificate_without_a_ura_is_refused(country, manifest):
    signer = country.issuing.organisation(None, NOW)
    refused("vouching-refused", token(country, manifest, signer), manifest, country.terms)


@pytest.mark.parametrize(
    "certificate",
    [
        {
            "usage": ("digital_signature",),
            "extended": (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH),
        },
        {"usage": ("key_encipherment", "data_encipherment")},
        {"usage": ("key_cert_sign", "crl_sign")},
    ],
    ids=["tls-only", "encryption", "authority"],
)
def test_a_certificate_for_another_use_is_refused(country, manifest, certificate):
    refused("vouching-refused", token(country, manifest, **certificate), manifest, country.terms)


def test_an_authority_does_not_vouch_itself(country, manifest):
    vouching = vouch(manifest, pem(country.issuing.certificate), key_pem(country.issuing.key))
    refused("vouching-refused", vouching, manifest, country.terms)


def test_a_vouching_for_another_manifest_is_refused(country, manifest):
    other = MemoryKeyring.generate("pool-x", NOW).manifest().token
    assert "another manifest" in refused("vouching-refused", token(country, other), manifest, country.terms)


def test_a_signature_by_another_key_than_the_certificates_is_refused(country, manifest):
    signer, thief = (country.issuing.organisation(URA, NOW) for _ in range(2))
    chain = pem(signer.certificate, country.issuing.certificate)
    forged = vouch(manifest, chain, key_pem(thief.key))
    assert "not signed" in refused("vouching-refused", forged, manifest, country.terms)


@pytest.mark.parametrize("text", ["", "a.b.c", "e30.e30.e30", "W10.W10.W10", "a" * 600_000, "..", "é.é.é"])
def test_what_is_no_vouching_is_refused(country, manifest, text):
    refused("vouching-refused", text, manifest, country.terms)


def test_no_changed_byte_is_believed(country, manifest):
    vouching = token(country, manifest)
    for at in range(0, len(vouching), 97):
        changed = vouching[:at] + ("A" if vouching[at] != "A" else "B") + vouching[at + 1 :]
        with pytest.raises(RefusedError):
            verify_vouching(changed, manifest=manifest, ura=URA, terms=country.terms, at=NOW)
