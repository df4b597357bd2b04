"""What every ``EnvelopeSealer`` owes its callers; bound once per adapter and suite."""

import uuid
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from adapters.jose import JoseSealer
from adapters.keyrings import FileKeyring, MemoryKeyring, PassphraseCustody, PinnedPartners, ScryptCost
from adapters.keyrings.pkcs11 import Pkcs11Custody
from gateway.domain.errors import EnvelopeError, OperatorError, RefusedError

NOW = datetime(2026, 11, 20, 9, 30, 15, tzinfo=UTC)
BUNDLE = b'{"resourceType":"Bundle","type":"message"}'


class EnvelopeContract(ABC):
    """Subclass and give three sealers that know each other: ``ohs``, ``pool`` and ``other``."""

    is_quantum_safe = True

    @pytest.fixture
    @abstractmethod
    def sealers(self, tmp_path):
        """Party id to sealer."""

    def seal(self, sealers, payload=BUNDLE, **changes):
        values = {"recipient": "pool", "message_id": str(uuid.uuid4()), "issued_at": NOW} | changes
        return sealers["ohs"].seal(payload, **values)

    def test_the_recipient_opens_what_the_sender_sealed(self, sealers):
        message_id = str(uuid.uuid4())
        sealed = self.seal(sealers, message_id=message_id)
        opened = sealers["pool"].open(sealed.body, at=NOW)
        assert opened.payload.rstrip(b" ") == BUNDLE
        assert (opened.sender, opened.recipient, opened.message_id) == ("ohs", "pool", message_id)
        assert (opened.issued_at, opened.expires_at) == (NOW, NOW + timedelta(days=7))
        assert opened.digest == sealed.digest
        assert len(opened.digest) == 64
        assert opened.is_quantum_safe is self.is_quantum_safe

    def test_the_body_is_ascii_and_hides_the_payload(self, sealers):
        body = self.seal(sealers, b'{"marker":"marker-7"}').body
        assert body.decode("ascii").count(".") == 4
        assert b"marker-7" not in body

    def test_nobody_else_opens_it_not_even_the_sender(self, sealers):
        body = self.seal(sealers).body
        for party in ("ohs", "other"):
            with pytest.raises(EnvelopeError):
                sealers[party].open(body, at=NOW)

    def test_lengths_under_the_floor_are_equal(self, sealers):
        bodies = [self.seal(sealers, b"{" + b" " * size + b"}", size_floor=4096).body for size in (0, 900, 4094)]
        assert len({len(body) for body in bodies}) == 1

    @pytest.mark.parametrize("at", [NOW - timedelta(minutes=6), NOW + timedelta(days=7, seconds=1)])
    def test_it_opens_in_its_time_only(self, sealers, at):
        with pytest.raises(EnvelopeError):
            sealers["pool"].open(self.seal(sealers).body, at=at)

    @pytest.mark.parametrize("body", [b"", b"x", b"a.b.c.d.e", b"\xff\x00", b"." * 100])
    def test_anything_else_is_the_one_error(self, sealers, body):
        with pytest.raises(EnvelopeError) as caught:
            sealers["pool"].open(body, at=NOW)
        assert caught.value.reason

    def test_a_changed_byte_anywhere_is_the_one_error(self, sealers):
        body = self.seal(sealers).body
        for index in range(0, len(body), 97):
            changed = body[:index] + (b"B" if body[index : index + 1] == b"A" else b"A") + body[index + 1 :]
            with pytest.raises(EnvelopeError):
                sealers["pool"].open(changed, at=NOW)

    def test_an_unknown_partner_is_for_the_operator(self, sealers):
        with pytest.raises(OperatorError):
            self.seal(sealers, recipient="nobody")

    def test_a_payload_that_is_too_large_is_refused(self, sealers):
        with pytest.raises(RefusedError):
            self.seal(sealers, b" " * (5 * 1024 * 1024))


def sealers_of(keyrings, **exceptions):
    partners = PinnedPartners([ring.manifest() for ring in keyrings.values()], exceptions)
    return {party: JoseSealer(party, ring, partners) for party, ring in keyrings.items()}


class TestJoseSealerWithKeysInMemory(EnvelopeContract):
    @pytest.fixture
    def sealers(self):
        return sealers_of({party: MemoryKeyring.generate(party, NOW) for party in ("ohs", "pool", "other")})


class TestJoseSealerWithKeysOnDisk(EnvelopeContract):
    @pytest.fixture
    def sealers(self, tmp_path):
        custody = PassphraseCustody(b"pass", ScryptCost(n=2**10))
        return sealers_of(on_disk(tmp_path, custody))


class TestJoseSealerWithKeysInAToken(EnvelopeContract):
    @pytest.fixture
    def sealers(self, tmp_path, token):
        return sealers_of(on_disk(tmp_path, Pkcs11Custody(token)))


def on_disk(folder, custody):
    parties = ("ohs", "pool", "other")
    for party in parties:
        FileKeyring.create(folder / party, party, custody, NOW)
    return {party: FileKeyring.load(folder / party, custody) for party in parties}


class TestJoseSealerWithTheClassicalSuite(EnvelopeContract):
    is_quantum_safe = False

    @pytest.fixture
    def sealers(self):
        keyrings = {party: MemoryKeyring.generate(party, NOW) for party in ("ohs", "pool", "other")}
        manifests = []
        for ring in keyrings.values():
            manifest = ring.manifest()
            classical = tuple(key for key in manifest.keys if key["alg"] != "HPKE-9-KE")
            fields = (manifest.party_id, manifest.counter, manifest.token, manifest.fingerprint)
            manifests.append(type(manifest)(*fields, classical))
        partners = PinnedPartners(manifests, dict.fromkeys(keyrings, NOW + timedelta(days=30)))
        return {party: JoseSealer(party, ring, partners) for party, ring in keyrings.items()}
