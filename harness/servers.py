"""Worker, Redis and PostgreSQL as processes on free ports, to be killed, frozen and started again."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from harness.service import ROOT, free_port

START_SECONDS = 60.0
OURS = ("DATABASE_URL", "REDIS_URL", "PROCESSES", "PUBLIC_URL", "HOST", "DJANGO_SETTINGS_MODULE")


class Server:
    """A process. Subclasses define the command and the check for readiness."""

    checkout = ROOT  # the folder that the process starts in

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.port = free_port()
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str | Path]:
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def serves(self) -> bool:
        """Return True if the server answers a request now."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the process and return without waiting."""
        user = owner() if isinstance(self, Postgres) else None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.checkout,
                user=user,
            )

    async def ready(self) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + START_SECONDS
        while not await asyncio.to_thread(self.serves):
            if time.monotonic() > deadline or self.process is None or self.process.poll() is not None:
                raise AssertionError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            await asyncio.sleep(0.05)

    def kill(self) -> None:
        """Kill the process and its children without warning, as a power cut would."""
        self._send(signal.SIGKILL)
        self._reap()

    def freeze(self) -> None:
        """Stop the process: its connections stay open, and nothing answers."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask the process to end, as a new release would; kill it after ten seconds."""
        self._send(signal.SIGTERM)
        assert self.process is not None
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._reap()

    def stop(self) -> None:
        """End the process, whatever its state."""
        if self.process is not None:
            self.thaw()
            self.kill()

    def _send(self, what: signal.Signals) -> None:
        assert self.process is not None
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, what)

    def family(self) -> list[int]:
        """Return the process and its children, parents first. PostgreSQL's children have sessions of their own."""
        assert self.process is not None
        if self.process.returncode is not None:
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [self.process.pid, *map(int, children.read_text().split())]
        except OSError:
            return [self.process.pid]

    def busy_seconds(self) -> float:
        """Return the processor time that the process and its children have used."""
        return sum(map(busy_seconds, self.family()))

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait()


def busy_seconds(pid: int) -> float:
    """Return the user and system time of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Worker(Server):
    """A server process, as `deploy/run` starts each of them."""

    def __init__(self, name: str, folder: Path, settings: Mapping[str, str], checkout: Path = ROOT) -> None:
        super().__init__(name, folder)
        self.settings, self.checkout = settings, checkout

    def command(self) -> Sequence[str | Path]:
        return [self.checkout / "deploy" / "serve", str(self.port)]

    def environment(self) -> Mapping[str, str]:
        return product_environment(self.settings) | {"PORT": str(self.port)}

    def serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2):
                return True
        except (OSError, urllib.error.HTTPError):
            return False


class Redis(Server):
    """A Redis that stores nothing on disk."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str | Path]:
        listen = ("--bind", "127.0.0.1", "--port", str(self.port))
        return ["redis-server", *listen, "--save", "", "--appendonly", "no", "--dir", self.folder]

    def serves(self) -> bool:
        try:
            return self._ask(b"PING").startswith(b"+PONG")
        except OSError:
            return False

    def flush(self) -> None:
        """Delete all data at once; Redis goes on serving."""
        answer = self._ask(b"FLUSHALL")
        assert answer.startswith(b"+OK"), answer

    def _ask(self, word: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
            line.sendall(word + b"\r\n")
            return line.recv(16)


class Postgres(Server):
    """A PostgreSQL with a data folder of its own, new or copied, and the default durability."""

    def __init__(self, name: str, folder: Path, copied: Path | None = None) -> None:
        super().__init__(name, folder)
        binaries = postgres_binaries()
        assert binaries is not None, "PostgreSQL's server programs are not installed"
        self.binaries = binaries
        self.data = Path(tempfile.mkdtemp(prefix="bistro-postgres.", dir="/tmp"))
        if copied:
            subprocess.run(["cp", "--archive", f"{copied}/.", self.data], check=True)
            return
        if user := owner():
            shutil.chown(self.data, user)
        initdb: list[str | Path] = [self.binaries / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        initdb += ["-D", self.data]
        subprocess.run(initdb, check=True, capture_output=True, cwd="/", user=owner())

    @property
    def server_url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        listen = ("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.data}")
        return [self.binaries / "postgres", "-D", self.data, "-p", str(self.port), *listen]

    def serves(self) -> bool:
        try:
            with psycopg.connect(f"{self.server_url}/postgres", connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def address_of(self, name: str) -> str:
        """Return the address of one of its databases."""
        return f"{self.server_url}/{name}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its address."""
        with psycopg.connect(f"{self.server_url}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.address_of(name)

    def shut_down(self) -> None:
        """End it in good order, so that its data folder can be copied."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.data, ignore_errors=True)


def owner() -> str | None:
    """Return the account that runs PostgreSQL, which refuses to run as root."""
    return "postgres" if os.getuid() == 0 else None


def postgres_binaries() -> Path | None:
    """Return the folder of the newest server programs, or None if there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def product_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with `settings`, without variables that select another installation."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"VENV": sys.prefix, "PUBLIC_URL": "http://127.0.0.1:8000"} | dict(settings)
