"""The survivors that are explained: mutants that no test kills, because they change nothing that is promised."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Survivor:
    """A mutant that may live, and why."""

    function: str
    was: str
    becomes: str
    why: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Where it is and what it changes."""
        return self.function, self.was, self.becomes


def explained(path: Path = LIST) -> Mapping[tuple[str, str, str], Survivor]:
    """Read the list."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    survivors = [
        Survivor(place["function"], change["was"], change["becomes"], group["why"])
        for group in listed["because"]
        for place in group["in"]
        for change in place["changes"]
    ]
    return {survivor.key: survivor for survivor in survivors}
