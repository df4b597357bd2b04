"""Decide which partner a recipient text reaches, and which texts a partner may serve (R8, R25)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.contract import organisation_of
from gateway.domain.directory import is_id, normal

LONGEST_RECIPIENT: Final = 100
"""Characters of a recipient text."""
MOST_RECIPIENTS: Final = 100
"""How many recipient texts one party serves besides its id."""


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """What leads to one party.

    Attributes:
        party_id: Its id, which is always a recipient text of its own.
        name: As people know it.
        recipients: Recipient texts it serves besides.
    """

    party_id: str
    name: str
    recipients: tuple[str, ...] = ()

    @property
    def routes(self) -> tuple[str, ...]:
        """Every recipient text that is sent to it."""
        return (self.party_id, *self.recipients)


@dataclass(frozen=True, slots=True)
class RouteConflict:
    """One text that would lead to two parties.

    Attributes:
        text: As the party that was asked about says it: a recipient text, its id or its name.
        party_id: Who has it too.
    """

    text: str
    party_id: str


def is_recipient(text: str) -> bool:
    """Tell whether a text may be a recipient: ``organisation`` or ``organisation/person`` in ASCII, and bounded."""
    return fault_of_recipient(text) is None


def fault_of_recipient(text: str) -> str | None:
    """Say what keeps a text from being a recipient, without quoting it; None where nothing does."""
    return next((fault for fault, has in _FAULTS if has(text)), None)


_FAULTS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("is nothing", lambda text: not text),
    ("are blanks", lambda text: bool(set(text) & set(" \t\n\r"))),
    ("is a comma; give each text by itself", lambda text: "," in text),
    ("are letters or signs outside ASCII, as accents are", lambda text: not text.isascii()),
    (f"are more than {LONGEST_RECIPIENT} characters", lambda text: len(text) > LONGEST_RECIPIENT),
    ("is more than one slash", lambda text: text.count("/") > 1),
    ("is a part or a sign that does not belong there", lambda text: not is_id(text)),
)


def reached(entries: Iterable[RouteEntry], recipient: str) -> list[RouteEntry]:
    """List whom a recipient text leads to, in any letters: by itself, or by the organisation it names."""
    names = {normal(recipient), normal(organisation_of(recipient))}
    return [entry for entry in entries if not names.isdisjoint(map(normal, entry.routes))]


def conflicts(entry: RouteEntry, others: Sequence[RouteEntry]) -> list[RouteConflict]:
    """List what an entry has in common with others: a recipient text, or one that is the other's name (R8).

    An organisation and a person at it are in common: who serves the one would get what was meant for the other.
    """
    found = (RouteConflict(text, other.party_id) for other in others for text in _in_common(entry, other))
    return list(dict.fromkeys(found))


def conflicts_among(entries: Sequence[RouteEntry]) -> list[RouteConflict]:
    """List what the entries have in common, each pair once."""
    return [found for place, entry in enumerate(entries) for found in conflicts(entry, entries[:place])]


def _in_common(entry: RouteEntry, other: RouteEntry) -> Iterator[str]:
    theirs = {normal(text) for text in other.routes}
    taken = theirs | {organisation_of(text) for text in theirs} | {normal(other.name)}
    for text in entry.routes:
        if normal(text) in taken or organisation_of(normal(text)) in theirs:
            yield text
    if normal(entry.name) in theirs | {normal(other.name)}:
        yield entry.name
