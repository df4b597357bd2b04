"""Ask an advisory service about every pin of the lock; what was not answered is not clean.

``pip-audit`` ends with status 0 when the service knows none of the packages, as a mirror does. Here every pin needs an
answer of its own. Answers are kept, so that the same lock can be judged without a network (``--offline``).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from supply_chain.lock import Pin, lock_files, read_lock

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 75
OLDEST_ANSWER: Final = timedelta(days=30)
PIP_AUDIT: Final = (sys.executable, "-m", "pip_audit")
_PATIENCE_SECONDS = 600
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said of pins.

    Attributes:
        asked_at: ISO 8601 in UTC.
        service: ``pypi`` or ``osv``.
        advisories: Ids by pin (``name==version``); empty for a pin without any. A pin that is absent was not answered.
    """

    asked_at: str
    service: str
    advisories: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a lock stands against an answer: the lines to print, and the exit status."""

    status: int
    lines: tuple[str, ...]


def audit(cache: Path, service: str, *, offline: bool, program: Sequence[str] = PIP_AUDIT) -> Judgement:
    """Audit every lock file.

    Args:
        cache: Folder for the answer, and for what ``pip-audit`` keeps of the service.
        service: ``pypi`` or ``osv``.
        offline: Use the kept answer and no network.
        program: How ``pip-audit`` is run.
    """
    pins = _every_pin()
    kept = cache / "answer.json"
    now = datetime.now(UTC)
    if offline:
        answer = _kept(kept)
        if answer is None:
            return Judgement(
                NOT_AUDITED, ("NOT AUDITED: no answer is kept here. Run make audit with a network first.",)
            )
        return judge(pins, answer, now)
    found = _asked(pins, cache, service, program)
    if isinstance(found, str):
        return Judgement(NOT_AUDITED, (f"NOT AUDITED: the advisory service '{service}' gave no answer ({found}).",))
    judgement = judge(pins, found, now)
    if judgement.status != NOT_AUDITED:
        kept.write_text(json.dumps(asdict(found), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return judgement


def judge(pins: Iterable[Pin], answer: Answer, now: datetime) -> Judgement:
    """Hold pins against an answer: one without an answer, and an old answer, are not clean."""
    names = sorted({str(pin) for pin in pins})
    found = [f"VULNERABLE: {name}: {', '.join(ids)}" for name in names if (ids := answer.advisories.get(name))]
    silent = [name for name in names if name not in answer.advisories]
    asked_at = datetime.fromisoformat(answer.asked_at)
    said = f"'{answer.service}' on {asked_at:%Y-%m-%d}"
    lines = list(found)
    if silent:
        some = ", ".join(silent[:_NAMED]) + (", ..." if len(silent) > _NAMED else "")
        lines.append(f"NOT AUDITED: {said} gave no answer about {len(silent)} of {len(names)}: {some}.")
    elif now - asked_at > OLDEST_ANSWER:
        lines.append(f"NOT AUDITED: the answer by {said} is older than {OLDEST_ANSWER.days} days.")
    elif not found:
        lines.append(f"{len(names)} distributions, no known vulnerability, by {said}.")
    is_unsure = bool(silent) or now - asked_at > OLDEST_ANSWER
    return Judgement(VULNERABLE if found else NOT_AUDITED if is_unsure else CLEAN, tuple(lines))


def read_report(report: Any, service: str, now: datetime) -> Answer:
    """Read the JSON of ``pip-audit``; what it skipped is left out.

    Raises:
        ValueError, KeyError, TypeError: It is not such a report.
    """
    answered = [row for row in report["dependencies"] if "vulns" in row]
    advisories = {f"{row['name']}=={row['version']}": [found["id"] for found in row["vulns"]] for row in answered}
    return Answer(now.isoformat(), service, advisories)


def _every_pin() -> list[Pin]:
    return [pin for file in lock_files() for pin in read_lock(file)]


def _asked(pins: Iterable[Pin], cache: Path, service: str, program: Sequence[str]) -> Answer | str:
    """Ask ``pip-audit``; returns the answer, or the last line of what it said instead."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wanted, report = Path(folder, "wanted.txt"), Path(folder, "report.json")
        wanted.write_text("".join(f"{name}\n" for name in sorted({str(pin) for pin in pins})), encoding="utf-8")
        options = ("--requirement", wanted, "--no-deps", "--disable-pip", "--progress-spinner", "off")
        where = ("--vulnerability-service", service, "--cache-dir", cache / "http", "--format", "json", "-o", report)
        done: subprocess.CompletedProcess[str] | None = None
        try:
            command = [*program, *map(str, (*options, *where))]
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", timeout=_PATIENCE_SECONDS, check=False
            )
            return read_report(json.loads(report.read_text(encoding="utf-8")), service, datetime.now(UTC))
        except (OSError, subprocess.TimeoutExpired) as error:
            return type(error).__name__ if done is None else _last_words(done)
        except (ValueError, KeyError, TypeError):
            return _last_words(done)


def _last_words(done: "subprocess.CompletedProcess[str] | None") -> str:
    said = done.stderr.strip().splitlines() if done is not None else []
    return (said or ["no report"])[-1][:200]


def _kept(file: Path) -> Answer | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        datetime.fromisoformat(kept["asked_at"])
        return Answer(kept["asked_at"], kept["service"], dict(kept["advisories"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
