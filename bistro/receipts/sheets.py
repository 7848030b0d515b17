"""Receipts, bills and reports as rows of paper, with the words and amounts of their pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bistro.core.models import Restaurant
from kitchen.printing.sheets import RULE, Row, code, line, pair
from orders.billing.page import BillPage
from orders.billing.vouchers.page import VoucherPage
from orders.documents.page import Paper, PaperLine
from orders.till.reports.rows import ShownTable


def document_rows(paper: Paper, copy: int) -> list[Row]:
    """Return a receipt or another document. From the second print on it says that it is a copy."""
    return [
        *_head(paper.house),
        pair(paper.title, paper.document.code, "bold"),
        pair(paper.document.table_name, _moment(paper.issued_at)),
        *_lines([paper.note], "bold"),
        *_lines([_("Copy %(number)s") % {"number": copy}] if copy > 1 else [], "tall"),
        *_customer(paper.customer),
        RULE,
        *(row for each in paper.lines for row in _document_line(each)),
        RULE,
        pair(_("Total"), paper.total, "tall"),
        *(pair(f"{tax['name']} {tax['percent']} % · {tax['net']}", tax["amount"]) for tax in paper.taxes),
        *(pair(words, amount) for pairs in paper.payments for words, amount in pairs),
        *_lines([paper.signature.get("signature", ""), paper.unsigned]),
        *([code(paper.signature["qr"])] if paper.signature.get("qr") else []),
        *_lines(paper.house["footer"].splitlines(), centred=True),
    ]


def check_rows(page: BillPage, table: str, link: str, now: datetime) -> list[Row]:
    """Return the bill for the guests to read. It is no receipt, and says so. `link` is where they can pay, or ""."""
    house = page.statement.restaurant
    facts = {"name": house.legal_name or house.name, "address": house.address, "phone": house.phone}
    return [
        *_head({**facts, "tax_number": house.tax_number}),
        line(_("This is no receipt."), "bold", centred=True),
        pair(table, _moment(now)),
        RULE,
        *(
            pair(each.name, f"({each.was}) {each.amount}" if each.was else each.amount, lead=f"{each.quantity} x ")
            for group in page.groups
            for each in group.lines
            if not each.voided
        ),
        RULE,
        *([pair(page.service.words, page.service.amount)] if page.service else []),
        pair(_("Total"), page.total, "tall"),
        *_lines(page.taxes),
        *(pair(each.words, each.amount) for each in page.payments if each.payment.has_arrived),
        *([pair(_("Left to pay"), page.due, "tall")] if page.paid else []),
        *([code(link), line(_pay_words(house), centred=True)] if link else []),
        *_lines(house.footer_text.splitlines(), centred=True),
    ]


def voucher_rows(page: VoucherPage) -> list[Row]:
    """Return a voucher with its code. It is no receipt, and says so."""
    house, ends = page.restaurant, page.shown.voucher.expires_on
    facts = {"name": house.legal_name or house.name, "address": house.address, "phone": house.phone}
    return [
        *_head({**facts, "tax_number": ""}),
        RULE,
        pair(_("Voucher"), page.shown.value, "tall"),
        code(page.code),
        line(page.code, "bold", centred=True),
        *_lines([_("Last day: %(day)s") % {"day": date_format(ends, "DATE_FORMAT")}] if ends else [], centred=True),
        line(_("Whoever has this code can spend it. This is no receipt."), centred=True),
    ]


def report_rows(restaurant: Restaurant, title: str, facts: Iterable[str], tables: Iterable[ShownTable]) -> list[Row]:
    """Return an X report or a closing: its title, facts about it, and its tables."""
    return [
        *_lines([restaurant.legal_name or restaurant.name, restaurant.tax_number], "bold", centred=True),
        line(title, "large"),
        *_lines(facts),
        *(row for table in tables for row in _table(table)),
        RULE,
    ]


def _head(house: Mapping[str, str]) -> Iterator[Row]:
    yield line(house["name"], "tall", centred=True)
    yield from _lines([*house["address"].splitlines(), house["phone"], house["tax_number"]], centred=True)


def _lines(texts: Iterable[str], style: str = "", *, centred: bool = False) -> list[Row]:
    """Return a row for each text that is not empty."""
    return [line(str(text), style, centred=centred) for text in texts if text]


def _customer(customer: Mapping[str, str]) -> list[Row]:
    if not customer:
        return []
    return _lines([customer["name"], *customer["address"].splitlines(), customer["tax_number"]])


def _document_line(each: PaperLine) -> Iterator[Row]:
    yield pair(each.name, each.amount, lead=f"{each.quantity} x " if each.quantity else "")
    part = _("part of %(price)s") % {"price": each.part} if each.part else ""
    yield from _lines([each.details, part])


def _table(table: ShownTable) -> Iterator[Row]:
    yield RULE
    yield pair(table.title, _cells(table.heads) if len(table.heads) > 1 else "", "bold")
    sums = [table.sum] if table.sum else []
    for row in [*table.rows, *sums]:
        yield pair(row.label or _("Together"), _cells(row.cells))
        yield from _lines([row.note])


def _cells(cells: Sequence[str]) -> str:
    return "  ".join(cell for cell in cells if cell)


def _moment(at: datetime) -> str:
    return str(date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT"))


def _pay_words(house: Restaurant) -> str:
    words = _("Pay with your phone")
    return f"{words} ({_('trial')})" if house.online_payments == "dummy" else words
