"""What the README shows is what happens."""

from pathlib import Path

from tests.support.cli import ROOT
from tests.support.walkthrough import Shell, shown_in


def test_the_readme_prints_what_it_says(tmp_path: Path):
    shell = Shell(tmp_path)
    try:
        for shown in shown_in(ROOT / "README.md"):
            shell.hold(shown)
    finally:
        shell.close()
