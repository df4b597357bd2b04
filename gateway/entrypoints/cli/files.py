"""Documents that people hand over or take out: text, PDF or image, small or large."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from gateway.domain.enclosure import LARGEST_BYTES
from gateway.domain.errors import RefusedError, reason_of
from gateway.domain.messages import DocumentRole
from gateway.entrypoints.cli.arguments import STANDARD_INPUT

if TYPE_CHECKING:
    from gateway.application.enclose_files import HandedOver, Paper
    from gateway.ports.services import Services

ATTACHABLE = (DocumentRole.MEDICAL_DATA, DocumentRole.WORK_CIRCUMSTANCES, DocumentRole.REASONING)
_PIECE = 1024 * 1024


@asynccontextmanager
async def paper(services: "Services", path: Path) -> AsyncIterator["Paper"]:
    """What a document consists of, for as long as its message is being made.

    Raises:
        RefusedError: ``input-unreadable``, ``input-too-large``, or as ``check_document``.
    """
    from gateway.application.enclose_files import enclosed

    with _handed_over(path) as file:
        async with enclosed(services, file) as made:
            yield made


@asynccontextmanager
async def read_attachments(
    services: "Services", given: list[str] | None
) -> AsyncIterator[Mapping[DocumentRole, "Paper"]]:
    """The same for the ``KIND=FILE`` options of ``--attach``."""
    async with AsyncExitStack() as stack:
        yield {role: await stack.enter_async_context(paper(services, path)) for role, path in _attached(given)}


def _attached(given: list[str] | None) -> Iterator[tuple[DocumentRole, Path]]:
    for text in given or ():
        kind, separator, file = text.partition("=")
        if not separator or kind not in {role.value for role in ATTACHABLE}:
            known = ", ".join(ATTACHABLE)
            raise typer.BadParameter(f"not KIND=FILE with a kind of: {known}", param_hint="--attach")
        yield DocumentRole(kind), Path(file)


@contextmanager
def _handed_over(path: Path) -> Iterator["HandedOver"]:
    from gateway.application.enclose_files import handed_over

    try:
        with _opened(path) as source:
            _check_size(source.seek(0, os.SEEK_END), path)
            yield handed_over(source, str(path))
    except OSError as error:
        raise RefusedError(
            "input-unreadable",
            f"It cannot be read ({reason_of(error)}).",
            where=str(path),
            remedy="Name a file that exists and is yours, or - for standard input.",
        ) from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file that can be read twice; standard input is set aside in a file without a name."""
    if path != STANDARD_INPUT:
        with path.open("rb") as source:
            yield source
        return
    with tempfile.TemporaryFile() as aside:
        while piece := sys.stdin.buffer.read(_PIECE):
            aside.write(piece)
            _check_size(aside.tell(), path)
        yield aside


def _check_size(size: int, path: Path) -> None:
    if size > LARGEST_BYTES:
        raise RefusedError(
            "input-too-large",
            f"It is larger than {LARGEST_BYTES // 1024 // 1024} MiB.",
            where=str(path),
            remedy="Send less, or in parts.",
        )
