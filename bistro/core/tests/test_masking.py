"""Tokens in logs: masked in every access log and in our own lines."""

import inspect
import io
import logging
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from daphne import access
from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from bistro.core.ops.logs import formatter
from bistro.core.ops.masking import LINKS, TokenFilter, _masked_entry, mask_tokens

pytestmark = pytest.mark.database_agnostic

TOKEN = "6cxtyoi7aGxF_B3EjWzZHgJwK3-UwdihCFAlG7qjvkk"  # fixed, because it is part of the names of tests
ADDRESSES = [*(f"/{link}/{TOKEN}/" for link in LINKS), f"/calendar/{TOKEN}.ics"]
ADDRESSES += [f"/x?a=1&token={TOKEN}&b=2", f"/book/x/?hold={TOKEN}&size=2"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_loses_its_token_and_nothing_else(address):
    said = mask_tokens(f'"GET {address} HTTP/1.1" 200')
    assert TOKEN not in said
    assert said.startswith('"GET /')
    assert said.endswith('HTTP/1.1" 200')


@pytest.mark.parametrize(
    "address", ["/", "/orders/", "/invitation/", "/api/v1/orders?cursor=abc", "/admin/core/device/12/"]
)
def test_an_address_without_a_token_stays(address):
    assert mask_tokens(f"GET {address}") == f"GET {address}"


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("address", ADDRESSES)
def test_our_own_lines_hold_no_token(as_json, address):
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Failed: %s", (address,), None)
    record.request_line, record.more = f"GET {address}", {"path": [address]}
    assert TOKEN not in formatter(as_json).format(record)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_access_log_of_uvicorn_holds_no_token(address):
    arguments = ("127.0.0.1:1", "GET", address, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 1, '%s - "%s %s HTTP/%s" %d', arguments, None)
    assert TOKEN in record.getMessage(), "the control: unfiltered"
    assert TokenFilter().filter(record)
    assert TOKEN not in record.getMessage()
    assert record.getMessage().startswith('127.0.0.1:1 - "GET /')


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_access_log_of_daphne_holds_no_token(address, monkeypatch):
    def logged():
        stream = io.StringIO()
        access.AccessLogGenerator(stream).write_entry(host="h", date=datetime.now(UTC), request=f"GET {address}")
        return stream.getvalue()

    plain = inspect.unwrap(access.AccessLogGenerator.write_entry)
    monkeypatch.setattr(access.AccessLogGenerator, "write_entry", plain)
    assert TOKEN in logged(), "the control: unmasked"
    monkeypatch.setattr(access.AccessLogGenerator, "write_entry", _masked_entry(plain))
    assert TOKEN not in logged()
    assert '"GET /' in logged()


def test_nginx_masks_the_same_links():
    text = (settings.BASE_DIR / Path("deploy/nginx.conf")).read_text()
    (named,) = re.findall(r"\(\?:([a-z|]+)\)/\)\. \$link", text)
    assert named.split("|") == list(LINKS)
    (form,) = re.findall(r"log_format plain '(.*)';", text)
    assert "$logged_uri" in form
    assert not re.search(r"\$(uri|request|request_uri|http_referer)\b", form)


def test_every_address_with_a_token_is_known():
    def routes(resolver, before=""):
        for entry in resolver.url_patterns:
            path = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from routes(entry, path)
            elif isinstance(entry, URLPattern):
                yield path

    tokens = [path for path in routes(get_resolver()) if "token>" in path]
    assert tokens
    assert {path.split("/")[0] for path in tokens} <= set(LINKS)
