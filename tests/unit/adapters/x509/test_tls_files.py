"""Our certificate is watched before it ends, and files that will not do are refused with a remedy."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.x509 import TlsFiles
from gateway.bootstrap import broker_login, certificate_lines
from gateway.domain.errors import OperatorError
from gateway.settings import Settings
from tests.support.broker_certificates import Authority

DAY = timedelta(days=1)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def settings(tmp_path, authority, **certificate):
    own, key = authority.issue("arbo-a", **certificate)
    broker = {"url": "amqps://broker.example", "ca_file": authority.path, "certificate_file": own, "key_file": key}
    return Settings(home=tmp_path, party={"id": "arbo-a", "role": "ohs", "name": "A"}, broker=broker)


def test_the_context_trusts_one_authority_and_starts_at_tls_1_3(tmp_path, authority):
    tls = broker_login(settings(tmp_path, authority))["tls"]
    context = tls()
    assert context.minimum_version.name == "TLSv1_3"
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 1
    assert tls() is not context


def test_without_certificate_and_password_there_is_no_login(tmp_path, authority):
    bare = {"url": "amqps://broker.example", "ca_file": authority.path}
    with pytest.raises(OperatorError) as caught:
        broker_login(Settings(home=tmp_path, party={"id": "a", "role": "ohs", "name": "A"}, broker=bare))
    assert caught.value.code == "certificate-missing"


@pytest.mark.parametrize("broken", ["ca_file", "certificate_file", "key_file"])
def test_files_that_cannot_be_used_are_named(tmp_path, authority, broken):
    own, key = authority.issue("arbo-a")
    (tmp_path / "broken").write_text("no PEM")
    (tmp_path / "broken").chmod(0o600)
    parts = {"ca_file": authority.path, "certificate_file": own, "key_file": key, broken: tmp_path / "broken"}
    with pytest.raises(OperatorError) as caught:
        TlsFiles(**parts).context(datetime.now(UTC))
    assert caught.value.code == "tls-files-unreadable"
    assert broken in caught.value.where


@pytest.mark.parametrize(
    ("days", "health"), [(0, "ok"), (59, "ok"), (61, "attention"), (89, "attention"), (91, "failed")]
)
def test_the_check_is_uneasy_thirty_days_before_the_end(tmp_path, authority, days, health):
    given = settings(tmp_path, authority, lives=90 * DAY)
    (line,) = certificate_lines(given, datetime.now(UTC) + days * DAY)
    assert (line.what, line.health) == ("certificate broker", health)
    assert bool(line.exit_status) == (health == "failed")
    assert "arbo-a" in line.why


def test_a_certificate_that_cannot_be_read_keeps_no_other_out_of_sight(tmp_path, authority):
    given = settings(tmp_path, authority)
    given.broker.certificate_file.write_text("no PEM")
    own, key = authority.issue("db-user", lives=90 * DAY)
    store = {"url": "postgresql://db.example/so", "ca_file": authority.path, "certificate_file": own, "key_file": key}
    both = Settings(home=tmp_path, party=given.party, broker=given.broker, store=store)
    lines = list(certificate_lines(both, datetime.now(UTC)))
    assert [(line.what, line.health) for line in lines] == [
        ("certificate broker", "failed"),
        ("certificate store", "ok"),
    ]
    assert "[broker]" in lines[0].why
