"""A broker in a container, through testcontainers, when an engine answers."""

import io
import os
import socket
import tarfile
import time
from typing import Any

from tests.support.broker_handle import BrokerUnavailable, CommandControl, TestBroker
from tests.support.containers import engine_for

DEFAULT_IMAGE = "rabbitmq:4.1-management"
_AMQP = 5672


class ContainerBroker(TestBroker):
    """A broker in a container of ours, so that it can also be frozen and killed."""

    def __init__(self, container: Any, **parts: Any) -> None:
        self._engine = container.get_wrapped_container()
        super().__init__(**parts)

    def freeze(self) -> None:
        """Stop every process without ending it."""
        self._engine.pause()

    def thaw(self) -> None:
        """Let them go on."""
        self._engine.unpause()

    def kill(self) -> None:
        """End every process with SIGKILL; ``start`` finds the same data."""
        self._engine.kill()

    def start(self) -> None:
        """Start it after ``kill``; its port on loopback may be another one."""
        self._engine.start()
        _await_startup(lambda args, _: self.ctl(*args))
        self._engine.reload()
        bindings = self._engine.attrs["NetworkSettings"]["Ports"][f"{_AMQP}/tcp"]
        self.port = int(bindings[0]["HostPort"])


def container_broker() -> ContainerBroker:
    """Start a container of RABBITMQ_IMAGE."""
    image = os.environ.get("RABBITMQ_IMAGE", DEFAULT_IMAGE)
    with engine_for(image) as reason:
        if reason:
            raise BrokerUnavailable(reason)
        return _start(image)


def _start(image: str) -> ContainerBroker:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415

    container = DockerContainer(image).with_exposed_ports(_AMQP)
    try:
        container.start()
        run = _runner(container)
        _await_startup(run)
        host, port = _on_loopback(container)
        return ContainerBroker(
            container,
            host=host,
            port=port,
            control=CommandControl(run),
            stop=container.stop,
            how=f"a container of {image} ({run(('--silent', 'version'), b'').strip()})",
        )
    except Exception as error:
        container.stop()
        raise BrokerUnavailable(f"the container of {image} did not start ({error})") from error


def _on_loopback(container: Any) -> tuple[str, int]:
    # Gateways speak plaintext to loopback only. Where tests run in a container themselves, testcontainers names the
    # address on the bridge instead; the published port is what can be on loopback.
    port = int(container.get_docker_client().port(container.get_container_id(), _AMQP))
    with socket.socket() as probe:
        probe.settimeout(5)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            raise RuntimeError("its published port is not on loopback here; name the broker by SOGW_TEST_AMQP_URL")
    return "127.0.0.1", port


def _runner(container: Any) -> Any:
    def run(args: tuple[str, ...], given: bytes) -> str:
        command = ["rabbitmqctl", *args]
        if given:
            _put(container, "/tmp", "given.json", given)
            command.append("/tmp/given.json")
        status, output = container.exec(command)
        text = output.decode(errors="replace")
        if status:
            raise RuntimeError(f"rabbitmqctl {args[0]} failed: {text}")
        return text

    return run


def _put(container: Any, folder: str, name: str, content: bytes) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        entry.mode = 0o644
        archive.addfile(entry, io.BytesIO(content))
    container.get_wrapped_container().put_archive(folder, buffer.getvalue())


def _await_startup(run: Any) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            run(("await_startup", "--timeout", "60"), b"")
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)  # the node's name is not registered yet
        else:
            return
