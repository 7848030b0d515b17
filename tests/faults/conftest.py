"""A check of the answers of started servers: they are as the OpenAPI document describes them."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.plugins.documented_answers import check


@pytest.fixture(autouse=True)
def _answers_as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare every whole answer that a client of the test process reads."""
    read, read_plain = aiohttp.ClientResponse.read, http.client.HTTPResponse.read

    async def checked(self: aiohttp.ClientResponse) -> bytes:
        fresh = self._body is None
        body: bytes = await read(self)
        if fresh:
            check(self.method, self.url.path, self.status, self.headers, body)
        return body

    def checked_plain(self: Any, amount: int | None = None) -> bytes:
        body: bytes = read_plain(self, amount)
        if amount is None and (url := getattr(self, "url", "")):  # set by urllib
            check(self._method, urlsplit(url).path, self.status, self.headers, body)
        return body

    monkeypatch.setattr(aiohttp.ClientResponse, "read", checked)
    monkeypatch.setattr(http.client.HTTPResponse, "read", checked_plain)
