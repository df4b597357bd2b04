"""What a command does not need it does not load: starting is quick because nothing is imported for nothing."""

import json
import os
import subprocess
import sys

import pytest

_RUN = """
import json, sys
sys.argv = ["sogw", *json.loads(sys.argv[1])]
from gateway.entrypoints.start import run
try:
    run()
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
HEAVY = {
    "fhir",
    "fhir_core",
    "aio_pika",
    "aiormq",
    "sqlalchemy",
    "alembic",
    "cryptography",
    "joserfc",
    "jinja2",
    "faststream",
}


def loaded(home, *arguments):
    """Top-level modules that a command leaves loaded."""
    command = [sys.executable, "-W", "ignore", "-c", _RUN, json.dumps(arguments)]
    done = subprocess.run(
        command, env=os.environ | {"SOGW_HOME": str(home)}, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("start") / "home"
    assert "cryptography" in loaded(home, "init", "--party", "arbo-a", "--role", "ohs", "--name", "Arbodienst A")
    return home


@pytest.mark.parametrize("arguments", [("--help",), ("serve", "--help")])
def test_help_loads_no_adapter_and_no_fhir(home, arguments):
    assert not loaded(home, *arguments) & (HEAVY | {"asyncio", "structlog"})


@pytest.mark.parametrize("arguments", [("case", "show", "SO-1"), ("case", "list"), ("message", "list")])
def test_reading_the_record_loads_no_fhir_and_no_broker(home, arguments):
    found = loaded(home, *arguments)
    assert "sqlalchemy" in found
    assert not found & {"fhir", "fhir_core", "aio_pika", "aiormq", "faststream"}
