"""An arbodienst and the practice of the second physician as two houses with folders of their own, over one broker."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.broker import TestBroker
from tests.support.cli import ROOT, House, sogw
from tests.support.secrets import write_secret

PHYSICIANS = {"ohs": "dr. J.M. Terpstra-Oud", "pool": "dr. S. Mulkens"}
"""Who act unless a test says otherwise."""
SAMPLES = ROOT / "samples" / "arbodienst-export"


@contextmanager
def two_houses(broker: TestBroker, folder: Path) -> Iterator[tuple[House, House]]:
    """An arbodienst with the fixed-group policy and the practice, both serving; their queues are empty afterwards."""
    policy = ("--policy-file", str(SAMPLES / "policies.json"), "--policy", "beleid-vaste-groep")
    ohs = made("arbo-lindehof", "ohs", broker, folder, "--kvk", "00000101", *policy)
    pool = made("praktijk-mulkens", "pool", broker, folder, "--kvk", "00000102")
    ohs.introduce(pool, folder)
    pool.introduce(ohs, folder)
    try:
        ohs.serve()
        pool.serve()
        yield ohs, pool
    finally:
        ohs.stop()
        pool.stop()
    asyncio.run(broker.purge("arbo-lindehof", "praktijk-mulkens"))


def made(party: str, role: str, broker: TestBroker, folder: Path, *more: str) -> House:
    """A house that reaches the broker, with a folder for large files that both share."""
    password = folder / f"{party}.password"
    write_secret(password, f"test-{party}\n")
    reach = ("--broker-url", f"amqp://{broker.host}:{broker.port}", "--broker-password-file", str(password))
    ran = sogw("init", "--home", str(folder / party), "--party", party, "--role", role, "--name", party, *reach, *more)
    assert ran.status == 0, ran.err
    with (folder / party / "sogw.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[objects]\ndirectory = "{folder / "shared"}"\n')
    return House(party, folder / party, actor=PHYSICIANS[role])
