"""The benchmark runner runs, and its output has the shape that is promised; its figures are nobody's promise here."""

import json
import re

import pytest

from benchmarks import publish
from benchmarks.__main__ import main
from benchmarks.plot import PLOTS
from benchmarks.report import compare
from benchmarks.targets import judged, ratios

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
    assert result.keys() >= {"machine", "stages_us", "journeys", "latency", "growth", "start_ms", "units_us"}
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
    for name in PLOTS:
        assert (made / f"{name}.svg").read_text().startswith("<svg")


def test_every_target_group_is_judged(made):
    result = json.loads((made / "run.json").read_text())
    assert {target.group for target in judged(result)} == {"peer", "floor", "latency", "growth", "start"}


def test_the_committed_figures_are_those_of_the_baseline():
    result = json.loads(publish.BASELINE.read_text())
    page, readme = (path.read_text() for path in (publish.PAGE, publish.README))
    assert publish.table(result) in page
    assert publish.targets_table(result) in page
    assert publish.summary(result) in readme
