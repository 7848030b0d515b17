"""The contents of documents: what is printed, and what the chain keeps."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, short, text, units_of
from bistro.core.models import Restaurant
from orders.allergies import choice_names
from orders.billing.models import Payment, Refund
from orders.billing.statements import Statement
from orders.documents import coverage
from orders.documents.coverage import Covered, Dish, Entry, Taxes
from orders.documents.models import Document
from orders.documents.transitions import SALES, DocumentKind
from orders.models import OrderLine
from orders.tax import Tax


class BillDocuments:
    """The documents of a bill so far, with what they cover, in the smallest units of the currency."""

    def __init__(self, statement: Statement, documents: Iterable[Document]) -> None:
        self.statement = statement
        self.documents = list(documents)
        self.rounding = statement.restaurant.rounding

    @property
    def covered(self) -> dict[int, Covered]:
        """Return the part of each line that the documents have."""
        return coverage.add_up([entry for document in self.documents for entry in self.entries(document)])

    @property
    def dishes(self) -> dict[int, Dish]:
        """Return the lines of the bill as they are now."""
        owed = self.statement.owed
        return {
            line: Dish(self.units(amount), self._taxes(owed.line_taxes[line])) for line, amount in owed.lines.items()
        }

    def entries(self, document: Document) -> list[Entry]:
        """Return the lines of a document. An invoice has none of its own: it belongs to a receipt."""
        if document.kind not in SALES:
            return []
        return [
            Entry(
                row["line"],
                self.units(Decimal(row["amount"])),
                {(tax["name"], tax["percent"]): self.units(Decimal(tax["amount"])) for tax in row["taxes"]},
                row.get("given_back", False),
            )
            for row in document.content["lines"]
        ]

    def units(self, amount: Decimal) -> int:
        """Return an amount in the smallest units."""
        return units_of(amount, self.rounding)

    # --- what a new document has ---

    def of_payment(self, payment: Payment) -> list[Entry]:
        """Return the lines of the receipt of a payment."""
        claims: Mapping[int, Fraction] = {}
        if payment.share_id is not None and (state := self.statement.share(payment.share_id)) is not None:
            claims = {**state.share.parts, **self._claims_on_service(state.share.parts)}
        return coverage.cover(self.units(payment.amount), self.dishes, self.covered, claims, self.rounding)

    def _claims_on_service(self, parts: Mapping[int, Fraction]) -> dict[int, Fraction]:
        """Return the parts of the lines of the service charge that go with parts of dishes."""
        service, found = self.statement.service, dict.fromkeys(self.statement.service.lines, Fraction(0))
        for line, part in parts.items():
            if line in service.parts:
                whole = self.units(service.lines[service.line_of[line]])
                found[service.line_of[line]] += part * self.units(service.parts[line]) / whole
        return found

    def of_refund(self, refund: Refund) -> list[Entry]:
        """Return the lines of the credit note of a refund: those that it is for, else those of its payment first."""
        if not refund.amount:  # a tip alone is on the credit note as money, and takes no dish back
            return []
        amounts = self.units(refund.amount), self.units(refund.of_sale)
        lines = refund.lines or [entry.line for entry in self.entries(self.receipt_of(refund))]
        service = self._service_of(refund.lines)
        return coverage.take_back(*amounts, self.dishes, self.covered, lines, service, self.rounding)

    def _service_of(self, dishes: Iterable[int]) -> dict[int, int]:
        """Return the parts of the service charge for these dishes, {negative line id: units}."""
        service, found = self.statement.service, dict[int, int]()
        for dish in dishes:
            if dish in service.line_of:
                line = service.line_of[dish]
                found[line] = found.get(line, 0) + self.units(service.parts[dish])
        return found

    def of_balance(self) -> list[Entry]:
        """Return the lines after which the documents are equal to the bill."""
        return coverage.balance(self.dishes, self.covered)

    def receipt_of(self, refund: Refund) -> Document:
        """Return the receipt of the payment that a refund gives back. It has one."""
        return next(row for row in self.documents if row.payment_id == refund.payment_id)

    def rows(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Return entries as a document has them, in the order of the bill."""
        facts = self._facts()
        place = {line: index for index, line in enumerate(facts)}
        return [
            {
                "line": entry.line,
                **facts[entry.line],
                "amount": self._text(entry.amount),
                "taxes": [
                    {"name": name, "percent": percent, "amount": self._text(units)}
                    for (name, percent), units in sorted(entry.taxes.items())
                ],
                **({"given_back": True} if entry.given_back else {}),
            }
            for entry in sorted(entries, key=lambda each: (place[each.line], each.given_back))
        ]

    def _facts(self) -> dict[int, dict[str, Any]]:
        """Return name, quantity and price of each line; those that left the bill as earlier documents have them."""
        facts: dict[int, dict[str, Any]] = {
            coverage.PAID_TOO_MUCH: {"name": _("Paid too much"), "details": "", "quantity": 1, "unit_price": "0"}
        }
        facts |= {line.pk: _line_facts(line, self.statement.restaurant.currency) for line in self.statement.lines}
        facts |= {line: self._service_facts(line) for line in self.statement.service.lines}
        for document in self.documents:
            for row in document.content["lines"]:
                known = {name: row[name] for name in ("name", "details", "quantity", "unit_price")}
                facts.setdefault(row["line"], known)
        return facts

    def _service_facts(self, line: int) -> dict[str, Any]:
        """Return a line of the service charge; its taxes tell it from the others."""
        owed, service = self.statement.owed, self.statement.service
        taxes = " + ".join(f"{tax.name} {short(tax.percent)} %" for tax in owed.line_taxes[line])
        return {
            "name": service.words,
            "details": taxes if len(service.lines) > 1 else "",
            "quantity": 1,
            "unit_price": text(service.lines[line], self.statement.restaurant.currency),
        }

    def _taxes(self, taxes: Iterable[Tax]) -> Taxes:
        return {(tax.name, short(tax.percent)): self.units(tax.amount) for tax in taxes}

    def _text(self, units: int) -> str:
        return text(self.rounding.amount(units), self.statement.restaurant.currency)


