"""What every ``ObjectStore`` owes its callers, over the directory and its in-memory twin."""

import io
import os
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from adapters.memory.objects import MemoryObjects
from adapters.objects import DirectoryObjects
from gateway.domain.ceilings import Ceilings
from gateway.domain.enclosure import PDF, PNG, Enclosure
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.size_class import decoy_id

REFERRAL = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"
DIGEST, OTHER = "d" * 64, "e" * 64
SCAN = b"%PDF-1.7 " + b"MERKTEKEN in een verslag. " * 100_000 + b"%%EOF"
"""2.6 MB: several chunks."""


class Wall:
    """The machine's clock, as the directory's file system has it."""

    def now(self):
        return datetime.now(UTC)


@pytest.fixture(params=["memory", "directory"])
def sides(request, tmp_path):
    """The stores of a pool and of an arbodienst that reach one place."""
    if request.param == "memory":
        shared = {}
        return MemoryObjects("pool", shared, Wall()), MemoryObjects("ohs", shared, Wall())
    return tuple(DirectoryObjects(party, tmp_path / "shared", tmp_path / f"{party}-own") for party in ("pool", "ohs"))


@pytest.fixture(params=["memory", "directory"])
def bounded(request, tmp_path):
    """The same, and the arbodienst keeps three MiB of a partner."""
    most = 3 * 1024 * 1024
    if request.param == "memory":
        shared = {}
        return MemoryObjects("pool", shared, Wall()), MemoryObjects("ohs", shared, Wall(), most)
    ceilings = Ceilings(kept_bytes_per_partner=most)
    shared, own = tmp_path / "shared", tmp_path
    return DirectoryObjects("pool", shared, own / "pool"), DirectoryObjects("ohs", shared, own / "ohs", ceilings)


async def laid_out(pool, content=SCAN) -> Enclosure:
    return Enclosure(PDF, len(content), await pool.put(io.BytesIO(content)))


async def read(store, enclosure) -> bytes:
    target = io.BytesIO()
    await store.read(enclosure, REFERRAL, target)
    return target.getvalue()


async def kept(store) -> list[str]:
    return await store.kept(Wall().now() + timedelta(minutes=1))


async def keep(store, enclosure, sender="pool", referral_id=REFERRAL):
    """As a message that is accepted does."""
    await store.fetch(enclosure, sender, referral_id, DIGEST)
    await store.keep(sender, referral_id, DIGEST)


async def refusal(awaitable) -> str:
    with pytest.raises((RefusedError, TemporaryError)) as caught:
        await awaitable
    return caught.value.code


async def test_what_was_laid_out_is_kept_and_read_unchanged(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await keep(ohs, enclosure, "pool", REFERRAL)
    assert await read(ohs, enclosure) == SCAN
    assert await read(pool, enclosure) == SCAN


@pytest.mark.parametrize("size", [14, 16 * 1024, 16 * 1024 + 1, 1024 * 1024, 1024 * 1024 + 1])
async def test_every_size_comes_back(sides, size):
    pool, ohs = sides
    content = b"%PDF-1.7 " + os.urandom(size - 14) + b"%%EOF"
    enclosure = await laid_out(pool, content)
    await keep(ohs, enclosure, "pool", REFERRAL)
    assert await read(ohs, enclosure) == content


async def test_what_is_kept_outlives_what_lay_out(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await keep(ohs, enclosure, "pool", REFERRAL)
    await pool.remove(enclosure.claim)
    await pool.remove(enclosure.claim)
    await keep(ohs, enclosure, "pool", REFERRAL)
    assert await read(ohs, enclosure) == SCAN
    assert await refusal(read(pool, enclosure)) == "object-absent"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SCAN[:-5], "document-truncated"),
        (SCAN + b" /Encrypt 5 0 R %%EOF", "document-encrypted"),
        (b"Verslag. " * 200_000, "document-type-contradicts"),
        (b"Verslag. \x00" * 200_000, "document-control-characters"),
    ],
)
async def test_what_is_not_what_it_says_or_cannot_be_read_is_not_kept(sides, content, code):
    """R12: a partner that skips its own judgement is judged here, while the file is opened."""
    pool, ohs = sides
    enclosure = await laid_out(pool, content)
    assert await refusal(keep(ohs, enclosure, "pool", REFERRAL)) == code
    assert await kept(ohs) == []


