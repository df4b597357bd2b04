"""The parties and the forger, and the vectors of others."""

import json
from pathlib import Path

import pytest

from tests.support.forger import World

VECTORS = Path(__file__).parents[3] / "vectors"


@pytest.fixture(scope="session")
def world():
    return World()


@pytest.fixture(scope="session")
def vectors():
    return lambda name: json.loads((VECTORS / name).read_text(encoding="utf-8"))
