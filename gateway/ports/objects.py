"""The object store: where files lie that are too large for a message, each sealed under a key of its own."""

from datetime import datetime
from typing import BinaryIO, Protocol

from gateway.domain.enclosure import Claim, Enclosure


class ObjectStore(Protocol):
    """Lays files where the recipient reaches them, and keeps those that came.

    Whoever runs it sees sealed bytes, their padded size (``file_size_class``) and a random name. The key travels in the
    message only.
    """

    async def put(self, source: BinaryIO) -> Claim:
        """Seal a file under a new key and lay it out; memory use does not grow with its size.

        Raises:
            OperatorError: It cannot be written there.
        """
        ...

    async def lay_decoy(self, object_id: str) -> None:
        """Lay out a file of the common size that nobody can open, under that name; twice is as once.

        Raises:
            OperatorError: It cannot be written there.
        """
        ...

    async def fetch_decoy(self, object_id: str, sender: str) -> None:
        """Read what a partner laid out for the eye, as a file would be read, and keep nothing; absent is fine."""
        ...

    async def fetch(self, enclosure: Enclosure, sender: str, referral_id: str, digest: str) -> None:
        """Copy what a partner laid out for us, once it opened whole; it lies aside until its message has its effect.

        Twice is as once, and what is kept already is not copied again.

        Args:
            enclosure: What came along.
            sender: The partner.
            referral_id: Of the conversation.
            digest: Of the message.

        Raises:
            TemporaryError: ``object-absent``: it is not there, or not yet; ``object-slow``: it was not read in time.
            RefusedError: ``object-damaged``: it does not open, or is not what the claim says; ``object-not-a-file``;
                ``objects-full``: so much is kept of this partner that it has reached its ceiling. Or as
                ``check_document``: it is not of the declared media type, or cannot be read here.
        """
        ...

    async def keep(self, sender: str, referral_id: str, digest: str) -> None:
        """Keep what was fetched for a message, which has its effect now; nothing there is fine.

        The copies of a referral are kept, and dropped, together.

        Raises:
            OperatorError: They cannot be kept.
        """
        ...

    async def release(self, sender: str, digest: str) -> None:
        """Remove what was fetched for a message that has no effect; nothing there is fine."""
        ...

    async def aside(self, before: datetime) -> list[tuple[str, str]]:
        """Sender and digest of the messages for which something was fetched before an instant and lies aside still."""
        ...

    async def read(self, enclosure: Enclosure, referral_id: str, target: BinaryIO) -> None:
        """Write the clear bytes of a file that we kept, or laid out ourselves.

        Raises:
            TemporaryError, RefusedError: As ``fetch``. What was written to the target by then is worthless.
        """
        ...

    async def remove(self, claim: Claim) -> None:
        """Take back what we laid out; nothing there is fine."""
        ...

    async def expire(self, before: datetime, *, is_trial: bool = False) -> int:
        """Take back all that we laid out before an instant, or only count it; returns how many."""
        ...

    async def kept(self, before: datetime) -> list[str]:
        """The referrals of which all copies we keep came before an instant."""
        ...

    async def drop(self, referral_id: str) -> None:
        """Remove the copies of a referral; nothing there is fine."""
        ...
