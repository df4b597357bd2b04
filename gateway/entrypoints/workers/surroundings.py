"""What a process sees around it that nobody writes down: certificates, keys, room on the disk, the group."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.application.check_gateway import CheckLine, Health
from gateway.application.watch_alerts import Fact
from gateway.domain.key_terms import KEY_WARNING, ends_of_use
from gateway.domain.policy import Policy
from gateway.domain.rules.fixed_group import is_review_due
from gateway.ports.suites import Sealing

_PARTNER_WARNING = timedelta(days=30)
LITTLE_SPACE = 0.1
"""Part of the disk that is free."""


def certificate_facts(lines: Iterable[CheckLine]) -> Iterator[Fact]:
    """A certificate of ours ends soon, or cannot be used. An open connection outlives it: nobody else tells.

    Args:
        lines: What the check says of each.
    """
    for line in lines:
        if line.health is not Health.OK:
            yield "certificate-expiry", line.what.removeprefix("certificate ")


def key_facts(keys: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Fact]:
    """Uses of which no key is valid now, or none lives longer than the warning.

    Args:
        keys: Of our manifest.
        now: The instant.
    """
    for use, end in ends_of_use(keys, now).items():
        if end is None:
            yield "key-ended", use
        elif end - now < KEY_WARNING:
            yield "key-expiry", use


def partner_facts(sealings: Mapping[str, Sealing], now: datetime) -> Iterator[Fact]:
    """Partners to whom nothing can be sent, or soon nothing can be.

    Args:
        sealings: What a message to each partner would be sealed with.
        now: The instant.
    """
    for partner, found in sorted(sealings.items()):
        if found.ends_at is None:
            yield "partner-unreachable", partner
        elif found.ends_at - now < _PARTNER_WARNING:
            yield "partner-key-expiry", partner


def space_facts(folder: Path | None) -> Iterator[Fact]:
    """There is little room left where the store lies.

    Args:
        folder: The store's; None when it is on a server.
    """
    if folder is None:
        return
    usage = shutil.disk_usage(folder)
    if usage.free < usage.total * LITTLE_SPACE:
        yield "store-full", ""


def group_facts(policy: Policy, now: datetime) -> Iterator[Fact]:
    """The list of the fixed group is past its yearly review, or none is in force (R7)."""
    if is_review_due(policy, now):
        yield "fixed-group-review", ""