async def test_files_and_decoys_look_alike(sides, tmp_path):
    """R41: one size for all up to 16 MiB; a decoy can be read as a file is, and nothing of it is kept."""
    pool, ohs = sides
    names = [(await laid_out(pool, content)).claim.object_id for content in (SCAN, b"%PDF-1.7 klein %%EOF")]
    names.append(decoy_id("digest"))
    await pool.lay_decoy(names[-1])
    assert len({sealed_size(pool, tmp_path, name) for name in names}) == 1
    await ohs.fetch_decoy(names[-1], "pool")
    await ohs.fetch_decoy(str(uuid4()), "pool")
    assert await kept(ohs) == []
    assert await pool.expire(Wall().now() + timedelta(minutes=1)) == 3


def sealed_size(store, folder, name) -> int:
    """What whoever runs the place sees."""
    if isinstance(store, MemoryObjects):
        return store._shared["pool", name].size
    return (folder / "shared" / "pool" / name).stat().st_size


async def test_what_is_not_there_is_not_there_yet(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await pool.remove(enclosure.claim)
    assert await refusal(keep(ohs, enclosure, "pool", REFERRAL)) == "object-absent"
    assert await kept(ohs) == []


async def test_what_a_third_party_laid_out_is_not_taken_for_the_senders(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    assert await refusal(keep(ohs, enclosure, "somebody", REFERRAL)) == "object-absent"


def other(data: bytes) -> str:
    return b64encode(data).decode("ascii")


@pytest.mark.parametrize(
    "change",
    [
        lambda e: replace(e, content=replace(e.claim, key=other(bytes(32)))),
        lambda e: replace(e, content=replace(e.claim, sha256=other(bytes(32)))),
        lambda e: replace(e, size=e.size - 1),
        lambda e: replace(e, size=e.size + 1),
    ],
    ids=["key", "digest", "smaller", "larger"],
)
async def test_a_file_that_is_not_what_the_claim_says_is_refused(sides, change):
    pool, ohs = sides
    enclosure = change(await laid_out(pool))
    assert await refusal(keep(ohs, enclosure, "pool", REFERRAL)) == "object-damaged"
    assert await kept(ohs) == []


async def test_copies_are_dropped_by_referral(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await keep(ohs, enclosure, "pool", REFERRAL)
    await keep(ohs, enclosure, "pool", other_referral := str(uuid4()))
    assert await kept(ohs) == sorted([REFERRAL, other_referral])
    assert await ohs.kept(Wall().now() - timedelta(minutes=1)) == []
    await ohs.drop(REFERRAL)
    await ohs.drop(REFERRAL)
    assert await kept(ohs) == [other_referral]
    assert await refusal(read(ohs, enclosure)) == "object-absent"


async def test_only_what_we_laid_out_ourselves_expires(sides):
    pool, ohs = sides
    first, second = await laid_out(pool), await laid_out(pool)
    await keep(ohs, first, "pool", REFERRAL)
    assert await pool.expire(Wall().now() - timedelta(minutes=1)) == 0
    assert await ohs.expire(Wall().now() + timedelta(minutes=1)) == 0
    assert await pool.expire(Wall().now() + timedelta(minutes=1)) == 2
    assert await refusal(keep(ohs, second, "pool", REFERRAL)) == "object-absent"
    assert await read(ohs, first) == SCAN


# Aside


async def test_what_was_fetched_lies_aside_until_its_message_is_accepted(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await ohs.fetch(enclosure, "pool", REFERRAL, DIGEST)
    await ohs.fetch(enclosure, "pool", REFERRAL, DIGEST)
    assert await refusal(read(ohs, enclosure)) == "object-absent"
    assert await kept(ohs) == []
    assert await ohs.aside(Wall().now() + timedelta(minutes=1)) == [("pool", DIGEST)]
    assert await ohs.aside(Wall().now() - timedelta(minutes=1)) == []
    await ohs.keep("pool", REFERRAL, DIGEST)
    await ohs.keep("pool", REFERRAL, DIGEST)
    assert await read(ohs, enclosure) == SCAN
    assert await ohs.aside(Wall().now() + timedelta(minutes=1)) == []


async def test_what_was_fetched_for_a_message_that_is_refused_is_removed_and_nothing_else(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    for digest in (DIGEST, OTHER):
        await ohs.fetch(enclosure, "pool", REFERRAL, digest)
    await ohs.release("pool", DIGEST)
    await ohs.release("pool", DIGEST)
    await ohs.keep("pool", REFERRAL, DIGEST)
    assert await kept(ohs) == []
    await ohs.keep("pool", REFERRAL, OTHER)
    assert await read(ohs, enclosure) == SCAN


async def test_what_was_accepted_is_not_replaced_by_what_another_message_names_alike(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    for digest in (DIGEST, OTHER):
        await ohs.fetch(enclosure, "pool", REFERRAL, digest)
    await ohs.keep("pool", REFERRAL, DIGEST)
    await ohs.keep("pool", REFERRAL, OTHER)
    assert await read(ohs, enclosure) == SCAN
    assert await ohs.aside(Wall().now() + timedelta(minutes=1)) == []


async def test_what_is_kept_is_not_fetched_again(sides):
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await keep(ohs, enclosure)
    await ohs.fetch(enclosure, "pool", REFERRAL, OTHER)
    assert await ohs.aside(Wall().now() + timedelta(minutes=1)) == []


@pytest.mark.parametrize("is_kept", [False, True])
async def test_what_is_here_under_a_name_stands_for_no_other_file_of_that_name(sides, is_kept):
    """A receipt says that a file is here: also of a second one that a partner names alike (R12)."""
    pool, ohs = sides
    enclosure = await laid_out(pool)
    await ohs.fetch(enclosure, "pool", REFERRAL, DIGEST)
    if is_kept:
        await ohs.keep("pool", REFERRAL, DIGEST)
    for change in ({"sha256": b64encode(bytes(32)).decode()}, {"key": b64encode(bytes(32)).decode()}):
        other = replace(enclosure, content=replace(enclosure.claim, **change))
        assert await refusal(ohs.fetch(other, "pool", REFERRAL, DIGEST)) == "object-damaged"
    assert await refusal(ohs.fetch(replace(enclosure, media_type=PNG), "pool", REFERRAL, DIGEST))
    await ohs.fetch(enclosure, "pool", REFERRAL, DIGEST)


async def test_files_of_a_partner_have_a_ceiling_and_small_ones_count_too(bounded):
    """Three MiB: one of 2.6 MB fills it; so do three of 14 bytes."""
    pool, ohs = bounded
    await ohs.fetch(await laid_out(pool), "pool", REFERRAL, DIGEST)
    assert await refusal(ohs.fetch(await laid_out(pool), "pool", REFERRAL, DIGEST)) == "objects-full"
    await ohs.release("pool", DIGEST)
    small = [await laid_out(pool, b"%PDF-1.7 %%EOF") for _ in range(4)]
    for enclosure in small[:3]:
        await keep(ohs, enclosure)
    assert await refusal(ohs.fetch(small[3], "pool", REFERRAL, DIGEST)) == "objects-full"
    await ohs.drop(REFERRAL)
    await keep(ohs, small[3])


async def test_the_files_of_one_partner_take_no_room_of_anothers(bounded):
    pool, ohs = bounded
    await keep(ohs, await laid_out(pool))
    other = type(pool)("other", pool._shared, Wall() if isinstance(pool, MemoryObjects) else pool._own)
    await keep(ohs, await laid_out(other), "other")
