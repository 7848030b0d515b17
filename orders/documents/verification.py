"""Verification of the chain of documents against its hashes, numbers and sums."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bistro.core.kernel.money import ZERO
from orders.documents.canonical import hash_of, loads
from orders.documents.models import Document, Journal


@dataclass
class Verdict:
    """The state of a restaurant's journal: its documents, the hash at its end, and a sentence for each break."""

    restaurant_id: int
    documents: int = 0
    hash: str = ""
    breaks: list[str] = field(default_factory=list)


def exported(restaurant_id: int) -> Iterator[dict[str, Any]]:
    """Yield the documents of a restaurant, oldest first, as `tools/verify_journal.py` reads them."""
    rows = Document.objects.of_restaurant(restaurant_id).order_by("position")
    for row in rows.iterator(chunk_size=500):
        yield {
            "position": row.position,
            "number": row.code,
            "total": str(row.total),
            "formula": row.formula,
            "previous": row.previous,
            "hash": row.hash,
            "payload": row.payload,
        }


def verify(restaurant_id: int, documents: Iterable[Mapping[str, Any]] | None = None) -> Verdict:
    """Compare the documents of a restaurant with each other and with the end of the journal."""
    verdict = Verdict(restaurant_id)
    verdict.breaks += _broken(verdict, exported(restaurant_id) if documents is None else documents)
    end = Journal.objects.filter(pk=restaurant_id).first()
    position, last = (end.position, end.hash) if end else (0, "")
    if (verdict.documents, verdict.hash) != (position, last):
        verdict.breaks.append(f"the chain ends at {verdict.documents}, the journal says {position}")
    return verdict


def _broken(verdict: Verdict, documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the documents, one sentence for each cause. Move `verdict` along the chain."""
    numbers: dict[str, int] = defaultdict(int)
    for row in documents:
        series, _, number = row["number"].rpartition("-")
        if row["position"] != verdict.documents + 1:
            yield f"document {verdict.documents + 1} is missing before {row['number']}"
        elif row["previous"] != verdict.hash:
            yield f"{row['number']}: does not follow the document before it"
        elif int(number) != numbers[series] + 1:
            yield f"{row['number']}: follows number {numbers[series]} of its series"
        yield from _wrong_text(row)
        numbers[series] = int(number)
        verdict.documents, verdict.hash = row["position"], row["hash"]


def _wrong_text(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the text of a document differs from its hash, its row, or its own sum."""
    if row["hash"] != hash_of(row["previous"], row["payload"], row["formula"]):
        yield f"{row['number']}: is altered"
        return
    content = loads(row["payload"])
    total = Decimal(content["total"])
    if (content["position"], content["number"], total) != (row["position"], row["number"], Decimal(row["total"])):
        yield f"{row['number']}: its row says something else than its text"
    elif sum((Decimal(line["amount"]) for line in content["lines"]), ZERO) != total:
        yield f"{row['number']}: its lines do not add up to its total"
