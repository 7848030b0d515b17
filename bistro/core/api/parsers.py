"""Strict JSON parsing: refuses input that other parsers accept and a database cannot store."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20
MAX_DIGITS = 18
_REFUSED_CHARACTERS = re.compile("[\x00\ud800-\udfff]")


def _no_constant(name: str) -> None:
    raise ParseError(gettext("%(name)s is not JSON.") % {"name": name})


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ParseError(gettext("A number is too large."))
    return int(digits)


def _depth(text: str) -> None:
    """Refuse deep nesting before the parser recurses. Brackets in strings count too, so the limit is generous."""
    depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            if depth > MAX_DEPTH * 4:
                raise ParseError(gettext("The JSON is nested too deeply."))
        elif char in "]}":
            depth = max(0, depth - 1)


def check_text(value: Any, depth: int = 0) -> None:
    """Refuse NUL and lone surrogates anywhere, and nesting beyond MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise ParseError(gettext("The JSON is nested too deeply."))
    if isinstance(value, str):
        if _REFUSED_CHARACTERS.search(value):
            raise ParseError(gettext("Text may not contain NUL or lone surrogates."))
    elif isinstance(value, list):
        for item in value:
            check_text(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            check_text(item, depth + 1)


def loads(body: bytes) -> Any:
    """Parse UTF-8 JSON. Raises ParseError (400)."""
    try:
        text = body.decode("utf-8")
        _depth(text)
        data = json.loads(text, parse_constant=_no_constant, parse_int=_int)
    except (ValueError, RecursionError) as error:
        raise ParseError(gettext("This is not valid JSON: %(error)s") % {"error": error}) from None
    check_text(data)
    return data


class StrictJSONParser(BaseParser):
    """A parser for `application/json` only."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return loads(stream.read())
