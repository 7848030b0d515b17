"""A check that every answer of the API is as the OpenAPI document describes it.

Each answer that a test receives is compared with the status, headers, media type and schema of its operation. A test
that received an answer with anything undocumented fails.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cache
from typing import Any

import pytest

from bistro.core.kernel.problems import PROBLEM_TYPE

# Headers that belong to single operations.
HEADERS = ("ETag", "Location", "Link", "Idempotent-Replayed", "Retry-After", "Bistro-Seq", "Bistro-Epoch")
SHOWN = 5  # faults of one answer
PROBLEM = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_faults: list[str] = []


class Document:
    """An OpenAPI document with one compiled validator for each operation, status and media type."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths: dict[str, Any] = document["paths"]
        self.components: dict[str, Any] = closed(document["components"]["schemas"])
        self._patterns = [(re.compile(pattern_of(path)), path) for path in self.paths if "{" in path]
        self._validators: dict[Any, Any] = {}

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """Return the operation, an empty one for a method that the address does not have, None for other addresses."""
        known = path if path in self.paths else next((p for regex, p in self._patterns if regex.fullmatch(path)), None)
        if known is None:
            return None
        found: dict[str, Any] = self.paths[known].get("get" if method == "HEAD" else method.lower(), {})
        return found

    def faults(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
        """Return what the document does not say of this answer."""
        media_type = headers.get("Content-Type", "")
        operation = self.operation(method, path)
        if operation is None or method == "OPTIONS":
            return []
        if not operation:
            return self._of_body(PROBLEM, media_type, body)
        described = operation["responses"].get(str(status))
        if described is None:
            return [f"the status {status} is not documented"]
        unnamed = [name for name in HEADERS if name in headers and name not in described.get("headers", {})]
        faults = [f"the header {name} is not documented" for name in unnamed]
        return faults + self._of_body(described.get("content", {}), media_type, body)

    def _of_body(self, content: dict[str, Any], media_type: str, body: bytes) -> list[str]:
        media_type = media_type.split(";")[0].strip()
        if not content:
            return ["a body is not documented"] if body else []
        if media_type not in content:
            return [f"the media type {media_type or '(none)'} is not documented"]
        errors = self.validator(content[media_type].get("schema", {})).iter_errors(json.loads(body))
        return [f"at /{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in errors][:SHOWN]

    def validator(self, schema: dict[str, Any]) -> Any:
        """Return the compiled validator of a schema."""
        import jsonschema_rs  # not every process of a run checks an answer

        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {**closed(schema), "components": {"schemas": self.components}}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]


def pattern_of(path: str) -> str:
    """Return the regular expression of an address with `{names}`."""
    return re.sub(r"\{[^}]+\}", r"[^/]+", path)


def closed(schema: Any) -> Any:
    """Return the schema with every object limited to the properties that it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: value if key in ("example", "examples") else closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema and "additionalProperties" not in schema:
        found["additionalProperties"] = False
    return found


@cache
def document() -> Document:
    """Return the product's document."""
    from drf_spectacular.generators import SchemaGenerator

    return Document(SchemaGenerator().get_schema(request=None, public=True))


def check(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Remember what the document does not say of this answer, for the end of the test."""
    found = document().faults(method, path, status, headers, body)
    _faults.extend(f"{method} {path} answered {status}: {fault}" for fault in found)


def _check_django(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method of Django's handler with a check of each answer."""

    def checked(self: Any, request: Any) -> Any:
        response = get_response(self, request)
        if not response.streaming:
            check(request.method, request.path_info, response.status_code, response.headers, response.content)
        return response

    return checked


def _check_fast_path(send_answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method of the fast path with a check of each answer."""

    async def checked(self: Any, answer: Any, send: Callable[..., Any]) -> None:
        sent: list[MutableMapping[str, Any]] = []

        async def keep(message: MutableMapping[str, Any]) -> None:
            sent.append(message)
            await send(message)

        await send_answer(self, answer, keep)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        check("POST", self.path, sent[0]["status"], headers, sent[1]["body"])

    return checked


def pytest_configure() -> None:
    """Check the answers of Django and of the fast path."""
    from django.core.handlers.base import BaseHandler

    from bistro.core.speed.fast_path import _FastEndpoint

    BaseHandler.get_response = _check_django(BaseHandler.get_response)  # type: ignore[method-assign]
    _FastEndpoint._send = _check_fast_path(_FastEndpoint._send)  # type: ignore[method-assign]


def pytest_runtest_setup() -> None:
    """Forget the faults of an earlier test."""
    _faults.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail a test that received an answer which the document does not describe."""
    yield
    if _faults:
        told = "\n".join(dict.fromkeys(_faults))
        _faults.clear()
        pytest.fail(f"The OpenAPI document does not describe these answers:\n{told}", pytrace=False)
