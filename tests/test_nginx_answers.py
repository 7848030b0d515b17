"""Problem documents that nginx sends without the product, with the product's headers, and its pages for people."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from http import HTTPStatus
from pathlib import Path

import pytest

from bistro.core.kernel.problems import PROBLEM_TYPE
from bistro.core.speed.fast_path import shared_headers
from harness.service import free_port

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [
    pytest.mark.database_agnostic,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx"),
]
WITH_RETRY = {429, 502, 503, 504}
OF_OTHERS = {"vary", "cache-control"}  # they depend on the answer


class Nginx:
    """nginx with the configuration of `deploy/` on a free port, before one upstream that the test provides."""

    def __init__(self, folder: Path, upstream: int, change=lambda text: text) -> None:
        self.folder, self.port = folder, free_port()
        words = {
            "@USER@": "user root;" if os.getuid() == 0 else "",
            "@LISTEN@": f"127.0.0.1:{self.port}",
            "@MIME_TYPES@": "/etc/nginx/mime.types",
            "@STATE@": str(folder),
            "@STATIC@": str(folder / "static"),
            "@UPSTREAMS@": f"server 127.0.0.1:{upstream} max_fails=0;",
        }
        (folder / "static").mkdir()
        (folder / "static" / "kitchen.css").write_text("body {}")
        for name in ("nginx.conf", "proxy.conf", "problems.conf"):
            text = (ROOT / "deploy" / name).read_text()
            for word, value in words.items():
                text = text.replace(word, value)
            (folder / name).write_text(change(text))

    def __enter__(self):
        command = ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-g", "daemon off;"]
        self.process = subprocess.Popen(command, stderr=(self.folder / "start.log").open("wb"))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "start.log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError("nginx does not answer")

    def __exit__(self, *_error):
        self.process.terminate()
        self.process.wait(10)

    def ask(self, raw: bytes):
        """Send raw bytes; return (status, headers, body)."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(raw)
            answer = b""
            while b"\r\n\r\n" not in answer or len(body_of(answer)) < length_of(answer):
                more = line.recv(65536)
                if not more:
                    break
                answer += more
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        return int(first.split()[1]), {n.lower(): v.strip() for n, _, v in (x.partition(":") for x in lines)}, body


def body_of(answer):
    return answer.partition(b"\r\n\r\n")[2]


def length_of(answer):
    found = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
    return int(found[1]) if found else 10**9


def request(line=b"GET / HTTP/1.1", *more: bytes, host=b"Host: 127.0.0.1"):
    return b"\r\n".join([line, host, *more, b"", b""])


@pytest.fixture(scope="module")
def silent():
    """Return the port of a server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []
        threading.Thread(target=lambda: accept_all(server, kept), daemon=True).start()
        yield server.getsockname()[1]


def accept_all(server, kept):
    while True:
        try:
            kept.append(server.accept())
        except OSError:
            return


def quickly(text):
    """Let nginx give up on a silent server soon and have an address that is always busy."""
    text = text.replace("proxy_read_timeout 40s", "proxy_read_timeout 200ms")
    return text.replace("location /static/ {", "location /busy { return 503; }\n        location /static/ {", 1)


@pytest.fixture(scope="module")
def nginx(tmp_path_factory, silent):
    with Nginx(tmp_path_factory.mktemp("nginx"), silent, quickly) as server:
        yield server


@pytest.fixture(scope="module")
def nobody(tmp_path_factory):
    """Return nginx before a server process that is away."""
    with Nginx(tmp_path_factory.mktemp("nobody"), free_port()) as server:
        yield server


LARGE = b"Content-Length: 2000000"
ANSWERS = {
    "no host": (400, b"GET /api/v1/menu HTTP/1.1\r\n\r\n"),
    "two hosts": (400, request(b"GET /api/v1/menu HTTP/1.1", b"Host: elsewhere")),
    "no number": (400, request(b"POST /api/v1/orders HTTP/1.1", b"Content-Length: many")),
    "no request": (400, b"nonsense\r\n\r\n"),
    "large body": (413, request(b"POST /api/v1/orders HTTP/1.1", LARGE)),
    "long address": (414, request(b"GET /api/" + b"x" * 70_000 + b" HTTP/1.1")),
    "large header": (431, request(b"GET /api/v1/menu HTTP/1.1", b"X-Large: " + b"x" * 70_000)),
    "silent server": (504, request(b"GET /api/v1/menu HTTP/1.1")),
    "busy": (503, request(b"GET /busy HTTP/1.1")),
    "no file": (404, request(b"GET /static/nothing.css HTTP/1.1")),
    "a file is not posted": (405, request(b"POST /static/kitchen.css HTTP/1.1", b"Content-Length: 0")),
    "http 9": (505, request(b"GET /api/v1/menu HTTP/9.0")),
    "an internal address": (404, request(b"GET /.problem.json HTTP/1.1")),
}


def is_problem(status, headers, body):
    assert headers["content-type"] == PROBLEM_TYPE, headers
    told = json.loads(body)
    assert (told["status"], told["title"], told["type"]) == (status, HTTPStatus(status).phrase, "about:blank")
    assert told["detail"]
    assert re.fullmatch("[a-z_]+", told["code"])
    assert ("retry-after" in headers) == (status in WITH_RETRY)
    return told


@pytest.mark.parametrize("name", ANSWERS)
def test_what_nginx_refuses_is_a_problem_document(nginx, name):
    wanted, raw = ANSWERS[name]
    status, headers, body = nginx.ask(raw)
    assert status == wanted, body
    is_problem(status, headers, body)
    assert b"nginx" not in body


def test_a_process_that_is_away_is_a_problem_document(nobody):
    status, headers, body = nobody.ask(request(b"POST /api/v1/orders HTTP/1.1", b"Content-Length: 2") + b"{}")
    assert (status, headers["retry-after"]) == (502, "1")
    assert is_problem(status, headers, body)["code"] == "unavailable"


def test_its_answers_have_our_headers(nobody):
    _, headers, _ = nobody.ask(request())
    for name, value in shared_headers():
        key = name.decode().lower()
        if key == "content-security-policy":
            assert sorted(headers[key].split("; ")) == sorted(value.decode().split("; "))
        elif key not in OF_OTHERS:
            assert headers[key] == value.decode(), key
    assert headers["cache-control"] == "no-store"


def test_a_person_gets_a_page(nobody):
    accept = b"Accept: text/html,application/xhtml+xml"
    status, headers, body = nobody.ask(request(b"GET /floor/ HTTP/1.1", accept))
    assert (status, headers["content-type"], headers["retry-after"]) == (502, "text/html", "1")
    assert b"Try again in a moment" in body
    status, headers, _ = nobody.ask(request(b"GET /api/v1/orders HTTP/1.1", accept))
    assert (status, headers["content-type"]) == (502, PROBLEM_TYPE)


def test_control_without_the_error_pages_nginx_answers_html(tmp_path):
    def without(text):
        return re.sub(r"(?m)^ *error_page .*$", "", text)

    with Nginx(tmp_path, free_port(), without) as plain:
        status, headers, body = plain.ask(request(b"GET /api/v1/orders HTTP/1.1"))
    assert (status, headers["content-type"]) == (502, "text/html")
    assert b"<center>" in body
    assert "retry-after" not in headers
