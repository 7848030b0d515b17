"""The chain of hashes over the closings of a restaurant, so that a later change shows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from orders.till.models import Closing

FORMULA = 1


def canonical(payload: Mapping[str, Any]) -> str:
    """Return the one text of a payload: sorted keys, no white space, amounts as texts."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(previous: str, payload: str) -> str:
    """Return the hash of a payload after the hash of the closing before it."""
    return sha256(f"{FORMULA}\n{previous}\n{payload}".encode()).hexdigest()


def breaks_of(closings: Iterable[Closing]) -> list[str]:
    """Return a sentence for each break in the chain, oldest first; the closings are ordered by their making."""
    found, previous = [], ""
    numbers: dict[str, int] = defaultdict(int)
    for row in closings:
        name = f"{row.kind} {row.number}"
        if row.number != numbers[row.kind] + 1:
            found.append(f"{name}: {row.kind} {numbers[row.kind] + 1} is missing")
        if row.previous_hash != previous:
            found.append(f"{name}: does not follow the closing before it")
        if row.hash != chained(row.previous_hash, row.payload):
            found.append(f"{name}: its figures were changed")
        numbers[row.kind], previous = row.number, row.hash
    return found
