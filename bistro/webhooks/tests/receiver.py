"""A receiver of webhooks for tests, in a thread, with the faults of real ones."""

import hashlib
import hmac
import json
import socketserver
import threading
import time
from contextlib import contextmanager, suppress

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def answer(status, **headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\n{lines}Content-Length: 0\r\n\r\n".encode()


class Receiver(socketserver.ThreadingTCPServer):
    """Takes requests. `answers` are given in turn, the last one again and again: bytes, or functions of the request."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), _Request)
        self.answers, self.requests, self.connections = list(answers) or [OK], [], 0
        self.ended = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/hook?of=house"

    @property
    def bodies(self):
        return [json.loads(body) for _head, body in self.requests]

    @property
    def numbers(self):
        return [body["seq"] for body in self.bodies]

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Request(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        self.server.connections += 1
        first = self.rfile.readline().decode().strip()
        headers = {"": first}
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _colon, value = line.partition(": ")
            headers[name] = value
        body = self.rfile.read(int(headers.get("Content-Length", 0)))
        self.server.requests.append((headers, body))
        said = self.server.next_answer()
        with suppress(OSError):  # the sender has gone
            said(self) if callable(said) else self.wfile.write(said)


def silent(request):
    """Say nothing until the test is over."""
    request.server.ended.wait(20)


def dripping(request):
    """Send one byte at a time, so that no single read takes long."""
    for byte in b"HTTP/1.1 200 OK" + b" " * 400:
        if request.server.ended.wait(0.05):
            return
        request.wfile.write(bytes([byte]))


def endless(request):
    """Send a status line that never ends."""
    while not request.server.ended.is_set():
        request.wfile.write(b"x" * 4096)


@contextmanager
def receiving(*answers):
    """Run a receiver."""
    server = Receiver(*answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def verified(header, body, secret, now=None, tolerance=300):
    """Check a signature as docs/webhooks.md tells receivers to."""
    parts = [part.partition("=") for part in header.split(",")]
    seconds = next(value for name, _, value in parts if name == "t")
    if abs((now or time.time()) - int(seconds)) > tolerance:
        return False
    wanted = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(value, wanted) for name, _, value in parts if name == "v1")
