"""The writer under test, and golden files to hold letters to."""

import os
from pathlib import Path

import pytest

from mappings.letters import DutchLetters, Letterhead

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def letters() -> DutchLetters:
    head = Letterhead("Arbodienst Lindehof B.V.", "020-0123456", "klachten@lindehof.example of per post")
    return DutchLetters(head, {"arbo-lindehof": "Arbodienst Lindehof B.V.", "praktijk-mulkens": "Praktijk Mulkens"})


@pytest.fixture
def golden():
    """Compare a text with its golden file; UPDATE_GOLDEN=1 writes the file anew, to be read before committing."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == path.read_text(encoding="utf-8")

    return check
