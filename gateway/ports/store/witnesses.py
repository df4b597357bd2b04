"""Keep signed checkpoints: our own, and those of partners, who are held to what they signed."""

from typing import Protocol

from gateway.domain.checkpoint import SignedCheckpoint


class Witnesses(Protocol):
    """Signed checkpoints, our own and those of partners."""

    async def save_checkpoint(self, signed: SignedCheckpoint) -> None:
        """Keep a signed checkpoint of our own; a second one of the same size takes the place of the first."""
        ...

    async def newest_checkpoint(self) -> SignedCheckpoint | None:
        """The signed checkpoint of our own with the largest size."""
        ...

    async def signed_checkpoints(self) -> list[SignedCheckpoint]:
        """All signed checkpoints of our own, smallest first."""
        ...

    async def save_witnessed(self, partner: str, signed: SignedCheckpoint) -> bool:
        """Keep a partner's checkpoint; False when one of that size, root and time is kept already."""
        ...

    async def witnessed(self, partner: str) -> list[SignedCheckpoint]:
        """All checkpoints of a partner that we hold, smallest first."""
        ...

    async def newest_witnessed(self, partner: str) -> SignedCheckpoint | None:
        """The one with the largest size, and of these the one signed last."""
        ...

    async def contradicting(self, partner: str, signed: SignedCheckpoint) -> SignedCheckpoint | None:
        """A checkpoint of the partner that contradicts this one (``gateway.domain.checkpoint.contradicts``), if any."""
        ...

    async def split_views(self) -> list[str]:
        """Partners of whose journal we hold two different roots of one size."""
        ...
