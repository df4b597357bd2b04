"""Files on the command line: what may travel is told by its content, and what is taken out is whole and one's own."""

import stat
import sys
from types import SimpleNamespace

import pytest
import typer

from gateway.domain.enclosure import PDF, Enclosure
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DocumentRole
from gateway.entrypoints.cli import files
from gateway.entrypoints.cli.files import paper, read_attachments
from gateway.entrypoints.cli.output import new_file
from tests.support.messages import scan

NOWHERE = SimpleNamespace(objects=None)
PNG = scan("image/png", bytes(range(256)))


async def read(path):
    async with paper(NOWHERE, path) as made:
        return made


async def refused(path) -> str:
    with pytest.raises(RefusedError) as caught:
        await read(path)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "media_type"), [(b"%PDF-1.4\n...%%EOF", PDF), (b"\r\n%PDF-1.4\n%%EOF", PDF), (PNG, "image/png")]
)
async def test_a_file_is_what_its_beginning_says_whatever_its_name(tmp_path, content, media_type):
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    made = await read(path)
    assert isinstance(made, Enclosure)
    assert (made.media_type, made.size) == (media_type, len(content))


async def test_text_stays_text(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_text("Geen pdf, maar tekst: ß ë 👩‍⚕️\r\n", encoding="utf-8", newline="")
    assert await read(path) == "Geen pdf, maar tekst: ß ë 👩‍⚕️\r\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 a word processor's file \xff", "document-other-kind"),
        (b"MZ\x90\x00 a program \xff", "document-other-kind"),
        (b"na\xefve", "document-not-text"),
        (b"half a character \xe2\x82", "document-not-text"),
        (b"%PDF-1.4\n...", "document-truncated"),
        (b"", "document-blank"),
        (b" \n\t", "document-blank"),
        ("\u200b".encode(), "document-blank"),
    ],
)
async def test_what_may_not_travel_is_refused_with_a_way_out(tmp_path, content, code):
    path = tmp_path / "report"
    path.write_bytes(content)
    assert await refused(path) == code


async def test_a_file_that_is_not_there_or_far_too_large_is_refused_before_it_is_read(tmp_path):
    assert await refused(tmp_path / "absent.pdf") == "input-unreadable"
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.write(b"%PDF-")
        file.truncate(200 * 1024 * 1024)
    assert await refused(tmp_path / "huge.pdf") == "input-too-large"


async def test_standard_input_may_be_a_file_too(tmp_path, monkeypatch):
    path = tmp_path / "scan.png"
    path.write_bytes(PNG)
    with path.open("rb") as source:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=source))
        made = await read(files.STANDARD_INPUT)
    assert (made.media_type, made.size) == ("image/png", len(PNG))


async def test_attachments_name_their_kind(tmp_path):
    path = tmp_path / "work.txt"
    path.write_text("Ploegendienst.", encoding="utf-8")
    async with read_attachments(NOWHERE, [f"work-circumstances={path}"]) as made:
        assert made == {DocumentRole.WORK_CIRCUMSTANCES: "Ploegendienst."}
    for wrong in (str(path), f"report={path}", f"contested-feedback={path}"):
        with pytest.raises(typer.BadParameter):
            async with read_attachments(NOWHERE, [wrong]):
                pass


def test_what_is_taken_out_is_for_its_owner_alone_and_never_over_another_file(tmp_path):
    path = tmp_path / "report.pdf"
    with new_file(path) as target:
        target.write(PNG)
        assert not path.exists()
    assert path.read_bytes() == PNG
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(RefusedError) as caught, new_file(path):
        pass
    assert caught.value.code == "file-exists"
    assert path.read_bytes() == PNG


@pytest.mark.parametrize("place", ["report.pdf.half", "a-file/report.pdf", "nowhere/report.pdf"])
def test_nothing_of_others_is_written_over_or_removed(tmp_path, place):
    (tmp_path / "a-file").write_text("mine", encoding="utf-8")
    (tmp_path / "report.pdf.half").write_text("mine", encoding="utf-8")
    with pytest.raises(RefusedError) as caught, new_file(tmp_path / place.removesuffix(".half")):
        pass
    assert caught.value.code == "output-not-writable"
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"mine"}


def test_what_failed_half_way_leaves_nothing_behind(tmp_path):
    def fail():
        with new_file(tmp_path / "report.pdf") as target:
            target.write(PNG)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []
