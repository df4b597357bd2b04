"""A private RabbitMQ node on loopback: own name, ports, cookie and data, removed afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support import debian
from tests.support.broker_handle import BrokerUnavailable, CommandControl, TestBroker
from tests.support.loopback import answers, free_port

_SCRIPTS = Path("/usr/lib/rabbitmq/bin")
START_SECONDS = 60.0
MESSAGE_LIMIT = 16 * 1024 * 1024


class NodeBroker(TestBroker):
    """A broker whose process is ours, so that it can also be frozen and killed."""

    def __init__(self, node: "Node", **parts: Any) -> None:
        self._node = node
        super().__init__(**parts)

    @property
    def control_command(self) -> list[str]:
        """The words that run ``rabbitmqctl`` against this node, from any environment."""
        return self._node.control_command()

    def freeze(self) -> None:
        """Stop the process without ending it."""
        self._node.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._node.signal(signal.SIGCONT)

    def kill(self) -> None:
        """End all its processes with SIGKILL; ``start`` finds the same data."""
        self._node.kill()

    def start(self) -> None:
        """Start it after ``kill``, on the same port, and wait until it serves."""
        self._node.boot()


def node_broker(extra_conf: str = "", plugins: str = "") -> NodeBroker:
    """Run a node of the installed ``rabbitmq-server``.

    Args:
        extra_conf: Lines for rabbitmq.conf.
        plugins: Plugins to enable, separated by commas.
    """
    if not is_installed():
        raise BrokerUnavailable("rabbitmq-server is not installed")
    node = Node(extra_conf, plugins)
    try:
        node.start()
        return NodeBroker(
            node,
            host="127.0.0.1",
            port=node.port,
            control=CommandControl(node.run),
            stop=node.stop,
            message_limit=MESSAGE_LIMIT,
            how=f"a private node of the installed rabbitmq-server ({node.version()})",
        )
    except BaseException:
        node.stop()
        raise


def is_installed() -> bool:
    """Tell whether nodes can be run here."""
    return _script("rabbitmq-server") is not None and shutil.which("epmd") is not None


def installed_broker() -> NodeBroker:
    """Install the package, without letting it start its service, and run a private node of it."""
    try:
        debian.install("rabbitmq-server")
    except debian.NotInstallable as reason:
        raise BrokerUnavailable(str(reason)) from reason
    broker = node_broker()
    broker.how += ", which was installed just now"
    return broker


def _script(name: str) -> str | None:
    # Debian's wrappers in /usr/sbin change user and environment; the scripts behind them do not.
    direct = _SCRIPTS / name
    return str(direct) if direct.exists() else shutil.which(name)


def node_name(port: int) -> str:
    """Return the name of the node that listens on a port."""
    return f"sogw{port}@localhost"


class Node:
    """One node with its own port mapper; ``stop`` leaves nothing behind.

    Args:
        extra_conf: Lines for rabbitmq.conf.
        plugins: Plugins to enable, separated by commas.
        port: Of the AMQP listener, and in the node's name; any free one when None.
        mapper_port: Of the port mapper: nodes of one cluster share it.
        cookie: What nodes of one cluster know each other by; one of its own when empty.
    """

    def __init__(
        self, extra_conf: str, plugins: str, port: int | None = None, mapper_port: int | None = None, cookie: str = ""
    ) -> None:
        self.port = port or free_port()
        self.home = Path(tempfile.mkdtemp(prefix="sogw-rabbitmq-"))
        self.user = "rabbitmq" if os.geteuid() == 0 else None
        self._processes: list[subprocess.Popen[bytes]] = []
        self._server = _script("rabbitmq-server") or ""
        self._environment = self._settings(mapper_port or free_port(), free_port())
        if cookie:
            (self.home / ".erlang.cookie").write_text(cookie)
            (self.home / ".erlang.cookie").chmod(0o400)
        (self.home / "rabbitmq.conf").write_text(self._conf() + extra_conf)
        (self.home / "plugins").write_text(f"[{plugins}].")
        if self.user:
            for path in [self.home, *self.home.iterdir()]:
                shutil.chown(path, self.user, self.user)

    def _settings(self, epmd_port: int, dist_port: int) -> dict[str, str]:
        home = str(self.home)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": home,
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": node_name(self.port),
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_MNESIA_BASE": f"{home}/data",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/plugins",
            "RABBITMQ_CONF_ENV_FILE": f"{home}/none",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _conf(self) -> str:
        return (
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "vm_memory_high_watermark.absolute = 1GB\n"
            "disk_free_limit.absolute = 50MB\n"
            f"max_message_size = {MESSAGE_LIMIT}\n"
        )

    def start(self) -> None:
        """Start the port mapper, unless another node of the cluster has one, and the node; wait until it serves."""
        epmd = shutil.which("epmd") or "epmd"
        self._spawn(epmd, "-address", "127.0.0.1", "-port", self._environment["ERL_EPMD_PORT"])
        self.boot()

    def boot(self) -> None:
        """Start the node alone, and wait until it serves."""
        self._spawn(self._server)
        deadline = time.monotonic() + START_SECONDS
        while not (answers(self.port) and self._has_started()):
            if time.monotonic() > deadline or self._processes[-1].poll() is not None:
                raise BrokerUnavailable(f"the private node did not start: {self._last_words()}")
            time.sleep(0.2)

    def _has_started(self) -> bool:
        """Wait for the node's own word; on a busy machine its listener can answer before it calls itself running."""
        try:
            self.run(("await_startup", "--timeout", "60"), b"")
        except RuntimeError:
            return False
        return True

    def _spawn(self, *command: str) -> None:
        with (self.home / "out").open("ab") as out:
            self._processes.append(
                subprocess.Popen(
                    command,
                    env=self._environment,
                    cwd=self.home,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    user=self.user,
                    group=self.user,
                    start_new_session=True,
                )
            )

    def _last_words(self) -> str:
        return " | ".join((self.home / "out").read_text(errors="replace").strip().splitlines()[-5:])

    def run(self, args: tuple[str, ...], given: bytes) -> str:
        """Run rabbitmqctl against this node."""
        command = [_script("rabbitmqctl") or "rabbitmqctl", *args]
        if given:
            path = self.home / "given.json"
            path.write_bytes(given)
            command.append(str(path))
        done = subprocess.run(
            command,
            env=self._environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=self.user,
            group=self.user,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {args[0]} failed: {done.stderr or done.stdout}")
        return done.stdout

    def control_command(self) -> list[str]:
        """Return rabbitmqctl with user and environment in front of it."""
        settings = [f"{name}={value}" for name, value in self._environment.items()]
        become = ["runuser", "-u", self.user, "--"] if self.user else []
        return [*become, "env", *settings, _script("rabbitmqctl") or "rabbitmqctl"]

    def version(self) -> str:
        """Return the broker's version."""
        return self.run(("--silent", "version"), b"").strip()

    def signal(self, number: int) -> None:
        """Send a signal to the node and all its processes."""
        os.killpg(self._processes[-1].pid, number)

    def kill(self) -> None:
        """End the node at once. All of its processes are in one group."""
        node = self._processes.pop()
        os.killpg(node.pid, signal.SIGKILL)
        node.wait(timeout=10)
        while answers(self.port):
            time.sleep(0.05)  # the last of the group is not gone yet

    def stop(self) -> None:
        """End the node, then its port mapper, and remove the data."""
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait(timeout=10)
        self._processes.clear()
        shutil.rmtree(self.home, ignore_errors=True)
