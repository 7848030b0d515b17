"""The canonical text of a document and its hash, by formula 1.

The text is JSON with sorted keys, without white space, in UTF-8, with amounts as strings and no floats. The hash is
SHA-256 over the hash of the document before (empty for the first), a line feed and the text, as 64 hexadecimal digits.
`tools/verify_journal.py` does the same without Bistro.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMULA = 1


def dumps(content: Mapping[str, Any]) -> str:
    """Return the canonical text. Raises TypeError for a float, whose text is not exact."""
    _refuse_floats(content)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def loads(text: str) -> dict[str, Any]:
    """Return the content of a canonical text."""
    content: dict[str, Any] = json.loads(text)
    return content


def hash_of(previous: str, text: str, formula: int = FORMULA) -> str:
    """Return the hash of a document. Raises ValueError for an unknown formula."""
    if formula != FORMULA:
        raise ValueError(f"There is no formula {formula}.")
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value} is a float")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            _refuse_floats(each)
