"""A real PostgreSQL that lets a client certificate in and nothing else: accepted, or refused with a code and a way out."""

import datetime as dt
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.keyrings import AesVault
from gateway.bootstrap import SystemClock, sql_store
from gateway.domain.errors import OperatorError
from gateway.domain.policy import Policy
from gateway.settings import Settings
from tests.support.broker_certificates import Authority
from tests.support.postgres_cluster import cluster_postgres, readable_by_server_only
from tests.support.postgres_handle import PostgresUnavailable, TestPostgres

PARTY = "arbo-lindehof"
DAY = dt.timedelta(days=1)
EXPIRED = {"begins": -2 * DAY, "lives": DAY}
ONLY_BY_CERTIFICATE = f'hostssl all "{PARTY}" all cert\nhost all "{PARTY}" all reject\n'


@dataclass
class Secure:
    """The server, its authority, and another one that it does not know."""

    folder: Path
    authority: Authority
    stranger: Authority
    server: TestPostgres
    url: str

    def store(self, **changes):
        """The store as the settings say, with a good certificate of ours unless the test has another idea."""
        own, key = self.certificate()
        named = {"url": self.url, "ca_file": self.authority.path, "certificate_file": own, "key_file": key, **changes}
        settings = Settings(home=self.folder, party={"id": PARTY, "role": "ohs", "name": "A"}, store=named)
        return sql_store(settings, AesVault(bytes(32)), SystemClock(), Policy("default"), may_make=True)

    def certificate(self, name=PARTY, authority=None, **options):
        own, key = (authority or self.authority).issue(name, stem=str(uuid.uuid4()), **options)
        key.chmod(0o600)
        return own, key

    @contextmanager
    def serving(self, **settings: object) -> Iterator[None]:
        """With other settings of the server for a while."""
        self._set(settings)
        try:
            yield
        finally:
            self._set(dict.fromkeys(settings))

    def _set(self, settings):
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            for name, value in settings.items():
                words = sql.SQL("= {}").format(sql.Literal(str(value))) if value else sql.SQL("TO DEFAULT")
                connection.execute(sql.SQL("ALTER SYSTEM SET {} ").format(sql.Identifier(name)) + words)
            before = self._loaded_at()
            connection.execute("SELECT pg_reload_conf()")
        while self._loaded_at() <= before:
            time.sleep(0.05)

    def _loaded_at(self):
        """What the first process had read when this session began."""
        with psycopg.connect(self.server.url) as connection:
            return connection.execute("SELECT pg_conf_load_time()").fetchone()[0]


@pytest.fixture(scope="module")
def secure():
    folder = Path(tempfile.mkdtemp(prefix="sogw-database-"))
    folder.chmod(0o755)
    authority = Authority(folder)
    certificate, key = authority.issue("localhost", stem="server")
    readable_by_server_only(key)
    conf = f"ssl = on\nssl_ca_file = '{authority.path}'\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n"
    try:
        server = cluster_postgres(conf, ONLY_BY_CERTIFICATE)
    except PostgresUnavailable as reason:
        shutil.rmtree(folder)
        pytest.skip(f"a server with certificates of the test's own needs an installed PostgreSQL: {reason}")
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f'CREATE ROLE "{PARTY}" LOGIN')
            connection.execute(f'CREATE DATABASE so OWNER "{PARTY}"')
            port = connection.info.port
        yield Secure(
            folder, authority, Authority(folder, "stranger"), server, f"postgresql://{PARTY}@localhost:{port}/so"
        )
    finally:
        server.stop()
        shutil.rmtree(folder)


async def refusal(store) -> str:
    with pytest.raises(OperatorError) as caught:
        await store.open()
    assert caught.value.remedy
    assert "sogw-database" not in str(caught.value)
    return caught.value.code


async def test_a_certificate_is_all_it_takes_and_the_connection_is_tls_1_3(secure):
    store = secure.store()
    await store.open()
    with psycopg.connect(secure.server.url) as connection:
        seen = connection.execute(
            "SELECT usename, version, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
            " WHERE application_name = 'sogw'"
        ).fetchall()
    await store.close()
    assert seen == [(PARTY, "TLSv1.3", f"/CN={PARTY}")]


