"""The answers of started servers are compared with the OpenAPI document, whatever client reads them."""

import json
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import aiohttp
import pytest

from tests.plugins import documented_answers

pytestmark = pytest.mark.database_agnostic


class Undocumented(BaseHTTPRequestHandler):
    """A server whose menu has an undocumented form."""

    def do_GET(self):
        body = json.dumps({"menu": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Write nothing."""


@pytest.fixture
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Undocumented)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1/menu"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def found():
    """Return the faults that the check has found, and forget them before they fail the test."""

    def take():
        faults = list(documented_answers._faults)
        documented_answers._faults.clear()
        return faults

    return take


def test_by_urllib(url, found):
    with urllib.request.urlopen(url, timeout=5) as answer:
        assert json.load(answer) == {"menu": []}
    assert any(fault.startswith("GET /api/v1/menu answered 200: at /: ") for fault in found())


async def test_by_aiohttp(url, found):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert await answer.json() == {"menu": []}
        assert await answer.text()
    faults = found()
    assert any(fault.startswith("GET /api/v1/menu answered 200: at /: ") for fault in faults)
    assert len(faults) == len(set(faults)), "one answer is checked once"
