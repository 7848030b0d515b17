"""A mail server and an SMS gateway for tests, each in a thread, with the failures of real ones."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks SMTP. `answers` replaces the answer to a command; an answer of None closes the connection.

    `mails` holds what was handed over, also where the answer to it was lost. `silent` names a command without answer.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails, self.envelopes, self.answers, self.silent = [], [], {}, ""
        self.ended = threading.Event()

    @property
    def port(self):
        return self.server_address[1]


class _Talk(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        if not self.says("connect", "220 test"):
            return
        while line := self.rfile.readline():
            command = line[:4].strip().upper().decode()
            if command in ("EHLO", "HELO"):
                told = self.says("EHLO", "250 test")
            elif command in ("MAIL", "RCPT"):
                self.server.envelopes.append(line.decode().strip())
                told = self.says(command, "250 ok")
            elif command == "DATA":
                told = self.says("DATA", "354 go on") and (self.server.answers.get("DATA") or self.take())
            else:
                told = self.says(command, "221 bye" if command == "QUIT" else "250 ok")
            if not told or command == "QUIT":
                return

    def take(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        return self.says("END", "250 taken")

    def says(self, command, usual):
        if self.server.silent == command:
            self.server.ended.wait(20)
            return False
        answer = self.server.answers.get(command, usual)
        if answer is not None:
            self.wfile.write(answer.encode() + b"\r\n")
        return answer is not None


class Gateway(HTTPServer):
    """Takes text messages; `status` is its answer, None closes the connection without one."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Post)
        self.posts, self.status = [], 202


class _Post(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.posts.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
        if self.server.status is not None:
            self.send_response(self.server.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

    def log_message(self, *_said):
        pass


@contextmanager
def running(server):
    """Run a server in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        getattr(server, "ended", threading.Event()).set()
        server.shutdown()
        server.server_close()
        thread.join(5)
