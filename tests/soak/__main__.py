"""``python -m tests.soak``: one run, its table, and an exit status of 0 when the promise of delivery was kept."""

import argparse
import asyncio
import random
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.logging import configure_logging
from tests.soak.run import Plan, soak
from tests.support.broker import find_broker
from tests.support.broker_cluster import cluster_broker
from tests.support.broker_handle import TestBroker
from tests.support.broker_node import installed_broker, is_installed, node_broker
from tests.support.postgres import find_postgres
from tests.support.postgres_handle import TestPostgres

BROKERS = {
    "node": lambda: node_broker() if is_installed() else installed_broker(),
    "cluster": cluster_broker,
    "found": find_broker,
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=Plan.minutes)
    parser.add_argument("--messages", type=int, default=Plan.messages)
    parser.add_argument("--at-once", type=int, default=Plan.at_once, help="cases under way at a time")
    parser.add_argument("--every", type=float, default=Plan.every, help="seconds between two mishaps, on average")
    parser.add_argument("--patience", type=float, default=Plan.patience, help="seconds to come to rest afterwards")
    parser.add_argument(
        "--broker",
        choices=BROKERS,
        default="node",
        help="a private node, a cluster of three, or the one that the tests find (a container, an address)",
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--hostile", action="store_true", help="beside a partner that keeps to no rule")
    parser.add_argument("--seed", type=int, help="of the choices; the moments differ all the same")
    return parser.parse_args()


@contextmanager
def _servers(given: argparse.Namespace) -> Iterator[tuple[TestBroker, TestPostgres | None]]:
    database = find_postgres() if given.database == "postgresql" else None
    try:
        broker = BROKERS[given.broker]()
        try:
            yield broker, database
        finally:
            broker.stop()
    finally:
        if database is not None:
            database.stop()


def main() -> int:
    given = options()
    seed = given.seed if given.seed is not None else secrets.randbelow(2**32)
    random.seed(seed)
    configure_logging("error", "json")
    plan = Plan(given.minutes, given.messages, given.at_once, given.every, given.patience, given.hostile)
    with _servers(given) as (broker, database):
        report = asyncio.run(soak(plan, broker, database))
    sys.stdout.write("\n".join([f"{'seed':<28}{seed}", *report.lines()]) + "\n")
    return 0 if report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
