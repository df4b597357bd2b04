"""A private PostgreSQL cluster on loopback: own port, password and data, removed afterwards."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support import debian
from tests.support.loopback import free_port
from tests.support.postgres_handle import PostgresUnavailable, TestPostgres

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_OWNER = "postgres"
_SMALL_DISK = "48m"
HALT_SECONDS = 30.0
_STARTS = 10
_LOOK_SECONDS = 0.3


def cluster_postgres(extra_conf: str = "", extra_hba: str = "") -> TestPostgres:
    """Run a cluster of the installed PostgreSQL.

    Args:
        extra_conf: Lines for postgresql.conf.
        extra_hba: Lines for pg_hba.conf, looked at before the one that lets a password in.
    """
    programs = installed_programs()
    cluster = Cluster(programs)
    try:
        cluster.make(extra_conf, extra_hba)
        cluster.start()
        return TestPostgres(cluster.url, "a private cluster of the installed PostgreSQL", cluster)
    except BaseException:
        cluster.remove()
        raise


def installed_postgres() -> TestPostgres:
    """Install the package, without the cluster it makes by itself, and run a private one."""
    no_main = Path("/etc/postgresql-common/createcluster.d/sogw-tests.conf")
    try:
        with debian.present(no_main, "create_main_cluster = false\n"):
            debian.install("postgresql")
    except debian.NotInstallable as reason:
        raise PostgresUnavailable(str(reason)) from reason
    server = cluster_postgres()
    server.how += ", which was installed just now"
    return server


def installed_programs() -> Path:
    """Return the folder of the newest server's programs; distributions keep them off the search path."""
    found = [Path(path).resolve().parent for path in [shutil.which("initdb")] if path]
    for place in _PLACES:
        found += sorted(Path("/").glob(place[1:]), key=_version, reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresUnavailable("no initdb and postgres were found")


def _version(folder: Path) -> int:
    return int("".join(filter(str.isdigit, folder.parent.name)) or 0)


class Cluster:
    """One server with its own data; ``remove`` leaves nothing behind."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = _not_root()
        self._port = free_port()
        self._password = secrets.token_urlsafe(12)
        self._server: subprocess.Popen[bytes] | None = None
        self.home = Path(tempfile.mkdtemp(prefix="sogw-postgres-"))
        self._data = self.home / "data"
        self._small = self.home / "small"

    @property
    def url(self) -> str:
        """The address of the maintenance database, as superuser."""
        return f"postgresql://sogw:{self._password}@127.0.0.1:{self._port}/postgres"

    def make(self, extra_conf: str, extra_hba: str) -> None:
        """Make the data folder."""
        secret = self.home / "password"
        secret.write_text(self._password)
        for path in (self.home, secret):
            self._hand_over(path)
        self._run(
            *("initdb", "--pgdata", str(self._data), "--username=sogw", f"--pwfile={secret}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"),
        )
        secret.unlink()
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(self._conf() + extra_conf)
        hba = self._data / "pg_hba.conf"
        hba.write_text(extra_hba + hba.read_text())

    def _conf(self) -> str:
        return (
            f"\nlisten_addresses = '127.0.0.1'\nport = {self._port}\nunix_socket_directories = ''\n"
            # What a killed server wrote is still with the kernel: only a power cut can tell the difference.
            "fsync = off\n"
        )

    def start(self) -> None:
        """Start the server; who wants to know when it answers asks it.

        The children of a server that was killed notice that a moment later, and hold its shared memory until then.
        """
        for _ in range(_STARTS):
            server = self._server = self._launched()
            time.sleep(_LOOK_SECONDS)
            if server.poll() is None:
                return
        words = " | ".join((self.home / "log").read_text(errors="replace").strip().splitlines()[-5:])
        raise PostgresUnavailable(f"the private cluster did not start: {words}")

    def _launched(self) -> "subprocess.Popen[bytes]":
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", self._data],
                env={"PATH": os.environ["PATH"], "LANG": "C"},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                group=self._user,
                start_new_session=True,
            )

    def small_disk(self) -> str:
        """Mount a small file system, which takes root."""
        self._small.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK}", "tmpfs", str(self._small)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PostgresUnavailable(f"a small file system could not be mounted: {done.stderr.strip()}")
        tables = self._small / "tables"
        tables.mkdir(mode=0o700)
        self._hand_over(tables)
        return str(tables)

    def kill(self) -> None:
        """End everything at once. The first process is stopped first, so that it starts no other meanwhile."""
        self.freeze()
        self._signal(signal.SIGKILL)
        if self._server is not None:
            self._server.wait(timeout=HALT_SECONDS)

    def halt(self) -> None:
        """Shut down fast: sessions end, work not committed is rolled back."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(timeout=HALT_SECONDS)

    def freeze(self) -> None:
        """Stop every process."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let every process go on."""
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """End the server and remove all it had."""
        if self._server is not None and self._server.poll() is None:
            self.kill()
        if self._small.is_mount():
            subprocess.run(["umount", self._small], check=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def _signal(self, number: int) -> None:
        for pid in self._family():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue  # it ended by itself meanwhile

    def _family(self) -> list[int]:
        """Return the first process, and then its children: each leads a process group of its own."""
        if self._server is None:
            return []
        first = self._server.pid
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def _run(self, program: str, *args: str) -> None:
        done = subprocess.run(
            [self._programs / program, *args],
            env={"PATH": os.environ["PATH"], "LANG": "C"},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=self._user,
            group=self._user,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise PostgresUnavailable(f"{program} failed: {done.stderr.strip()}")

    def _hand_over(self, path: Path) -> None:
        if self._user:
            shutil.chown(path, self._user, self._user)


def readable_by_server_only(key: Path) -> Path:
    """Hand over a private key: PostgreSQL uses none that others can read."""
    user = _not_root()
    if user:
        shutil.chown(key, user, user)
    key.chmod(0o600)
    return key


def _not_root() -> str | None:
    """Return the user to become: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(_OWNER)
    except KeyError as missing:
        raise PostgresUnavailable(f"PostgreSQL does not run as root, and there is no user '{_OWNER}' here") from missing
    return _OWNER
