"""Files on their way: what a person hands over becomes part of a document, and what came along is kept (R12, R28).

What fits travels inside the message. What does not is laid out first, and taken back when the message is refused. At
the other side it is fetched before the message takes effect, so that a receipt says of a file, too, that it is here.
It lies aside until then, is kept in the unit of work that accepts the message, and removed when the message is refused.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from gateway.domain.ceilings import Ceiling
from gateway.domain.document_content import check_document
from gateway.domain.enclosure import INLINE_BYTES, TEXT, Enclosure
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.messages import Document, DocumentRole, Message, documents_of
from gateway.domain.protocol import PROTOCOL
from gateway.domain.size_class import decoy_id
from gateway.domain.steps import Actor
from gateway.ports.objects import ObjectStore
from gateway.ports.services import Services

FULL = "objects-full"
Paper = str | Enclosure
"""What a document consists of: a text, or a file."""

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A file as a person hands it over.

    Attributes:
        media_type: One that may travel.
        size: In bytes, at most ``LARGEST_BYTES``.
        source: Open for reading, at its beginning.
    """

    media_type: str
    size: int
    source: BinaryIO


def handed_over(source: BinaryIO, where: str = "") -> HandedOver:
    """Tell a file by its content, and take it when the other side can read it.

    Args:
        source: Open for reading, and can be read twice.
        where: A place the reader can go to.

    Raises:
        RefusedError: As ``check_document``.
    """
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    media_type = check_document(iter(lambda: source.read(_PIECE), b""), where=where)
    source.seek(0)
    return HandedOver(media_type, size, source)


@asynccontextmanager
async def enclosed(services: Services, file: HandedOver, most: int = INLINE_BYTES) -> AsyncIterator[Paper]:
    """Make a file ready to travel, for as long as the message that names it is being made.

    Args:
        services: Ours.
        file: What was handed over.
        most: What is larger, in bytes, lies beside the message.

    Raises:
        OperatorError: ``objects-not-set``: it is too large for a message, and there is nowhere to lay it.
    """
    if file.size > most:
        claim = await objects_of(services).put(file.source)
        try:
            yield Enclosure(file.media_type, file.size, claim)
        except RefusedError:
            # Only then it is certain that no message names it; what nobody fetches is taken back when its term ends.
            await objects_of(services).remove(claim)
            raise
        return
    content = file.source.read(INLINE_BYTES)
    if file.media_type == TEXT:
        yield content.decode("utf-8")
    else:
        yield Enclosure(file.media_type, len(content), b64encode(content).decode("ascii"))


@asynccontextmanager
async def fitting(services: Services, paper: Paper) -> AsyncIterator[Paper]:
    """Move what would not fit the common size of its kind beside the message, for as long as that is being made (R41).

    Raises:
        OperatorError: ``objects-not-set``: there is nowhere to lay it.
        RefusedError: As ``check_document``.
    """
    content = _inline(paper)
    if content is None or len(content) <= services.terms.common_size // 2:
        yield paper
        return
    media_type = TEXT if isinstance(paper, str) else paper.media_type
    check_document((content,), declared=media_type)
    async with enclosed(services, HandedOver(media_type, len(content), BytesIO(content)), most=0) as beside:
        yield beside


def _inline(paper: Paper) -> bytes | None:
    """What travels inside the message; None for a file that lies beside it."""
    if isinstance(paper, str):
        return paper.encode("utf-8")
    return b64decode(paper.content) if isinstance(paper.content, str) else None


def document_of(services: Services, role: DocumentRole, paper: Paper, by: Actor | None = None) -> Document:
    """A document that is made now."""
    text, enclosure = (paper, None) if isinstance(paper, str) else ("", paper)
    author = by.name if by else None
    return Document(services.new_id(), role, text, services.clock.now(), author, enclosure)


def enclosures_of(message: Message) -> list[Enclosure]:
    """The files that lie beside a message."""
    enclosed_in = (document.enclosure for document in documents_of(message.content))
    return [enclosure for enclosure in enclosed_in if enclosure is not None and enclosure.claim is not None]


def is_with_decoy(message: Message) -> bool:
    """Tell whether a decoy lies beside a message, where there is a place for files."""
    return PROTOCOL[message.kind].shares_size and not enclosures_of(message)


async def lay_decoy(services: Services, message: Message, digest: str) -> None:
    """Lay out a decoy for a message whose kind must not show by a file, and that has none (R41).

    Raises:
        OperatorError: It cannot be written there; then the message does not go either.
    """
    if services.objects is not None and is_with_decoy(message):
        await services.objects.lay_decoy(decoy_id(digest))


async def fetch_enclosures(services: Services, message: Message, digest: str) -> None:
    """Fetch what lies beside a message that came; it lies aside until the message has its effect.

    A decoy is read as a file is read, so that nobody sees which it was.

    Raises:
        OperatorError, TemporaryError: It cannot be fetched now.
        RefusedError: It is not what the message says, or nothing that can be read here; then nothing is left of it.
    """
    try:
        for enclosure in enclosures_of(message):
            await objects_of(services).fetch(enclosure, message.sender, message.referral_id or "", digest)
    except RefusedError as error:
        await objects_of(services).release(message.sender, digest)
        if error.code == FULL:
            services.reached.note(message.sender, Ceiling.FILES, services.clock.now())
        raise
    if services.objects is not None and is_with_decoy(message):
        await services.objects.fetch_decoy(decoy_id(digest), message.sender)


async def keep_enclosures(services: Services, message: Message, digest: str) -> None:
    """Keep what was fetched for a message that has its effect now, in the unit of work that writes it.

    When that unit of work fails after this, the files are kept with their referral all the same, until its case ends.

    Raises:
        OperatorError: They cannot be kept.
    """
    if enclosures_of(message):
        await objects_of(services).keep(message.sender, message.referral_id or "", digest)


async def release_enclosures(services: Services, messages: Iterable[tuple[str, str]]) -> None:
    """Remove what was fetched for messages that have no effect, by sender and digest."""
    for sender, digest in messages if services.objects is not None else ():
        await objects_of(services).release(sender, digest)


async def write_document(services: Services, document: Document, referral_id: str, target: BinaryIO) -> None:
    """Write what a document consists of: its text in UTF-8, or its file.

    Raises:
        OperatorError, TemporaryError, RefusedError: A file that lay beside its message cannot be read.
    """
    enclosure = document.enclosure
    if enclosure is None:
        target.write(document.text.encode("utf-8"))
    elif isinstance(enclosure.content, str):
        target.write(b64decode(enclosure.content))
    else:
        await objects_of(services).read(enclosure, referral_id, target)


def objects_of(services: Services) -> ObjectStore:
    """Where large files lie; raises OperatorError when the settings name no place."""
    if services.objects is None:
        raise OperatorError(
            "objects-not-set",
            "A file of this size travels beside its message, and no place is set for it.",
            where="[objects] directory",
            remedy="Name a directory there that both gateways reach.",
        )
    return services.objects
