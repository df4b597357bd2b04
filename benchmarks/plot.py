"""Bars as SVG: what a run gave, for the docs."""

from typing import Any
from xml.sax.saxutils import escape

_ROW, _LABEL, _WIDTH, _BAR = 26, 210, 720, 380
_FONT = 'font-family="sans-serif" font-size="12"'
_COLOURS = {"gateway": "#0b6e4f", "peer": "#8d99ae", "floor": "#d9dde5"}


def journeys_svg(result: dict[str, Any]) -> str:
    """Referrals per second of every version, one bar each."""
    rows = [
        (f"{row['version']}, {row['store']}, {row['processes']} per side", row["per_second"], row["version"])
        for row in result["journeys"]
    ]
    return _bars("Referrals per second, from the order to its end (longer is better)", rows)


def stages_svg(result: dict[str, Any]) -> str:
    """Processor time of the stages of a referral."""
    stages = {name: cost for name, cost in result["stages_us"]["referral"].items() if name != "bytes"}
    rows = [(name, cost, "peer" if ":" in name else "gateway") for name, cost in stages.items()]
    return _bars("CPU µs per referral, one thread (shorter is better)", rows)


def growth_svg(result: dict[str, Any]) -> str:
    """Time of what should stay flat, relative to the smallest size."""
    rows = []
    for table, column, words in (("rows", "send_ms", "old rows: sending"), ("rows", "journal_ms", "old rows: a case")):
        values = {size: row[column] for size, row in result["growth"][table].items()}
        rows += [
            (f"{int(size):,} {words}", value / next(iter(values.values())), "gateway") for size, value in values.items()
        ]
    for column, words in (("in_per_second", "waiting: publishing"), ("out_per_second", "waiting: consuming")):
        values = {depth: row[column] for depth, row in result["growth"]["queue"].items()}
        rows += [
            (f"{int(size):,} {words}", next(iter(values.values())) / value, "floor") for size, value in values.items()
        ]
    return _bars("Time relative to the smallest size (flat is best)", rows, places=2)


def _bars(title: str, rows: list[tuple[str, float, str]], places: int = 1) -> str:
    longest = max(value for _, value, _ in rows) or 1.0
    height = _ROW * (len(rows) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {_FONT}>',
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>',
    ]
    for i, (label, value, version) in enumerate(rows):
        y = _ROW * (i + 1) + 8
        width = max(1.0, value / longest * _BAR)
        parts += [
            f'<text x="{_LABEL - 6}" y="{y + 13}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{_LABEL}" y="{y}" width="{width:.1f}" height="18" fill="{_COLOURS[version]}"/>',
            f'<text x="{_LABEL + width + 6:.1f}" y="{y + 13}">{value:,.{places}f}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


PLOTS = {"journeys": journeys_svg, "stages": stages_svg, "growth": growth_svg}
"""By the name of the file."""
