"""The script `deploy/local-cluster`: nginx and two server processes, started by one command."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from django.conf import settings

from harness.opened import NO_LIMITS
from harness.screens import Program, Rules
from harness.servers import Postgres, Redis, Server, product_environment
from harness.service import ROOT, START_SECONDS, free_port
from tools.simulator.credentials import demo_path, read_credentials

PATIENCE = 30.0  # seconds after which all slow clients are disconnected
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(settings.SQLITE or not settings.REDIS_URL, reason="several processes: PostgreSQL and Redis"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx"),
]


class Cluster(Server):
    """nginx on `port` with two processes behind it."""

    def __init__(self, folder: Path, database: str, redis: str) -> None:
        super().__init__("cluster", folder)
        self.port = free_port(following=2)
        self.settings = {**NO_LIMITS, "VAR": str(folder / "var"), "DATABASE_URL": database, "REDIS_URL": redis}
        self.url = f"http://127.0.0.1:{self.port}"

    def command(self):
        return [ROOT / "deploy" / "local-cluster"]

    def environment(self):
        return product_environment(self.settings) | {"PORT": str(self.port), "PUBLIC_URL": self.url}

    def serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                return all(not is_free(self.port + number) for number in (1, 2))
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):  # a cluster that did not start
                os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)

    def kill_process(self, number: int) -> None:
        """Kill one of the processes behind nginx, as a fault would."""
        pattern = f"uvicorn.*--port {self.port + number} "
        assert subprocess.run(["pkill", "-KILL", "-f", pattern], check=False).returncode == 0

    def kill_nginx(self) -> None:
        """Kill nginx's master, whose workers then hold its port."""
        os.kill(int((Path(self.settings["VAR"]) / "nginx" / "nginx.pid").read_text()), signal.SIGKILL)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("cluster")
    redis, postgres = Redis("redis", tmp_path), Postgres("postgres", tmp_path)
    started = []
    try:
        for server in (redis, postgres):
            started.append(server)
            server.start()
            wait_for(server)
        here = Cluster(tmp_path, postgres.create_database("bistro"), redis.url)
        started.append(here)
        here.start()
        wait_for(here)
        yield here
    finally:
        for server in reversed(started):
            server.stop()


def wait_for(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.serves():
        assert server.process.poll() is None, server.log.read_text()[-3000:]
        assert time.monotonic() < deadline, server.log.read_text()[-3000:]
        time.sleep(0.1)


def post(cluster: Cluster, body: bytes, **headers: str) -> tuple[int, dict]:
    """Place an order through nginx; return (status, JSON)."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex, **headers}
    asked = urllib.request.Request(f"{cluster.url}/api/v1/orders", data=body, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}


def retry(cluster: Cluster, body: bytes, program: str) -> tuple[int, dict]:
    """Repeat the orders that a dead process had received, with the same keys, as a pad does."""
    key = uuid4().hex
    answers = [post(cluster, body, Authorization=program, **{"Idempotency-Key": key})]
    if answers[-1][0] == 502:
        answers.append(post(cluster, body, Authorization=program, **{"Idempotency-Key": key}))
    assert answers[-1][0] in (200, 201), answers
    return answers[-1]


def server_of(url: str) -> str | None:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.headers["Server"]


async def slow_clients(cluster: Cluster) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open clients of which half never finish their headers and half never send their body."""
    clients = [await asyncio.open_connection("127.0.0.1", cluster.port) for _ in range(100)]
    for number, (_, writer) in enumerate(clients):
        writer.write(b"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        if number % 2:
            writer.write(b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
    return clients


async def test_one_command_starts_an_installation_that_outlives_one_of_its_processes(cluster):
    who = read_credentials(demo_path(Path(cluster.settings["VAR"])))
    program = who.one("integration").authorization
    body = json.dumps({"table": who.of_kind("pad")[0].table, "lines": [{"item": "Burger", "quantity": 1}]}).encode()

    slow = await slow_clients(cluster)
    assert post(cluster, body, Authorization=program)[0] == 201
    assert post(cluster, b"x" * 2_000_000, Authorization=program)[0] == 413
    assert post(cluster, body, Authorization=program, Host="elsewhere.example")[0] == 400
    assert server_of(f"{cluster.url}/static/css/kitchen.css") == "nginx", "static files never reach a server process"
    assert "?" not in (Path(cluster.settings["VAR"]) / "nginx" / "access.log").read_text()

    async with aiohttp.ClientSession() as session:
        screen = Program(session, cluster.url, program, Rules())
        watching = asyncio.create_task(screen.watch())
        try:
            cluster.kill_process(1)
            placed = [retry(cluster, body, program) for _ in range(20)]
            deadline = time.monotonic() + 20
            while placed[-1][1]["id"] not in screen.orders:
                assert time.monotonic() < deadline, "the screen never came back"
                await asyncio.sleep(0.05)
            assert {order["id"] for _, order in placed} <= screen.orders.keys()
        finally:
            watching.cancel()
    for reader, writer in slow:
        await asyncio.wait_for(reader.read(), PATIENCE)  # nginx has closed the connection
        writer.close()


async def test_what_dies_is_started_again(cluster):
    who = read_credentials(demo_path(Path(cluster.settings["VAR"])))
    program = who.one("integration").authorization
    body = json.dumps({"table": who.of_kind("pad")[0].table, "lines": [{"item": "Burger", "quantity": 1}]}).encode()
    for _ in range(2):
        cluster.kill_nginx()
        cluster.kill_process(1)
        cluster.kill_process(2)
        deadline = time.monotonic() + PATIENCE
        while not await asyncio.to_thread(cluster.serves):
            assert time.monotonic() < deadline, cluster.log.read_text()[-3000:]
            await asyncio.sleep(0.1)
        retry(cluster, body, program)
    cluster.stop()
    deadline = time.monotonic() + PATIENCE
    while not all(is_free(cluster.port + number) for number in range(3)):
        assert time.monotonic() < deadline, "a stop leaves nothing behind"
        await asyncio.sleep(0.1)