# --- our certificate, as the server sees it


async def test_without_a_certificate_it_is_refused(secure):
    assert await refusal(secure.store(certificate_file=None, key_file=None)) == "store-certificate-missing"


async def test_a_certificate_that_is_not_where_it_was_said_is_missed(secure):
    nowhere = secure.folder / "nowhere.pem"
    assert await refusal(secure.store(certificate_file=nowhere)) == "store-certificate-missing"


@pytest.mark.parametrize(
    "change",
    [
        lambda secure: secure.certificate("another-party"),
        lambda secure: secure.certificate(authority=secure.stranger),
        lambda secure: secure.certificate(**EXPIRED),
    ],
    ids=["of another party", "of another authority", "expired"],
)
async def test_a_certificate_that_the_server_does_not_accept(secure, change):
    own, key = change(secure)
    assert await refusal(secure.store(certificate_file=own, key_file=key)) == "store-certificate-refused"


async def test_files_that_cannot_be_used_are_refused_before_anybody_is_asked(secure):
    _, foreign = secure.certificate()
    own, readable = secure.certificate()
    readable.chmod(0o644)
    for files in ({"key_file": foreign}, {"ca_file": secure.folder / "nowhere.pem"}):
        assert await refusal(secure.store(**files)) == "tls-files-unreadable", files
    for files, code in (
        ({"key_file": secure.folder / "nowhere.key"}, "tls-files-unreadable"),
        ({"certificate_file": own, "key_file": readable}, "secret-file-exposed"),
    ):
        with pytest.raises(OperatorError) as caught:
            secure.store(**files)
        assert caught.value.code == code


# --- the server, as we see it


async def test_a_server_of_another_authority_is_refused(secure):
    assert await refusal(secure.store(ca_file=secure.stranger.path)) == "store-certificate-untrusted"


async def test_a_server_whose_certificate_is_for_another_host_is_refused(secure):
    own, key = secure.authority.issue("db.example", hosts=("db.example",))
    with secure.serving(ssl_cert_file=own, ssl_key_file=readable_by_server_only(key)):
        assert await refusal(secure.store()) == "store-certificate-wrong-host"


async def test_a_server_whose_certificate_expired_is_refused(secure):
    own, key = secure.authority.issue("localhost", stem="expired", **EXPIRED)
    with secure.serving(ssl_cert_file=own, ssl_key_file=readable_by_server_only(key)):
        assert await refusal(secure.store()) == "store-certificate-untrusted"


async def test_a_server_that_knows_no_more_than_tls_1_2_is_refused(secure):
    with secure.serving(ssl_max_protocol_version="TLSv1.2"):
        assert await refusal(secure.store()) == "store-tls-version"


async def test_a_server_that_does_not_encrypt_is_refused(secure):
    with secure.serving(ssl="off"):
        assert await refusal(secure.store()) == "store-tls-missing"


async def test_a_client_that_knows_no_more_than_tls_1_2_can_be_refused_by_the_server(secure):
    """What the guide tells the server's administrator to set."""
    own, key = secure.certificate()
    with secure.serving(ssl_min_protocol_version="TLSv1.3"):
        await open_and_close(secure.store())
        with pytest.raises(psycopg.OperationalError, match="protocol"):
            psycopg.connect(
                secure.url, sslmode="require", sslcert=str(own), sslkey=str(key), ssl_max_protocol_version="TLSv1.2"
            )


# --- over time


async def test_a_renewed_certificate_is_shown_by_the_next_connection(secure):
    own, key = secure.certificate(**EXPIRED)
    store = secure.store(certificate_file=own, key_file=key)
    assert await refusal(store) == "store-certificate-refused"
    for renewed, file in zip(secure.certificate(), (own, key), strict=True):
        shutil.copy(renewed, file)
    await open_and_close(store)


async def open_and_close(store) -> None:
    await store.open()
    await store.close()
