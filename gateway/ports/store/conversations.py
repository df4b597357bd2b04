"""Keep which case and which partner a referral belongs to."""

from collections.abc import Collection
from typing import Protocol


class Conversations(Protocol):
    """Which case and which partner a referral belongs to."""

    async def bind_referral(self, referral_id: str, case_id: str, partner: str, *, is_new: bool = False) -> None:
        """Note which case and partner a conversation belongs to; idempotent for the same values.

        One that begins here, under an id that was just made (``is_new``), is not looked for; should the id be taken
        all the same, that comes up when it is written.

        Raises:
            RefusedError: ``referral-bound``: it belongs to another case or partner.
            OperatorError: ``store-conflict``: it is not new.
        """
        ...

    async def case_of_referral(self, referral_id: str) -> str | None:
        """The case a referral belongs to, from what ``bind_referral`` noted."""
        ...

    async def cases_of_referrals(self, referral_ids: Collection[str]) -> dict[str, str]:
        """The same for several, without those that belong to none; known afterwards, as is their partner."""
        ...

    async def partner_of_referral(self, referral_id: str) -> str | None:
        """The partner of a conversation; no other party may speak in it."""
        ...
