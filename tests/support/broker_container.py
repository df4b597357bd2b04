"""A broker in a container, through testcontainers, when an engine answers."""

import gc
import io
import os
import socket
import tarfile
import time
import warnings
from typing import Any

from tests.support.broker_handle import BrokerUnavailable, CommandControl, TestBroker

DEFAULT_IMAGE = "rabbitmq:4.1-management"
PULL_SECONDS = 300
_AMQP = 5672


def container_broker() -> TestBroker:
    """Start a container of RABBITMQ_IMAGE."""
    image = os.environ.get("RABBITMQ_IMAGE", DEFAULT_IMAGE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the engine's client libraries warn about themselves
        reason = _why_not(image)
        gc.collect()  # a client that found no engine leaves its socket to the collector, which warns
        if not reason:
            return _start(image)
    raise BrokerUnavailable(reason)


def _why_not(image: str) -> str:
    """Return why no container of this image can start, or nothing; pulls the image when it is missing."""
    import docker  # noqa: PLC0415  (only this way needs it)
    from docker.errors import DockerException, ImageNotFound  # noqa: PLC0415

    try:
        client = docker.from_env(timeout=5)
    except DockerException:
        return "no container engine answers"
    try:
        try:
            client.images.get(image)
        except ImageNotFound:
            client.api.timeout = PULL_SECONDS
            client.images.pull(image)
    except (DockerException, OSError) as error:
        return f"image {image} could not be had ({type(error).__name__})"
    finally:
        client.close()
    return ""


def _start(image: str) -> TestBroker:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415

    container = DockerContainer(image).with_exposed_ports(_AMQP)
    try:
        container.start()
        run = _runner(container)
        _await_startup(run)
        host, port = _on_loopback(container)
        return TestBroker(
            host=host,
            port=port,
            control=CommandControl(run),
            stop=container.stop,
            how=f"a container of {image}",
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