def house_facts(restaurant: Restaurant) -> dict[str, str]:
    """Return what the law wants to know of the restaurant."""
    return {
        "name": restaurant.legal_name or restaurant.name,
        "address": restaurant.address,
        "phone": restaurant.phone,
        "tax_number": restaurant.tax_number,
        "footer": restaurant.footer_text,
    }


def payment_facts(payment: Payment) -> dict[str, Any]:
    """Return a payment as a document shows it. The guest gave `amount` + `tip` + `rounding`, and `change` went back."""
    currency, change = payment.currency, payment.change
    return {
        "method": payment.method,
        "amount": text(payment.amount, currency),
        "tip": text(payment.tip, currency),
        "rounding": text(payment.rounding, currency),
        "tendered": None if payment.tendered is None else text(payment.tendered, currency),
        "change": None if change is None else text(change, currency),
        "slip": payment.slip,
        "at": moment(payment.taken_at),
    }


def refund_facts(refund: Refund) -> dict[str, Any]:
    """Return a refund as a credit note shows it."""
    currency = refund.payment.currency
    return {
        "method": refund.payment.method,
        "amount": text(-refund.amount, currency),
        "tip": text(-refund.tip, currency),
        "rounding": text(-refund.rounding, currency),
        "at": moment(refund.made_at),
    }


def tax_sums(rows: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, str]]:
    """Return the sums of each component of tax over lines: `{"name", "percent", "net", "amount"}`.

    `net` is the turnover that the component was computed from, without any tax.
    """
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in rows:
        net = Decimal(row["amount"]) - sum((Decimal(tax["amount"]) for tax in row["taxes"]), ZERO)
        for tax in row["taxes"]:
            known = sums.get((tax["name"], tax["percent"]), (ZERO, ZERO))
            sums[tax["name"], tax["percent"]] = (known[0] + net, known[1] + Decimal(tax["amount"]))
    return [
        {"name": name, "percent": percent, "net": text(net, currency), "amount": text(amount, currency)}
        for (name, percent), (net, amount) in sorted(sums.items())
    ]


def total_of(rows: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the sum of lines."""
    return sum((Decimal(row["amount"]) for row in rows), ZERO)


def receipt_kind(restaurant: Restaurant) -> DocumentKind:
    """Return the kind of the documents of sales: training ones while the restaurant only tries Bistro out."""
    return DocumentKind.TRAINING if restaurant.is_training else DocumentKind.RECEIPT


def _line_facts(line: OrderLine, currency: str) -> dict[str, Any]:
    return {
        "name": line.name,
        "details": ", ".join(choice_names(line)),
        "quantity": line.quantity,
        "unit_price": text(line.unit_price, currency),
    }
