"""What a run was made on: kinds and versions, never names or paths."""

import os
import platform
import sqlite3
from importlib.metadata import version

LIBRARIES = ("fhir.resources", "pydantic", "jiter", "cryptography", "joserfc", "SQLAlchemy", "aio-pika", "faststream")


def describe(broker: str = "", database: str = "") -> dict[str, str]:
    """By what, in words."""
    found = {
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }
    return found | {name: value for name, value in (("broker", broker), ("postgresql", database)) if value}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - a pseudo-file
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown"


def load() -> float:
    """How busy the machine is, for how far the figures can be trusted."""
    return round(os.getloadavg()[0], 1)
