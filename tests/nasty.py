"""Text from outside that no form has checked: nasty values, and the inputs of every address that can carry them.

The inputs are generated: path converters from the URLconf, query parameters and headers from the OpenAPI document,
filters from the admin's lists, and all names that the code reads from a query, a form, the cookies or the headers.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote_from_bytes

from django.contrib import admin
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.http.request import HttpHeaders
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.web.pairing_views import PAIRING_COOKIE
from tests.plugins.documented_answers import document

# What no column, number, date, header or path can hold.
VALUES = {
    "empty": b"",
    "NUL": b"\x00",
    "NUL inside": b"a\x00bcdefghijklmnop",
    "NUL, percent-encoded twice": b"%00",
    "minus one": b"-1",
    "20 digits": b"1" + b"0" * 20,
    "5,000 digits": b"9" * 5000,
    "beyond a float": b"1e400",
    "no number": b"NaN",
    "Arabic digit": "٣".encode(),
    "superscript digit": "²".encode(),
    "no date": b"2026-99-99",
    "last moment": b"9999-12-31T23:59:59-23:59",
    "first moment": b"0001-01-01T00:00:00+23:59",
    "lone surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe",
    "header line": b"a\r\nX-Injected: yes",
    "line break": b"\n",
    "SQL": b"' OR 1=1 --",
    "LIKE": b"%_\\",
    "JSON": b'{"a": [null]}',
    "list": b"1,a,,2",
    "text for a number": b"abc",
    "long": b"x" * 3000,
    "path": b"../../etc/passwd",
    "host": b"//evil.example/",
    "broken address": b"http://[",
    "markup": b"<script>alert(1)</script>",
    "emoji": "🍕\u202e".encode(),
    "cursor of text": b"cD1hYmM=",
    "cursor with NUL": b"cD0lMDA=",
    "cursor without a date": b"cj0xJnA9MjAyNi05OS05OQ==",
    "cursor far away": b"bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk=",
}
HEADERS = {
    "Accept", "Accept-Language", "Authorization", "Content-Type", "Host", "HX-Current-URL", "HX-Request", "HX-Target",
    "HX-Trigger", "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "Origin", "Range", "Referer",
    "User-Agent", "X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-ID",
}  # fmt: skip
COOKIES = {"sessionid", "csrftoken", "messages", DEVICE_COOKIE, PAIRING_COOKIE}
ENDS_THE_LOGIN = {"logout/", "admin/logout/", "me/sign-out/"}
_NAMED, _UNNAMED = re.compile(r"\(\?P<(\w+)>[^)]*\)"), re.compile(r"\(\[\^/\]\+\)")
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass
class Inputs:
    """The names that one address reads."""

    path: set[str] = field(default_factory=set)
    query: set[str] = field(default_factory=set)
    form: set[str] = field(default_factory=set)
    cookie: set[str] = field(default_factory=lambda: set(COOKIES))
    header: set[str] = field(default_factory=lambda: set(HEADERS))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each (place, name). Servers check the length of a body themselves."""
        for place in ("path", "query", "form", "cookie", "header"):
            names = sorted({name.lower() if place == "header" else name for name in getattr(self, place)})
            yield from ((place, name) for name in names if name != "content-length")


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Yield every address of the URLconf, also the admin's, with each group of a regular expression as a converter."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            yield _UNNAMED.sub("<str:object_id>", _NAMED.sub(r"<str:\1>", path)).replace("^", "").replace("$", "")


@cache
def filters_of_lists() -> dict[str, set[str]]:
    """Return {address of an admin list: names of its query parameters}."""
    found = {}
    for model, page in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist").lstrip("/")
        found[address] = {"q", "o", "p", "all", "e", "_facets", "_popup", "_to_field", "no_such"}
        for chosen in page.list_filter:
            found[address] |= _parameters_of(chosen, model, page)
    return found


def _parameters_of(chosen: Any, model: Any, page: Any) -> set[str]:
    """Return the names of the query parameters of one filter."""
    if isinstance(chosen, type):
        return {chosen.parameter_name}
    name = chosen if isinstance(chosen, str) else chosen[0]
    endings = ["__exact", "__isnull", "__isempty", "__id__exact", "__in", "__gte", "_from", "_to", "_from_0", "_to_1"]
    return {name, *(name + ending for ending in endings)}


def documented_inputs(address: str) -> Inputs:
    """Return the inputs that can be known without a request."""
    inputs = Inputs(path=set(_CONVERTER.findall(address)), query=set(filters_of_lists().get(address, ())))
    described = document().paths.get("/" + _CONVERTER.sub(r"{\1}", address), {})
    for operation in described.values():
        for parameter in operation.get("parameters", []):
            if parameter["in"] in ("query", "header", "cookie"):
                getattr(inputs, parameter["in"]).add(parameter["name"])
    return inputs


def quoted_cookie(name: str, value: bytes) -> str:
    """Return a Cookie header with the value, quoted as RFC 2109 quotes every byte."""
    plain = {byte: chr(byte) for byte in range(33, 127) if chr(byte) not in '";,\\'}
    text = "".join(plain.get(byte, "\\" + format(byte, "03o")) for byte in value)
    return f'{name}="{text}"'


def path_with(address: str, values: dict[str, bytes]) -> str:
    """Return the path with a value for each converter, percent-encoded."""
    return "/" + _CONVERTER.sub(lambda found: quote_from_bytes(values.get(found[1], b"1"), safe=""), address)


@contextmanager
def recorded(inputs: Inputs, fields: str) -> Iterator[None]:
    """Add the names that are read meanwhile: of headers, of cookies, and of fields of the query or the form."""
    read = {QueryDict: getattr(inputs, fields), HttpHeaders: inputs.header, _Cookies: inputs.cookie}
    kept = [(owner, name, getattr(owner, name)) for owner in read for name in _READERS]
    for owner, name, method in kept:
        setattr(owner, name, _recording(method, read[owner]))
    cookies = WSGIRequest.__dict__["COOKIES"]
    WSGIRequest.COOKIES = property(lambda request: _Cookies(cookies.__get__(request)))  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        WSGIRequest.COOKIES = cookies  # type: ignore[misc]
        for owner, name, method in kept:
            setattr(owner, name, method)


_READERS = ("get", "__getitem__", "__contains__")


def _recording(method: Any, names: set[str]) -> Any:
    """Return the method of a mapping with a record of the asked name."""

    def read(self: Any, name: Any, *more: Any) -> Any:
        if isinstance(name, str):
            names.add(name)
        return method(self, name, *more)

    return read


class _Cookies(dict[str, str]):
    """The cookies of a request, of a class of their own, because `dict` cannot be patched."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name)
