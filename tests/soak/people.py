"""People at all desks: so many cases at a time, each by a course of its own, until it is time to stop."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import cycle

from gateway.domain.case import fold
from gateway.domain.errors import TemporaryError
from gateway.ports.services import Services
from tests.support.courses import COURSES, Played, play
from tests.support.ledger import Book
from tests.support.world import OHS


class People:
    """They begin a case when another one ends.

    Attributes:
        begun: How many cases.
        busy: The course of each case that is under way.
        messages: How many messages the cases had that came to their end.
        played: What they were.

    Args:
        offices: Of all parties.
        at_once: How many cases are under way at a time.
        pause: Seconds between two looks of one person, on average.
    """

    def __init__(self, offices: Mapping[str, Services], at_once: int, pause: float) -> None:
        self._offices = offices
        self._at_once = at_once
        self._pause = pause
        self._courses = cycle(COURSES)
        self.begun = 0
        self.busy: dict[str, str] = {}
        self.messages = 0
        self.played: list[Played] = []

    async def work(self, until: asyncio.Event) -> None:
        """Begin cases until the event is set, and bring what was begun to its end."""
        async with asyncio.TaskGroup() as desks:
            for _ in range(self._at_once):
                desks.create_task(self._desk(until))

    async def _desk(self, until: asyncio.Event) -> None:
        while not until.is_set():
            course = next(self._courses)
            self.begun += 1
            case_id = f"SO-SOAK-{self.begun:06d}"
            ohs = self._offices[OHS.party_id]
            self.busy[case_id] = course
            self.played.append(await play(ohs, self._offices, course, case_id, self._pause))
            del self.busy[case_id]
            self.messages += await _messages_of(ohs, case_id)

    def unended(self, books: Collection[Book]) -> list[Played]:
        """Cases whose last referral is at no end of their course."""
        (ohs,) = (book for book in books if book.party_id == OHS.party_id)
        return [one for one in self.played if not one.has_ended(fold(one.case_id, ohs.journals[one.case_id]))]

    @property
    def courses(self) -> Counter[str]:
        """How many of each course came to their end."""
        return Counter(one.course for one in self.played)


async def _messages_of(ohs: Services, case_id: str) -> int:
    """How many messages left their step in a case, whoever said them; 0 when the store cannot tell now."""
    try:
        async with ohs.store.look() as work:
            return len({step.message_id for step in await work.steps(case_id) if step.message_id})
    except TemporaryError:
        return 0
