"""The figures of a closing as JSON: everything that is kept, hashed and printed."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bistro.core.kernel.money import ZERO, text
from orders.billing.models import Payment
from orders.billing.statements import Statement
from orders.billing.transitions import Method
from orders.till.models import Closing, Till, TillMove
from orders.till.reports.figures import NOTHING, figures_in
from orders.till.reports.periods import Period
from orders.till.transitions import BY_HAND, MoveKind, TillState

ACCOUNTS = ("charged", "returned", "settled", "rounding", "cash")
VOUCHERS = ("sold", "paid_back", "redeemed", "returned", "lapsed", "cash")
SUMS = ("sale", "net", "tips", "rounding", "received", "given_back", "money", "cash_without_till")


def period_json(period: Period) -> dict[str, Any]:
    """Return the figures of a day (docs/contracts/tills.md)."""
    currency, figures = period.restaurant.currency, period.figures

    def amount(value: Decimal) -> str:
        return text(value, currency)

    return {
        "day": period.day.isoformat(),
        "currency": currency,
        "figures": figures.json(currency),
        "sale": amount(figures.sale),
        "net": amount(figures.net),
        "tips": amount(period.tips),
        "rounding": amount(period.rounding),
        "methods": methods_json(period.moves, currency),
        "received": amount(_sum(period.moves, MoveKind.SALE)),
        "given_back": amount(-_sum(period.moves, MoveKind.REFUND)),
        "money": amount(period.money),
        "open_before": amount(period.open_before),
        "open_after": amount(period.open_after),
        "unexplained": amount(period.unexplained),
        "vouchers": vouchers_json(period.moves, _owed_before("vouchers", period.last), currency),
        "accounts": accounts_json(period.moves, _owed_before("accounts", period.last), currency),
        "by_hand": {kind.value: amount(_sum(period.moves, kind)) for kind in BY_HAND},
        "cash_without_till": amount(_without_till(period.moves)),
        "late": _late(period),
        "tills": [till_facts(till) for till in period.tills],
        "open_bills": [_open_json(book, currency) for book in period.open_bills],
        "under_way": [_under_way_json(each, currency) for each in period.under_way],
    }


def summed(days: Sequence[Closing], currency: str) -> dict[str, Any]:
    """Return the figures of a month or year: the sums of its days."""
    bodies = [(day, payload_of(day)) for day in days]
    figures = sum((figures_in(body["figures"]) for _day, body in bodies), NOTHING)
    methods: dict[str, dict[str, Any]] = {}
    for _day, body in bodies:
        for each in body["methods"]:
            methods[each["method"]] = _added(methods.get(each["method"]), each, currency)
    sums = {name: sum((Decimal(body[name]) for _day, body in bodies), ZERO) for name in SUMS}
    return {
        "currency": currency,
        "figures": figures.json(currency),
        "methods": [methods[name] for name in sorted(methods)],
        "vouchers": _owed_in([body["vouchers"] for _day, body in bodies], VOUCHERS, currency),
        "accounts": _owed_in([body["accounts"] for _day, body in bodies], ACCOUNTS, currency),
        **{name: text(value, currency) for name, value in sums.items()},
        "days": [{"number": day.number, "day": day.day.isoformat(), "hash": day.hash} for day in days],
    }


def payload_of(closing: Closing) -> dict[str, Any]:
    """Return the figures of a closing."""
    found: dict[str, Any] = json.loads(closing.payload)
    return found


def methods_json(moves: Sequence[TillMove], currency: str) -> list[dict[str, Any]]:
    """Return payments and refunds by method; `amount` is the money in the end."""
    rows = []
    for method in Method.values:
        paid = [move.amount for move in moves if move.kind == MoveKind.SALE and move.method == method]
        back = [-move.amount for move in moves if move.kind == MoveKind.REFUND and move.method == method]
        if paid or back:
            received, given = sum(paid, ZERO), sum(back, ZERO)
            amounts = {"received": received, "given_back": given, "amount": received - given}
            row: dict[str, Any] = {"method": method, "payments": len(paid), "refunds": len(back)}
            rows.append(row | {name: text(value, currency) for name, value in amounts.items()})
    return rows


def vouchers_json(moves: Sequence[TillMove], before: Decimal, currency: str) -> dict[str, str]:
    """Return what the house owed for vouchers `before`, how that changed, and what it owes now.

    `cash` is the cash for vouchers that were sold, without what was paid back, in coins that there are.
    """
    for_vouchers = [move for move in moves if move.kind == MoveKind.VOUCHER]
    values = [move.voucher_move.amount for move in for_vouchers if move.voucher_move]
    by_voucher = [move for move in moves if move.method == Method.VOUCHER]
    sums = {
        "sold": sum((value for value in values if value > 0), ZERO),
        "paid_back": -sum((value for value in values if value < 0), ZERO),
        "redeemed": _sum(by_voucher, MoveKind.SALE),
        "returned": -_sum(by_voucher, MoveKind.REFUND),
        "lapsed": -_sum(by_voucher, MoveKind.LAPSED),
        "cash": sum((move.amount for move in for_vouchers if move.method == Method.CASH), ZERO),
    }
    after = before + sums["sold"] - sums["paid_back"] - sums["redeemed"] + sums["returned"] - sums["lapsed"]
    both = {**sums, "owed_before": before, "owed_after": after}
    return {name: text(value, currency) for name, value in both.items()}


def accounts_json(moves: Sequence[TillMove], before: Decimal, currency: str) -> dict[str, str]:
    """Return what accounts owed `before`, how that changed, and what they owe now.

    `cash` is the cash for them, in coins that there are; `rounding` is what the coins added or took off.
    """
    on_account = [move for move in moves if move.method == Method.ACCOUNT]
    settled = [move for move in moves if move.kind == MoveKind.ACCOUNT]
    rows = [move.account_move for move in settled if move.account_move]
    sums = {
        "charged": _sum(on_account, MoveKind.SALE),
        "returned": -_sum(on_account, MoveKind.REFUND),
        "settled": -sum((row.amount for row in rows), ZERO),
        "rounding": sum((row.rounding for row in rows), ZERO),
        "cash": sum((move.amount for move in settled if move.method == Method.CASH), ZERO),
    }
    after = before + sums["charged"] - sums["returned"] - sums["settled"]
    both = {**sums, "owed_before": before, "owed_after": after}
    return {name: text(value, currency) for name, value in both.items()}


def _owed_before(what: str, last: Closing | None) -> Decimal:
    """Return what was owed for vouchers or by accounts at a closing, nothing before the first."""
    return ZERO if last is None else Decimal(payload_of(last)[what]["owed_after"])


def _owed_in(days: Sequence[Mapping[str, str]], names: Sequence[str], currency: str) -> dict[str, str]:
    """Return the debts of a month or year from those of its days."""
    sums = {name: text(sum((Decimal(day[name]) for day in days), ZERO), currency) for name in names}
    return {**sums, "owed_before": days[0]["owed_before"], "owed_after": days[-1]["owed_after"]}


def till_facts(till: Till) -> dict[str, Any]:
    """Return a till without its moves. What it should hold is shown after the count alone."""
    return {
        "id": till.pk,
        "state": till.status,
        "holder": str(till.holder) if till.holder else None,
        "day": till.business_date.isoformat(),
        "float": text(till.float, till.currency),
        **{
            name: None if (value := getattr(till, name)) is None else text(value, till.currency)
            for name in ("counted", "expected", "difference")
        },
        "cause": till.cause,
    }


def uncounted(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tills of a closing that nobody had counted."""
    return [till for till in payload.get("tills", ()) if till["state"] == TillState.OPEN]


