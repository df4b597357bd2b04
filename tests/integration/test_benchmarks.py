"""The benchmark runner runs, and its output has the shape that is promised; its figures are nobody's promise here."""

import json
import re

import pytest

from benchmarks.__main__ import main
from benchmarks.report import compare, ratios

VERSIONS = {"floor", "gateway", "peer"}


@pytest.fixture(scope="module")
def made(tmp_path_factory, rabbitmq):
    """A tiny run over the broker of the tests."""
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.servers.find_broker", lambda: rabbitmq)
        patch.setattr(rabbitmq, "stop", lambda: None)
        main(["run", "--extent", "tiny", "--json", str(folder / "run.json"), "--svg", str(folder)])
    return folder


def test_every_group_is_measured(made):
    result = json.loads((made / "run.json").read_text())
    assert result.keys() >= {"machine", "stages_us", "journeys", "latency", "growth", "start_ms", "resting_mb"}
    assert {row["version"] for row in result["journeys"]} == VERSIONS
    assert all(row["per_second"] > 0 and row["cpu_ms"] > 0 for row in result["journeys"])
    assert result["latency"]["gateway"]["p50_ms"] > 0
    assert {"seal", "open", "of which validate"} <= result["stages_us"]["receipt"].keys()


def test_a_run_names_the_machine_by_kind_and_not_by_name(made):
    result = json.loads((made / "run.json").read_text())
    assert {"cores", "python", "broker", "cryptography"} <= result["machine"].keys()
    assert not re.search(r"/(home|root|tmp|work)/", (made / "run.json").read_text())


def test_two_runs_are_compared_by_their_ratios(made):
    result = json.loads((made / "run.json").read_text())
    text = compare(result, result)
    assert all(name in text for name in ratios(result))
    assert "rate to peer" in text
    assert "rate to floor" in text


def test_plots_are_drawn(made):
    for name in ("journeys.svg", "stages.svg"):
        assert (made / name).read_text().startswith("<svg")
