"""The directory for large documents: sealed on the disk, whole or not at all, for nobody else's eyes."""

import asyncio
import errno
import io
import os
import socket
import stat
import threading
from base64 import b64encode
from collections import deque
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.objects import DirectoryObjects
from adapters.objects import directory as directory_module
from adapters.objects import files as files_module
from adapters.objects.sealing import Sealing, resealed, sealed_size
from gateway.domain.ceilings import Ceilings
from gateway.domain.enclosure import LARGEST_BYTES, PDF, Claim, Enclosure
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from gateway.domain.size_class import file_size_class

REFERRAL = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"
DIGEST = "d" * 64
CONTENT = b"%PDF-1.7 " + b"MERKTEKEN " * 300_000 + b"%%EOF"


@pytest.fixture
def shared(tmp_path):
    return tmp_path / "shared"


def store(party, tmp_path):
    return DirectoryObjects(party, tmp_path / "shared", tmp_path / party)


async def keep(ohs, enclosure):
    await ohs.fetch(enclosure, "pool", REFERRAL, DIGEST)
    await ohs.keep("pool", REFERRAL, DIGEST)


async def laid_out(tmp_path):
    return Enclosure(PDF, len(CONTENT), await store("pool", tmp_path).put(io.BytesIO(CONTENT)))


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_nothing_on_the_disk_can_be_read_without_the_claim(tmp_path):
    enclosure = await laid_out(tmp_path)
    await keep(store("ohs", tmp_path), enclosure)
    for path in files(tmp_path):
        assert path.name == enclosure.claim.object_id
        assert b"MERKTEKEN" not in path.read_bytes()
        assert not stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO
    assert len(files(tmp_path)) == 2
    ours = [tmp_path / "ohs", *(path for path in (tmp_path / "ohs").rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in ours} == {0o700}


@pytest.mark.parametrize("where", [0, 100, 1_500_000, -1])
async def test_a_changed_byte_anywhere_is_refused_and_nothing_is_kept(tmp_path, shared, where):
    enclosure = await laid_out(tmp_path)
    (path,) = files(shared)
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        await keep(store("ohs", tmp_path), enclosure)
    assert caught.value.code == "object-damaged"
    assert files(tmp_path / "ohs") == []


@pytest.mark.parametrize("cut", [0, 1, 56, 1_000_000, -1])
async def test_a_file_that_was_cut_off_is_refused(tmp_path, shared, cut):
    enclosure = await laid_out(tmp_path)
    (path,) = files(shared)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(RefusedError):
        await keep(store("ohs", tmp_path), enclosure)


class Broken(io.BytesIO):
    """A disk that fails in the middle of reading."""

    def read(self, size=-1):
        if self.tell() > 1_000_000:
            raise OSError
        return super().read(size)


async def test_a_file_that_could_not_be_written_whole_is_not_there(tmp_path, shared):
    with pytest.raises(OperatorError) as caught:
        await store("pool", tmp_path).put(Broken(CONTENT))
    assert caught.value.code == "objects-unusable"
    assert files(shared) == []


# A partner may put there whatever it likes


NAME = "11111111-1111-4111-8111-111111111111"


def planted(size=2_000_000) -> Enclosure:
    """What a message says of a file that is none."""
    key = b64encode(bytes(32)).decode()
    return Enclosure(PDF, size, Claim(NAME, key, key))


def pipe(place, _):
    os.mkfifo(place)


def directory(place, _):
    place.mkdir()


def socket_there(place, _):
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        here = Path.cwd()
        os.chdir(place.parent)  # the path of a socket may be no longer than 108 bytes
        try:
            listening.bind(place.name)
        finally:
            os.chdir(here)


def link_to_our_own(place, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"%PDF-1.7 of the arbodienst itself %%EOF")
    place.symlink_to(secret)


def link_to_another_partners(place, tmp_path):
    others = tmp_path / "shared" / "other-pool"
    others.mkdir()
    (others / NAME).write_bytes(b"sealed for somebody else")
    place.symlink_to(others / NAME)


def link_to_a_device(place, _):
    place.symlink_to("/dev/zero")


def link_to_itself(place, _):
    place.symlink_to(place)


NO_FILES = [pipe, directory, socket_there, link_to_our_own, link_to_another_partners, link_to_a_device, link_to_itself]


@pytest.mark.parametrize("plant", NO_FILES)
async def test_what_is_no_file_is_neither_waited_for_nor_followed(tmp_path, plant):
    place = tmp_path / "shared" / "pool" / NAME
    place.parent.mkdir(parents=True)
    plant(place, tmp_path)
    with pytest.raises(RefusedError) as caught:
        await asyncio.wait_for(keep(store("ohs", tmp_path), planted()), 5)
    assert caught.value.code == "object-not-a-file"
    assert files(tmp_path / "ohs") == []


async def test_a_folder_that_is_a_link_is_not_followed(tmp_path, shared):
    """The whole folder of a partner may be a link to another's."""
    enclosure = await laid_out(tmp_path)
    (shared / "evil").symlink_to(shared / "pool")
    with pytest.raises(RefusedError) as caught:
        await store("ohs", tmp_path).fetch(enclosure, "evil", REFERRAL, DIGEST)
    assert caught.value.code == "object-not-a-file"


async def test_a_hard_link_to_another_partners_file_does_not_open(tmp_path, shared):
    enclosure = await laid_out(tmp_path)
    (shared / "evil").mkdir()
    (shared / "evil" / NAME).hardlink_to(shared / "pool" / enclosure.claim.object_id)
    stolen = replace(planted(enclosure.size), content=replace(planted().claim, object_id=NAME))
    with pytest.raises(RefusedError) as caught:
        await store("ohs", tmp_path).fetch(stolen, "evil", REFERRAL, DIGEST)
    assert caught.value.code == "object-damaged"


async def test_a_file_of_another_length_is_refused_before_it_is_read(tmp_path, shared, monkeypatch):
    """Eight TiB that take no room on the disk; and a byte more or less."""
    place = shared / "pool" / NAME
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(directory_module, "whole_file", None)  # nothing is read without writing it
    for length in (8 * 1024**4, 2_000_000, 0):
        with place.open("wb") as file:
            file.truncate(length)
        with pytest.raises(RefusedError) as caught:
            await keep(store("ohs", tmp_path), planted())
        assert caught.value.code == "object-damaged"


async def test_a_message_that_names_more_than_may_travel_is_refused_before_it_is_read(tmp_path, shared, monkeypatch):
    monkeypatch.setattr(directory_module, "whole_file", None)
    place = shared / "pool" / NAME
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        file.truncate(sealed_size(LARGEST_BYTES + 1))
    with pytest.raises(RefusedError) as caught:
        await keep(store("ohs", tmp_path), planted(LARGEST_BYTES + 1))
    assert caught.value.code == "object-damaged"
    assert files(tmp_path / "ohs") == []


@pytest.mark.parametrize("size", [0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 3_000_000])
def test_the_length_of_a_sealed_file_follows_from_that_of_the_clear_one(size):
    claim = Claim(str(uuid4()), b64encode(bytes(32)).decode(), "")
    alone = io.BytesIO()
    deque(resealed(iter([bytes(size)]), claim, alone), maxlen=0)
    assert len(alone.getvalue()) == sealed_size(size)
    assert sum(map(len, Sealing(io.BytesIO(bytes(size))).pieces())) == sealed_size(file_size_class(size))


async def test_a_file_that_may_not_be_read_is_not_there(tmp_path, shared, monkeypatch):
    enclosure = await laid_out(tmp_path)

    def forbidden(*_, **__):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(files_module, "_opened", forbidden)
    with pytest.raises(TemporaryError) as caught:
        await keep(store("ohs", tmp_path), enclosure)
    assert caught.value.code == "object-absent"


@pytest.fixture
def slow(monkeypatch):
    """A disk that does not answer for one partner until it is let go; says how many threads wait for it."""
    answers, waiting = threading.Event(), []
    opens = files_module.open_regular

    def stuck(path):
        if path.parent.name == "evil":
            waiting.append(threading.current_thread())
            assert answers.wait(20)
        return opens(path)

    monkeypatch.setattr(directory_module, "open_regular", stuck)
    yield waiting
    answers.set()


async def test_a_disk_that_does_not_answer_for_one_partner_stops_no_other(tmp_path, slow):
    ohs = DirectoryObjects("ohs", tmp_path / "shared", tmp_path / "ohs", Ceilings(file_seconds=1, files_at_once=2))
    evil = [asyncio.create_task(ohs.fetch(planted(), "evil", REFERRAL, f"{n:064x}")) for n in range(40)]
    await asyncio.sleep(0.1)
    await asyncio.wait_for(keep(ohs, await laid_out(tmp_path)), 0.8)
    await asyncio.wait_for(asyncio.to_thread(int), 0.5)
    outcomes = await asyncio.gather(*evil, return_exceptions=True)
    assert {getattr(outcome, "code", outcome) for outcome in outcomes} == {"object-slow"}
    assert len(slow) == 2, "a thread per place, however many wait"
    assert all(thread.daemon for thread in slow), "none of them keeps the process from ending"


async def test_a_thread_that_comes_back_gives_its_place_to_the_next(tmp_path, slow):
    ohs = DirectoryObjects("ohs", tmp_path / "shared", tmp_path / "ohs", Ceilings(file_seconds=0.2, files_at_once=1))
    with pytest.raises(TemporaryError):
        await ohs.fetch(planted(), "evil", REFERRAL, DIGEST)
    with pytest.raises(TemporaryError):
        await ohs.fetch(planted(), "evil", REFERRAL, DIGEST)
    assert len(slow) == 1


async def test_a_disk_that_answers_ever_so_slowly_is_left_at_the_deadline(tmp_path, monkeypatch):
    """Each piece comes, and all of them take too long: the thread ends too."""
    enclosure = await laid_out(tmp_path)
    ohs = DirectoryObjects("ohs", tmp_path / "shared", tmp_path / "ohs", Ceilings(file_seconds=60))
    hours = iter(range(0, 3600 * 100, 3600))
    monkeypatch.setattr(directory_module, "monotonic", lambda: next(hours))
    with pytest.raises(TemporaryError) as caught:
        await keep(ohs, enclosure)
    assert caught.value.code == "object-slow"
    assert files(tmp_path / "ohs") == []


async def test_copies_from_before_there_were_folders_of_partners_are_read_and_dropped(tmp_path):
    enclosure = await laid_out(tmp_path)
    ohs = store("ohs", tmp_path)
    await keep(ohs, enclosure)
    (tmp_path / "ohs" / "kept" / "pool" / REFERRAL).rename(tmp_path / "ohs" / REFERRAL)
    target = io.BytesIO()
    await ohs.read(enclosure, REFERRAL, target)
    assert target.getvalue() == CONTENT
    assert await ohs.kept(datetime.now(UTC) + timedelta(minutes=1)) == [REFERRAL]
    await ohs.drop(REFERRAL)
    assert files(tmp_path / "ohs") == []


@pytest.mark.parametrize("padding", [b"verborgen", b"\0" * 9 + b"x"])
async def test_what_stands_behind_a_file_is_nothing_but_zeros(tmp_path, padding):
    """R28: no second content travels behind the one that the message tells of."""
    pool, ohs = store("pool", tmp_path), store("ohs", tmp_path)
    claim = await pool.put(io.BytesIO(CONTENT + padding))
    told = replace(claim, sha256=b64encode(sha256(CONTENT).digest()).decode("ascii"))
    with pytest.raises(RefusedError) as caught:
        await keep(ohs, Enclosure(PDF, len(CONTENT), told))
    assert caught.value.code == "object-damaged"


async def test_only_the_last_part_of_a_path_in_the_settings_is_made(tmp_path):
    enclosure = await laid_out(tmp_path)
    lost = DirectoryObjects("ohs", tmp_path / "shared", tmp_path / "mistyped" / "documents")
    with pytest.raises(OperatorError) as caught:
        await lost.fetch(enclosure, "pool", REFERRAL, DIGEST)
    assert (caught.value.code, caught.value.where) == ("objects-folder-missing", "[objects] own_folder")
    lost = DirectoryObjects("ohs", tmp_path / "mistyped" / "shared", tmp_path / "ohs")
    for lay in (lost.put(io.BytesIO(CONTENT)), lost.lay_decoy(str(uuid4()))):
        with pytest.raises(OperatorError) as caught:
            await lay
        assert (caught.value.code, caught.value.where) == ("objects-folder-missing", "[objects] directory")
    assert not (tmp_path / "mistyped").exists()