def _sum(moves: Sequence[TillMove], kind: str) -> Decimal:
    return sum((move.amount for move in moves if move.kind == kind), ZERO)


def _without_till(moves: Sequence[TillMove]) -> Decimal:
    return sum((move.amount for move in moves if move.method == Method.CASH and move.till_id is None), ZERO)


def _late(period: Period) -> list[dict[str, Any]]:
    """Return the money of days that were over before: it came after their closing, or they have none."""
    days: dict[Any, list[Decimal]] = defaultdict(list)
    for move in period.moves:
        if move.business_date < period.day:
            days[move.business_date].append(move.amount)
    return [
        {"day": day.isoformat(), "moves": len(found), "amount": text(sum(found, ZERO), period.restaurant.currency)}
        for day, found in sorted(days.items())
    ]


def _under_way_json(payment: Payment, currency: str) -> dict[str, Any]:
    return {
        "payment": payment.pk,
        "party": payment.bill.party_id,
        "method": payment.method,
        "amount": text(payment.amount, currency),
        "table": str(payment.bill.party.table or ""),
        "is_tab": payment.is_open_tab,
    }


def _open_json(book: Statement, currency: str) -> dict[str, Any]:
    return {"party": book.party.pk, "name": bill_name(book), "open": text(book.open, currency)}


def bill_name(book: Statement) -> str:
    """Return the name of a bill for people: its table, else the name or number of its first order."""
    if book.party.table is not None:
        return str(book.party.table.name)
    first = next(iter(book.orders), None)
    return "" if first is None else first.name or f"#{first.number}"


def _added(before: Mapping[str, Any] | None, each: Mapping[str, Any], currency: str) -> dict[str, Any]:
    if before is None:
        return dict(each)
    counts = {name: before[name] + each[name] for name in ("payments", "refunds")}
    amounts = {name: Decimal(before[name]) + Decimal(each[name]) for name in ("received", "given_back", "amount")}
    return {"method": each["method"], **counts, **{name: text(value, currency) for name, value in amounts.items()}}
