"""Daphne and Twisted with a clock that does not step."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from daphne import http_protocol, ws_protocol

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent.parent.parent
# Durations while the time of day jumps by an hour: of a request, and of a socket.
JUMP = """
import sys, time
real, jumped = time.time, [0]
time.time = lambda: real() + jumped[0]
import daphne.server
{before}
import bistro.asgi
{after}
from daphne import http_protocol, ws_protocol
from twisted.internet import reactor
request = http_protocol.WebRequest.__new__(http_protocol.WebRequest)
request.request_start = http_protocol.time.time()
began = reactor.seconds()
jumped[0] = 3600
took = [request.duration(), reactor.seconds() - began]
print([abs(each) < 60 for each in took], abs(time.monotonic() - reactor.seconds()) < 1)
"""


def durations(tmp_path, before="", after=""):
    """Return what a process with Daphne and the product says of durations over a jump of the time of day."""
    given = {**os.environ, "VAR": str(tmp_path), "SECRET_KEY": "x" * 60}
    code = JUMP.format(before=before, after=after)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_daphne_and_twisted_measure_by_a_clock_that_does_not_step(tmp_path):
    assert durations(tmp_path) == "[True, True] True"


def test_control_with_their_own_clock_a_request_takes_an_hour(tmp_path):
    kept = "from daphne import http_protocol; own = http_protocol.time, daphne.server.reactor.seconds"
    back = "http_protocol.time, daphne.server.reactor.seconds = own"
    assert durations(tmp_path, kept, back) == "[False, False] False"


@pytest.mark.parametrize("module", [http_protocol, ws_protocol, "server"])
def test_daphne_asks_its_clock_for_nothing_but_the_time(module):
    path = Path(http_protocol.__file__).with_name("server.py") if module == "server" else Path(module.__file__)
    asked = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time"
    }
    assert asked == {"time"}
