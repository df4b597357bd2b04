"""What one measurement is to do: everything a worker process needs to know, as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

SENDER, RECEIVER = "arbo-a", "pool-x"
"""The two parties; also their users on the broker."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One measurement of the whole way.

    Attributes:
        version: ``gateway``, ``peer`` or ``floor``.
        folder: Where the two sides keep their files.
        stores: SQLAlchemy URL of each side's database, by party.
        brokers: AMQP URL per party (with its password); ``admin`` for versions with queues of their own.
        count: Referrals.
        senders, receivers: Processes per side.
        per_second: Referrals per second that are started; None for as many as it can.
    """

    version: str
    folder: str
    stores: dict[str, str]
    brokers: dict[str, str]
    count: int
    senders: int = 1
    receivers: int = 1
    per_second: float | None = None

    def share(self, index: int) -> range:
        """The referrals of one sender process."""
        return range(index, self.count, self.senders)

    def save(self) -> Path:
        """Write it where the workers find it."""
        file = Path(self.folder) / "plan.json"
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return file

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read it back."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))
