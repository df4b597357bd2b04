"""What was erased is gone: neither content nor a key that opens it, in the store, its log, or any copy (R57, R58).

SQLite overwrites what it deletes. PostgreSQL does not, and a backup never does: there an erased key still lies about,
and what makes it worthless is that the key it was wrapped under is replaced and destroyed.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from adapters.keyrings import AesVault, FileKeyring, PassphraseCustody, ScryptCost
from adapters.sql import SqlStore
from gateway.application.replace_storage_key import replace_storage_key
from gateway.domain import steps as s
from gateway.domain.errors import OperatorError
from gateway.ports.store import GATEWAY_CASE, QuarantineItem
from gateway.ports.transport import Lane
from tests.support.store_places import PostgresPlace, SqlitePlace, found, wrapped_key
from tests.support.world import World

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CUSTODY = PassphraseCustody(b"correct horse battery staple", ScryptCost(n=2**10))
OPERATOR = s.Actor(s.ActorRole.OPERATOR, "arbo-lindehof")
MARKER = "Zeldzaam kenmerk van een mens"


class Clock:
    def now(self):
        return AT


def told(text):
    return s.QuestionSettled(at=AT, by=OPERATOR, text=text)


@pytest.fixture
def keyring(tmp_path):
    return FileKeyring.create(tmp_path / "keys", "arbo-lindehof", CUSTODY, AT)


@pytest.fixture
async def services():
    world = await World().open()
    yield world.ohs
    await world.close()


def store_at(url, keyring, *, reload=None):
    return SqlStore(url, AesVault.of(keyring.storage_keys(), reload or keyring.storage_keys), Clock())


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return SqlitePlace(tmp_path)
    return PostgresPlace(request.getfixturevalue("postgres"))


async def test_after_erasure_and_a_new_storage_key_no_byte_of_content_or_of_a_key_that_opens_it_is_left(
    place, keyring, services, tmp_path
):
    store = store_at(place.url, keyring)
    await store.open()
    (former_kek,) = keyring.storage_keys().wrapping
    async with store.begin() as work:
        await work.append("case-1", [told(MARKER)])
        await work.append("case-2", [told("Dit blijft")])
    erased, kept = [await wrapped_key(store, case_id) for case_id in ("case-1", "case-2")]
    data_key = AesVault(former_kek)._unwrap(erased)
    assert found([erased, kept], place.everything()) == [erased, kept]  # so the search itself works
    async with store.begin() as work:
        await work.erase("case-1")
    assert (erased in place.everything()) is place.keeps_deleted_rows

    assert await replace_storage_key(replace(services, store=store), keyring, OPERATOR) == 2

    everything = place.everything() + (tmp_path / "keys" / "keyring.json").read_bytes()
    assert b"storage-key-replaced" in everything
    assert found([data_key, former_kek, MARKER.encode(), MARKER.encode("utf-16-le")], everything) == []
    living = AesVault.of(FileKeyring.load(tmp_path / "keys", CUSTODY).storage_keys())
    for remnant in (erased, kept):
        with pytest.raises(OperatorError, match="does not open"):
            living.seal(remnant, b"", b"")
    async with store.look() as work:
        assert [step.text for step in await work.steps("case-2")] == ["Dit blijft"]
        assert await work.steps("case-1") == []
        assert [step.code for step in await work.steps(GATEWAY_CASE)] == ["storage-key-replaced"]
    await store.close()


async def test_an_older_backup_opens_no_more(place, keyring, services):
    store = store_at(place.url, keyring)
    await store.open()
    async with store.begin() as work:
        await work.append("case-1", [told(MARKER)])
    await store.close()
    older = place.copy()
    await store.open()
    async with store.begin() as work:
        await work.erase("case-1")
    await replace_storage_key(replace(services, store=store), keyring, OPERATOR)
    await store.close()
    stolen = store_at(older, keyring)
    await stolen.open()  # our own index finds its rows, so it is this store
    async with stolen.look() as work:
        with pytest.raises(OperatorError) as sealed:
            await work.steps("case-1")
    assert sealed.value.code == "vault-unreadable"
    await stolen.close()


async def test_another_process_takes_the_new_key_over_and_who_cannot_writes_nothing(place, keyring, services):
    store, other = store_at(place.url, keyring), store_at(place.url, keyring)
    former = keyring.storage_keys()
    stale = store_at(place.url, keyring, reload=lambda: former)
    for each in (store, other, stale):
        await each.open()
    async with store.begin() as work:
        await work.append("case-1", [told("Eerst")])
    await replace_storage_key(replace(services, store=store), keyring, OPERATOR)
    async with other.begin() as work:
        await work.append("case-1", [told("Daarna")])
        await work.append("case-2", [told("Nieuw")])
    with pytest.raises(OperatorError) as missing:
        async with stale.begin() as work:
            await work.append("case-3", [told("Verloren")])
    assert missing.value.code == "vault-key-missing"
    async with store.look() as work:
        assert [step.text for step in await work.steps("case-1")] == ["Eerst", "Daarna"]
        assert await work.case_ids() == ["case-1", "case-2"]
    for each in (store, other, stale):
        await each.close()


async def test_a_case_opened_at_the_same_moment_is_wrapped_anew_too(place, keyring, services):
    store, other = store_at(place.url, keyring), store_at(place.url, keyring)
    for each in (store, other):
        await each.open()
    async with other.begin() as work:
        await work.append("case-1", [told("Gelijktijdig")])
        replacing = asyncio.create_task(replace_storage_key(replace(services, store=store), keyring, OPERATOR))
        await asyncio.sleep(0.1)
    assert await replacing == 2
    async with store.look() as work:
        assert [step.text for step in await work.steps("case-1")] == ["Gelijktijdig"]
    for each in (store, other):
        await each.close()


class Interrupted(BaseException):
    """The process is killed."""


@pytest.mark.parametrize("moment", ["change_storage_key", "keep_storage_key"])
async def test_who_is_killed_half_way_loses_nothing_and_begins_again(place, keyring, services, tmp_path, moment):
    store = store_at(place.url, keyring)
    await store.open()
    async with store.begin() as work:
        await work.append("case-1", [told("Blijft")])
    (former,) = keyring.storage_keys().wrapping

    def killed(*_):
        raise Interrupted

    target = keyring if moment == "keep_storage_key" else AesVault
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target, moment if target is keyring else "rewrap", killed)
        with pytest.raises(Interrupted):
            await replace_storage_key(replace(services, store=store), keyring, OPERATOR)
    await store.close()

    loaded = FileKeyring.load(tmp_path / "keys", CUSTODY)
    assert len(loaded.storage_keys().wrapping) == 2
    again = store_at(place.url, loaded)
    await again.open()
    async with again.begin() as work:
        await work.append("case-2", [told("Tussendoor")])
    assert await replace_storage_key(replace(services, store=again), loaded, OPERATOR) == 3
    (newest,) = loaded.storage_keys().wrapping
    assert newest != former
    async with again.look() as work:
        assert [(await work.steps(name))[0].text for name in ("case-1", "case-2")] == ["Blijft", "Tussendoor"]
    with pytest.raises(InvalidUnwrap):
        aes_key_unwrap(AesVault(former)._keks[AesVault(former).kek_id()], await wrapped_key(again, "case-1"))
    await again.close()


async def test_what_nobody_understood_is_sealed_under_a_key_of_its_own(place, keyring):
    store = store_at(place.url, keyring)
    await store.open()
    item = QuarantineItem("item-1", "m-1", "lpbso", Lane.CASES, MARKER.encode(), "malformed", AT)
    async with store.begin() as work:
        await work.save_quarantine(item)
    held = await wrapped_key(store, "quarantine:item-1")
    assert held != await wrapped_key(store, GATEWAY_CASE)
    async with store.begin() as work:
        assert await work.quarantine_item("item-1") == item
        assert await work.case_ids() == []
        await work.erase("quarantine:item-1")
        assert await work.quarantine_item("item-1") == replace(item, body=b"")
    await store.close()
