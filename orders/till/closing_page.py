"""The tables of a closing and of the X report, from their JSON."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.models import Restaurant
from orders.till.reports.day import method_word
from orders.till.reports.rows import Row, ShownTable, Table, shown_tables
from orders.till.transitions import Cause, MoveKind, TillState

MONEY = ("total",)


def tables_in(body: Mapping[str, Any], restaurant: Restaurant) -> list[ShownTable]:
    """Return the tables of a closing or of an X report."""
    return shown_tables([*_sums(body), *_lists(body)], restaurant)


def _sums(body: Mapping[str, Any]) -> Sequence[Table]:
    rows = [Row(label, total=_amount(value)) for label, value in _steps(body).items()]
    taxes = [
        Row(f"{each['name']} {each['percent']} %", net=_amount(each["net"]), tax=_amount(each["tax"]))
        for each in body["figures"]["taxes"]
    ]
    methods = [
        Row(
            method_word(each["method"]),
            _("%(number)s refunds") % {"number": each["refunds"]} if each["refunds"] else "",
            each["payments"],
            total=_amount(each["amount"]),
        )
        for each in body["methods"]
    ]
    by_hand = [
        Row(str(MoveKind(kind).label), total=_amount(value))
        for kind, value in body.get("by_hand", {}).items()
        if _amount(value)
    ]
    vouchers, accounts = body["vouchers"], body["accounts"]
    if _amount(accounts["cash"]):
        by_hand.append(Row(_("House accounts settled"), total=_amount(accounts["cash"])))
    if _amount(vouchers["cash"]):
        by_hand.append(Row(_("Vouchers sold, without those paid back"), total=_amount(vouchers["cash"])))
    if _amount(body["cash_without_till"]):
        by_hand.append(Row(_("Cash without a till"), total=_amount(body["cash_without_till"])))
    return [
        Table("summary", _("From the dishes to the money"), rows, MONEY, is_summed=False),
        Table("taxes", _("Tax"), taxes, ("net", "tax")),
        Table("methods", _("Money by payment method"), methods, ("count", "total")),
        Table("hand", _("Cash besides payments"), by_hand, MONEY, is_summed=False),
        Table("vouchers", _("Vouchers: what the house owes"), _vouchers(vouchers), MONEY, is_summed=False),
        Table("accounts", _("House accounts: what guests owe"), _accounts(accounts), MONEY, is_summed=False),
    ]


def _vouchers(sums: Mapping[str, str]) -> list[Row]:
    """Return how the debt for vouchers changed, nothing for a house without vouchers."""
    steps = {
        _("Owed at the last closing"): sums["owed_before"],
        _("+ Sold"): sums["sold"],
        _("− Paid back"): f"-{sums['paid_back']}",
        _("− Spent"): f"-{sums['redeemed']}",
        _("+ Refunded to vouchers"): sums["returned"],
        _("− Kept by the house"): f"-{sums['lapsed']}",
        _("= Owed now"): sums["owed_after"],
    }
    return _steps_of(steps)


def _accounts(sums: Mapping[str, str]) -> list[Row]:
    """Return how the debt of house accounts changed, nothing for a house without them."""
    steps = {
        _("Owed at the last closing"): sums["owed_before"],
        _("+ Put on accounts"): sums["charged"],
        _("− Refunded to accounts"): f"-{sums['returned']}",
        _("− Settled"): f"-{sums['settled']}",
        _("= Owed now"): sums["owed_after"],
    }
    if _amount(sums["rounding"]):
        steps[_("Rounded to the smallest coin")] = sums["rounding"]
    return _steps_of(steps)


def _steps_of(steps: Mapping[str, str]) -> list[Row]:
    rows = [Row(label, total=_amount(value)) for label, value in steps.items()]
    return rows if any(row.total for row in rows) else []


def _steps(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the steps from the dishes to the money, {label: signed amount}."""
    figures = body["figures"]
    signed = {
        _("Dishes without tax"): figures["lines"],
        _("− Comps and discounts"): f"-{figures['adjustments']}",
        _("− Refunds of sales"): f"-{figures['refunds']}",
        **({_("+ Service charge"): figures["service"]} if _amount(figures["service"]) else {}),
        _("+ Tax"): figures["tax"],
        _("= Sales"): body["sale"],
        _("+ Tips"): body["tips"],
        _("+ Rounded to the smallest coin"): body["rounding"],
        _("− Written off"): f"-{figures['written_off']}",
    }
    if "open_after" in body:
        signed |= {
            _("− Open now"): f"-{body['open_after']}",
            _("+ Open at the last closing"): body["open_before"],
        }
    return {**signed, _("= Money"): body["money"]}


def _lists(body: Mapping[str, Any]) -> Sequence[Table]:
    """Return what is still open, and what came late."""
    tills = [
        Row(
            till["holder"] or _("Shared till"),
            str(Cause(till["cause"]).label) if till["cause"] else str(TillState(till["state"]).label),
            total=None if till["difference"] is None else _amount(till["difference"]),
        )
        for till in body.get("tills", ())
    ]
    bills = [Row(each["name"], total=_amount(each["open"])) for each in body.get("open_bills", ())]
    under_way = body.get("under_way", ())
    waiting, tabs = (
        [
            Row(method_word(each["method"]), each.get("table", ""), total=_amount(each["amount"]))
            for each in under_way
            if each.get("is_tab", False) == is_tab
        ]
        for is_tab in (False, True)
    )
    late = [Row(each["day"], count=each["moves"], total=_amount(each["amount"])) for each in body.get("late", ())]
    days = [Row(f"{each['number']} · {each['day']}", each["hash"][:12]) for each in body.get("days", ())]
    return [
        Table("tills", _("Tills: difference of the count"), tills, MONEY, is_summed=False),
        Table("open", _("Open bills, carried over"), bills, MONEY),
        Table("waiting", _("Payments under way"), waiting, MONEY),
        Table("tabs", _("Open tabs: held by the bank, not paid"), tabs, MONEY),
        Table("late", _("From earlier days"), late, ("count", "total"), is_summed=False),
        Table("days", _("Days"), days, (), is_summed=False),
    ]


def _amount(text: str) -> Decimal:
    """Return an amount of a closing; two signs cancel out."""
    return Decimal(text.removeprefix("--") if text.startswith("--") else text) + 0
