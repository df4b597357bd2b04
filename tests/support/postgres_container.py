"""A PostgreSQL server in a container, through testcontainers, when an engine answers."""

import os
import secrets
from typing import Any

from tests.support.containers import engine_for
from tests.support.loopback import free_port
from tests.support.postgres_handle import PostgresUnavailable, TestPostgres

DEFAULT_IMAGE = "postgres:17"
_PORT = 5432
_SMALL_DISK = "/small"


def container_postgres() -> TestPostgres:
    """Start a container of POSTGRES_IMAGE."""
    image = os.environ.get("POSTGRES_IMAGE", DEFAULT_IMAGE)
    with engine_for(image) as reason:
        if reason:
            raise PostgresUnavailable(reason)
        return _start(image)


def _start(image: str) -> TestPostgres:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  (only this way needs it)

    port, password = free_port(), secrets.token_urlsafe(12)
    container = (
        DockerContainer(image)
        .with_env("POSTGRES_USER", "sogw")
        .with_env("POSTGRES_PASSWORD", password)
        .with_tmpfs_mount(_SMALL_DISK, "size=48m,mode=1777")
    )
    container.ports = {_PORT: ("127.0.0.1", port)}  # a port of the engine's choice would change with every start
    try:
        container.start()
        machine = ContainerMachine(container)
        url = f"postgresql://sogw:{password}@127.0.0.1:{port}/postgres"
        return TestPostgres(url, f"a container of {image}", machine)
    except Exception as error:
        container.stop()
        raise PostgresUnavailable(f"the container of {image} did not start ({error})") from error


class ContainerMachine:
    """The server of one container."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._engine = container.get_wrapped_container()

    def small_disk(self) -> str:
        folder = f"{_SMALL_DISK}/tables"
        self._engine.exec_run(["install", "-d", "-o", "postgres", folder])
        return folder

    def kill(self) -> None:
        self._engine.kill("SIGKILL")
        self._engine.wait()

    def halt(self) -> None:
        self._engine.stop(timeout=30)

    def start(self) -> None:
        self._engine.start()

    def freeze(self) -> None:
        self._engine.pause()

    def thaw(self) -> None:
        self._engine.unpause()

    def remove(self) -> None:
        self._container.stop()
