"""The directory for large documents: sealed on the disk, whole or not at all, for nobody else's eyes."""

import io
import stat

import pytest

from adapters.objects import DirectoryObjects
from gateway.domain.enclosure import PDF, Enclosure
from gateway.domain.errors import OperatorError, RefusedError

REFERRAL = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"
CONTENT = b"%PDF-1.7 " + b"MERKTEKEN " * 300_000 + b"%%EOF"


@pytest.fixture
def shared(tmp_path):
    return tmp_path / "shared"


def store(party, tmp_path):
    return DirectoryObjects(party, tmp_path / "shared", tmp_path / party)


async def laid_out(tmp_path):
    return Enclosure(PDF, len(CONTENT), await store("pool", tmp_path).put(io.BytesIO(CONTENT)))


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_nothing_on_the_disk_can_be_read_without_the_claim(tmp_path):
    enclosure = await laid_out(tmp_path)
    await store("ohs", tmp_path).keep(enclosure, "pool", REFERRAL)
    for path in files(tmp_path):
        assert path.name == enclosure.claim.object_id
        assert b"MERKTEKEN" not in path.read_bytes()
        assert not stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("where", [0, 100, 1_500_000, -1])
async def test_a_changed_byte_anywhere_is_refused_and_nothing_is_kept(tmp_path, shared, where):
    enclosure = await laid_out(tmp_path)
    (path,) = files(shared)
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        await store("ohs", tmp_path).keep(enclosure, "pool", REFERRAL)
    assert caught.value.code == "object-damaged"
    assert files(tmp_path / "ohs") == []


@pytest.mark.parametrize("cut", [0, 1, 56, 1_000_000, -1])
async def test_a_file_that_was_cut_off_is_refused(tmp_path, shared, cut):
    enclosure = await laid_out(tmp_path)
    (path,) = files(shared)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(RefusedError):
        await store("ohs", tmp_path).keep(enclosure, "pool", REFERRAL)


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
