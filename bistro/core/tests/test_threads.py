"""Django in threads of the ASGI process: the response on the wire, and one thread from start to end."""

import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core import signals
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from bistro.core.server.threads import DjangoInThreads
from bistro.core.tests.asgi import ask, http_scope

threads: list[str] = []


def note_thread(request):
    """Return the request's data with a cookie, and note the thread."""
    threads.append(threading.current_thread().name)
    answer = HttpResponse(request.method.encode() + b" " + request.body, status=202, content_type="text/plain")
    answer.set_cookie("taste", "salt", samesite="Strict")
    return answer


def fail(request):
    raise RuntimeError("a fault of ours")


urlpatterns = [path("note", note_thread), path("fail", fail)]


def scope(method: str = "POST", where: str = "/note") -> dict:
    return http_scope(where, method, {"content-type": "text/plain"})


@pytest.fixture
def django_in_threads():
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        yield DjangoInThreads()


async def test_status_headers_cookie_and_a_body_in_pieces(django_in_threads):
    status, headers, body = await ask(django_in_threads, scope(), b"fish ", b"and chips")
    assert (status, body) == (202, b"POST fish and chips")
    assert headers[b"Content-Type"] == b"text/plain"
    assert headers[b"Set-Cookie"] == b"taste=salt; Path=/; SameSite=Strict"
    assert threads[-1].startswith("django_")


async def test_a_head_request_has_no_body(django_in_threads):
    status, _headers, body = await ask(django_in_threads, scope("HEAD"))
    assert (status, body) == (202, b"")


async def test_a_fault_is_an_answer_and_the_request_is_finished(django_in_threads):
    finished = []

    def note(sender, **kwargs):
        finished.append(threading.current_thread().name)

    signals.request_finished.connect(note)
    try:
        status, _headers, _body = await ask(django_in_threads, scope(where="/fail"))
    finally:
        signals.request_finished.disconnect(note)
    assert status == 500
    assert len(finished) == 1  # the thread that used a connection must check it
    assert finished[0].startswith("django_")


async def test_a_client_that_leaves_before_it_has_asked_runs_nothing(django_in_threads):
    before = len(threads)
    wire = ApplicationCommunicator(django_in_threads, scope())
    await wire.send_input({"type": "http.request", "body": b"half", "more_body": True})
    await wire.send_input({"type": "http.disconnect"})
    await wire.wait(10)
    assert len(threads) == before
    assert await wire.receive_nothing()
