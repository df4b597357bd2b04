"""``python -m gateway.entrypoints.reference FOLDER`` writes every page into a folder."""

import sys
from pathlib import Path

from gateway.entrypoints.reference.pages import PAGES


def main(folder: Path) -> None:
    """Write the pages, whatever is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
