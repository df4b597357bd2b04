"""From a run to the project: its figures in the documents, its plots, and itself as the baseline."""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.plot import PLOTS
from benchmarks.report import table
from benchmarks.targets import judged

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "benchmarks/baseline.json"
PAGE = ROOT / "docs/explanation/performance.md"
README = ROOT / "README.md"
_ROWS = (("gateway", "this gateway, all of its work"), ("peer", "the peer"), ("floor", "the floor"))


def publish(result: dict[str, Any]) -> None:
    """Write the figures where people look for them; what stands around them is written by hand."""
    _fill(PAGE, "figures", f"```text\n{table(result)}\n```")
    _fill(PAGE, "targets", targets_table(result))
    _fill(README, "figures", summary(result))
    for name, plot in PLOTS.items():
        (PAGE.parent / f"performance-{name}.svg").write_text(plot(result), encoding="utf-8")
    BASELINE.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def summary(result: dict[str, Any]) -> str:
    """The whole way with one process per side, as a Markdown table."""
    rows = {(row["store"], row["version"]): row for row in result["journeys"] if row["processes"] == 1}
    stores = list(dict.fromkeys(store for store, _ in rows))
    heads = [f"{store}: {what}" for store in stores for what in ("referrals/s", "CPU ms each")]
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for version, words in _ROWS:
        cells = [f"{rows[s, version]['per_second']:.0f} | {rows[s, version]['cpu_ms']:.1f}" for s in stores]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def targets_table(result: dict[str, Any]) -> str:
    """Every target with its bound and what this run gave, as a Markdown table."""
    lines = ["| Group | What | Measured | Target | |", "|---|---|---:|---:|---|"]
    for target in judged(result):
        holds = "holds" if target.holds else "**missed**"
        lines.append(f"| {target.group} | {target.name} | {target.value:.2f} | {target.bound_text} | {holds} |")
    return "\n".join(lines)


def _fill(page: Path, name: str, content: str) -> None:
    """Put it between the page's two marks of that name."""
    begin, end = f"<!-- {name} of the last published run -->", f"<!-- end of {name} -->"
    text = page.read_text(encoding="utf-8")
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    filled, times = marked.subn(lambda _: f"{begin}\n\n{content}\n\n{end}", text)
    if times != 1:
        raise ValueError(f"{page.name} must have one place for {name}")
    page.write_text(filled, encoding="utf-8")
