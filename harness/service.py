"""A served restaurant for the browser tests, started as `make run` does, on a port and in a folder of its own."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 240


@dataclass(frozen=True)
class Service:
    """A running restaurant: its address, the passwords and tokens of its demo.json, and its database file."""

    url: str
    demo: dict[str, Any]
    database: Path

    def token(self, kind: str, table: str | None = None) -> str:
        """Return the token of the first device of a kind, or of the pad at a table."""
        return next(
            device["token"]
            for device in self.demo["devices"]
            if device["kind"] == kind and (table is None or device.get("table") == table)
        )

    def order(self, table: str, **items: int) -> dict[str, Any]:
        """Place an order from the table's pad, by names: `order("Table 1", Ice_Cream=2)`."""
        lines = [{"name": name.replace("_", " "), "quantity": quantity} for name, quantity in items.items()]
        return self.place(table, lines)

    def order_with_note(self, table: str, item: str, note: str) -> dict[str, Any]:
        """Place an order by names, with a guest's note to the kitchen."""
        return self.place(table, [{"name": item, "quantity": 1, "note": note}])

    def place(self, table: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """Place an order from the table's pad, line by line."""
        return self.ask("/api/order", self.token("pad", table), {"table": table, "items": lines})

    def ask(self, path: str, token: str, body: dict[str, Any] | None = None, verb: str | None = None) -> Any:
        """Send one API request with a device's token; a request with a body is a POST unless `verb` says otherwise."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Device {token}"},
            method=verb,
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} was refused: {error.code} {error.read().decode()}") from error

    def status(self, order: dict[str, Any]) -> str:
        """Return an order's status by the API."""
        status: str = self.ask(f"/api/v1/orders/{order['id']}", self.token("integration"))["status"]
        return status

    def wait_for_status(self, order: dict[str, Any], status: str, seconds: float = 5.0) -> None:
        """Wait until an order has that status; raise AssertionError if it does not."""
        until = time.monotonic() + seconds
        while (now := self.status(order)) != status:
            assert time.monotonic() < until, f"order {order['number']} is {now}, not {status}"
            time.sleep(0.05)

    def clear_kitchen(self) -> None:
        """Bump the tickets that other tests left open."""
        token = self.token("kitchen")
        while rows := self.ask("/api/v1/tickets?status=open", token)["results"]:
            for ticket in rows:
                if ticket["alert_at"]:
                    self.ask(f"/api/v1/tickets/{ticket['id']}/read", token, {})
                self.ask(f"/api/v1/tickets/{ticket['id']}/bump", token, {})

    def clear_pass(self) -> None:
        """Bump all open tickets and deliver their orders."""
        self.clear_kitchen()
        token = self.token("kitchen")
        while rows := self.ask("/api/v1/orders?status=ready", token)["results"]:
            for order in rows:
                self.ask(f"/api/v1/orders/{order['id']}/deliver", token, {})


def free_port(following: int = 0) -> int:
    """Return a free port whose `following` next ports are free too.

    The port is below those that the kernel gives to outgoing connections: one of them could take it meanwhile.
    """
    choice = random.SystemRandom()
    while True:
        port = choice.randrange(15_000, 32_000)
        if all(_can_listen(each) for each in range(port, port + following + 1)):
            return port


def _can_listen(port: int) -> bool:
    """Return whether no server listens on the port."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Running:
    """A context manager that starts `deploy/run` on entering and stops it on leaving.

    With `empty` the first start opens an empty restaurant; `Service.demo` is then its owner's login. With `prepared`
    the data folder is a copy of one that `deploy/run` has prepared, and only the server itself starts.
    """

    def __init__(self, folder: Path, *, empty: bool = False, prepared: bool = False) -> None:
        self.folder, self.empty = folder, empty
        self.port = free_port()
        self.program = ["deploy/serve", str(self.port)] if prepared else ["deploy/run"]
        self.log = folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Service:
        self.start()
        url = f"http://127.0.0.1:{self.port}"
        self._wait_until_healthy(url)
        folder = self.folder / "var"
        known = folder / ("owner.json" if self.empty else "demo.json")
        return Service(url, json.loads(known.read_text()), folder / "bistro.sqlite3")

    def start(self) -> None:
        """Start the server without waiting."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "PROCESSES", "PUBLIC_URL", "HOST", "DJANGO_SETTINGS_MODULE"}
        }
        environment.setdefault("BACKUP_SECONDS", "0")  # a backup of its first minute would slow the tests
        environment |= {"VAR": str(self.folder / "var"), "PORT": str(self.port), "VENV": sys.prefix}
        environment["EMPTY"] = "1" if self.empty else "0"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.program, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """Kill the server without warning, as a power cut would. Enter again to start on the data that is left."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __exit__(self, *error: object) -> None:
        assert self.process is not None
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _wait_until_healthy(self, url: str) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=2):
                    return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.2)
        problem = self.log.read_text(errors="replace")[-3000:]
        self.__exit__()
        raise AssertionError(f"the server did not start:\n{problem}")
