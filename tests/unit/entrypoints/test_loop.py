"""A gateway that stays runs on uvloop where there is one, and on asyncio's own loop where there is none."""

import asyncio
import sys

import pytest

from gateway.entrypoints.loop import loop_factory, run


def test_where_uvloop_is_installed_the_loop_is_its():
    uvloop = pytest.importorskip("uvloop", reason="not made for this machine")
    seen = []
    run(_note(seen))
    assert isinstance(seen[0], uvloop.Loop)


def test_without_it_the_loop_is_asyncios_own(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    seen = []
    run(_note(seen))
    assert loop_factory() is None
    assert type(seen[0]).__module__.startswith("asyncio.")


async def _note(seen: list[asyncio.AbstractEventLoop]) -> None:
    seen.append(asyncio.get_running_loop())
