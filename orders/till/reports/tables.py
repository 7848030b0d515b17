"""The tables of the report of a day, in the order of the page."""

from datetime import date
from decimal import Decimal

from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _

from bistro.core.kernel.money import ZERO
from bistro.core.models import Restaurant
from orders.billing.accounts.selectors import owed_by_accounts
from orders.billing.models import AccountMove, Adjustment, Payment, VoucherMove
from orders.billing.transitions import RESERVING, AccountMoveKind, AdjustmentKind, VoucherMoveKind
from orders.billing.vouchers.selectors import owed_for_vouchers
from orders.models import OrderLine
from orders.till.models import Till, TipMove
from orders.till.reports.calls import call_tables
from orders.till.reports.day import WEEK, Day, Sums, method_word, read_day
from orders.till.reports.payloads import bill_name
from orders.till.reports.rows import Row, Table, by_total
from orders.till.tips.book import PEOPLE, holder_words
from orders.till.transitions import TipMoveKind
from orders.transitions import OrderStatus

MONEY = ("total",)
COUNTED = ("count", "total")


def tables_of(restaurant: Restaurant, day: date) -> list[Table]:
    """Read all tables of a business day. A constant number of queries."""
    found, before = read_day(restaurant, day), read_day(restaurant, day - WEEK)
    return [
        _summary(found.sums),
        _compared(found.sums, before.sums),
        Table("hours", _("By hour"), [found.sales["hours"][key] for key in sorted(found.sales["hours"])]),
        Table("dishes", _("By dish"), by_total(found.sales["dishes"].values())),
        Table("categories", _("By category"), by_total(found.sales["categories"].values())),
        _taxes(found),
        Table("sections", _("By section"), by_total(found.sales["sections"].values())),
        Table("waiters", _("By waiter"), by_total(found.sales["waiters"].values())),
        *call_tables(restaurant, day),
        _methods(found),
        _vouchers(found),
        _accounts(found),
        _tips(found),
        _tip_moves(found),
        _adjustments(found),
        _voids(found),
        _refunds(found),
        _open(found),
        _tabs(found),
        _tills(found),
    ]


def _summary(sums: Sums) -> Table:
    """Return the sum that must agree to the cent: from the dishes to the money."""
    figures = sums.figures
    rows = [
        Row(_("Dishes without tax"), total=figures.lines),
        Row(_("− Comps and discounts"), total=-figures.adjustments),
        Row(_("− Refunds of sales"), total=-figures.refunds),
        *([Row(_("+ Service charge"), total=figures.service)] if figures.service else ()),
        Row(_("+ Tax"), total=figures.tax),
        Row(_("= Sales"), total=figures.sale),
        Row(_("+ Tips"), total=sums.tips),
        Row(_("+ Rounded to the smallest coin"), total=sums.rounding),
        Row(_("− Written off"), total=-figures.written_off),
        Row(_("− Still open, or paid on another day"), total=-sums.elsewhere),
        Row(_("= Money"), total=sums.money),
    ]
    return Table("summary", _("From the dishes to the money"), rows, MONEY, is_summed=False)


def _compared(now: Sums, before: Sums) -> Table:
    """Return the day beside the same weekday before."""
    orders = Row(_("Orders"), _change(now.orders, before.orders), now.orders)
    guests = Row(_("Guests"), _change(now.guests, before.guests), now.guests)
    sales = Row(_("Sales"), _change(now.figures.sale, before.figures.sale), total=now.figures.sale)
    rows = [orders, guests, sales, Row(_("Sales a week before"), "", before.orders, total=before.figures.sale)]
    return Table("compared", _("Beside the same weekday before"), rows, COUNTED, is_summed=False)


def _change(now: Decimal | int, before: Decimal | int) -> str:
    if not before:
        return _("nothing a week before")
    percent = round((Decimal(now) / Decimal(before) - 1) * 100)
    return f"{percent:+d} %".replace("-", "−")


def _taxes(found: Day) -> Table:
    rows = [
        Row(f"{name} {percent} %", net=each.net, tax=each.tax, total=each.net + each.tax)
        for (name, percent), each in sorted(found.sums.figures.taxes.items())
    ]
    return Table("taxes", _("By tax, without refunds"), rows, ("net", "tax", "total"), is_summed=False)


def _methods(found: Day) -> Table:
    rows = []
    for method in sorted({*found.sums.received, *found.sums.given_back}):
        paid = [payment for payment in found.payments if payment.method == method]
        rows.append(Row(method_word(method), _("paid"), len(paid), total=found.sums.received[method]))
        back = [refund for refund, _sale in found.refunds if refund.payment.method == method]
        if back:
            rows.append(Row(method_word(method), _("refunded"), len(back), total=-found.sums.given_back[method]))
    return Table("methods", _("By payment method"), rows, COUNTED)


def _vouchers(found: Day) -> Table:
    """Return what happened to vouchers on the day, and what the house owes for all of them now."""
    owed = owed_for_vouchers(found.restaurant.pk)
    rows = _changes(VoucherMove, VoucherMoveKind, found, _("Owed for all vouchers and deposits now"), owed)
    return Table("vouchers", _("Vouchers and deposits"), rows, COUNTED, is_summed=False)


def _accounts(found: Day) -> Table:
    """Return what happened on house accounts on the day, and what all of them owe now."""
    owed = owed_by_accounts(found.restaurant.pk)
    rows = _changes(AccountMove, AccountMoveKind, found, _("Owed by all accounts now"), owed)
    return Table("accounts", _("House accounts"), rows, COUNTED, is_summed=False)


def _changes(
    model: type[VoucherMove] | type[AccountMove], kinds: type[TextChoices], found: Day, label: str, owed: Decimal
) -> list[Row]:
    """Return the moves of the day by kind, and what is owed in the end; nothing for a house without any."""
    rows: dict[str, Row] = {}
    moves = model.objects.of_restaurant(found.restaurant.pk).filter(business_date=found.day)
    for kind, amount in moves.order_by("pk").values_list("kind", "amount"):
        row = rows.setdefault(kind, Row(str(kinds(kind).label), "", 0, total=ZERO))
        row.count, row.total = (row.count or 0) + 1, (row.total or ZERO) + amount
    shown = [rows[kind] for kind in kinds.values if kind in rows]
    return [*shown, Row(label, total=owed)] if shown or owed else []


def _tips(found: Day) -> Table:
    """Return the tips by recipient and method, without those that went back."""
    rows: dict[tuple[str, str], Row] = {}

    def add(payment: Payment, count: int, tip: Decimal) -> None:
        name = holder_words(payment.tip_to, payment.tip_staff)
        row = rows.setdefault((name, payment.method), Row(name, method_word(payment.method), 0, total=ZERO))
        row.count, row.total = (row.count or 0) + count, (row.total or ZERO) + tip

    for payment in found.payments:
        if payment.tip:
            add(payment, 1, payment.tip)
    for refund, _of_sale in found.refunds:
        if refund.tip:
            is_whole = refund.tip == refund.payment.tip  # a part that went back leaves the number of tips as it is
            add(refund.payment, -1 if is_whole else 0, -refund.tip)
    return Table("tips", _("Tips"), [rows[key] for key in sorted(rows)], COUNTED)


def _tip_moves(found: Day) -> Table:
    """Return the shares of the pool of the day and the corrections."""
    moves = TipMove.objects.of_restaurant(found.restaurant.pk).filter(of_day=found.day).select_related(*PEOPLE)
    rows = [
        Row(
            f"{holder_words(move.giver, move.giver_staff)} → {holder_words(move.taker, move.taker_staff)}",
            " · ".join(filter(None, [str(TipMoveKind(move.kind).label), move.reason, move.made_by])),
            total=move.amount,
        )
        for move in moves.order_by("pk")
    ]
    return Table("tip_moves", _("Tips: shares of the pool and corrections"), rows, MONEY, is_summed=False)


def _adjustments(found: Day) -> Table:
    rows = []
    for book in found.books:
        for row in book.adjustments:
            if found.restaurant.business_date(row.made_at) == found.day:
                rows.append(Row(_adjusted(row, bill_name(book)), _note(row), total=-book.taken.get(row.pk, ZERO)))
    return Table("adjustments", _("Comps, discounts and service charges taken off"), rows, MONEY)


def _adjusted(row: Adjustment, bill: str) -> str:
    what = next((line.name for line in [row.line] if line is not None), _("whole bill"))
    return f"{AdjustmentKind(row.kind).label} · {bill} · {what}"


def _note(row: Adjustment) -> str:
    approved = _("approved by %(name)s") % {"name": row.approved_by} if row.approved_by else ""
    return " · ".join(filter(None, [row.reason, row.made_by, approved]))


def _voids(found: Day) -> Table:
    """Return dishes that left their orders, and cancelled orders."""
    left = Q(removed_at__isnull=False) | Q(order__status=OrderStatus.CANCELLED)
    lines = OrderLine.with_removed.of_restaurant(found.restaurant.pk).filter(
        left, order__business_date=found.day, order__withdrawn_at=None
    )
    rows = [
        Row(
            f"{line.name} · {line.order.place or line.order}",
            " · ".join(filter(None, [line.removed_by, line.order.cancel_reason])),
            line.quantity,
            total=line.total,
        )
        for line in lines.select_related("order__table").order_by("pk")
    ]
    return Table("voids", _("Voided and removed dishes"), rows, COUNTED)


def _refunds(found: Day) -> Table:
    rows = [
        Row(
            f"{method_word(refund.payment.method)} · {refund.reason}",
            " · ".join(filter(None, [refund.made_by, refund.approved_by])),
            total=-refund.money,
        )
        for refund, _of_sale in found.refunds
    ]
    return Table("refunds", _("Refunds"), rows, MONEY)


def _open(found: Day) -> Table:
    rows = [Row(bill_name(book) or str(book.party), total=book.open) for book in found.open_bills]
    return Table("open", _("Bills that are open now"), rows, MONEY)


def _tabs(found: Day) -> Table:
    """Return the tabs that are open now: held by the bank, not paid, and no turnover."""
    payments = Payment.objects.of_restaurant(found.restaurant.pk).filter(status__in=RESERVING, capture_at=None)
    held = payments.filter(authorised__isnull=False).select_related("bill__party__table").order_by("pk")
    rows = [
        Row(str(each.bill.party.table or each.bill.party), method_word(each.method), total=each.amount) for each in held
    ]
    return Table("tabs", _("Open tabs: held by the bank, not paid"), rows, MONEY)


def _tills(found: Day) -> Table:
    tills = Till.objects.of_restaurant(found.restaurant.pk).filter(business_date=found.day).select_related("holder")
    rows = [
        Row(
            str(till.holder) if till.holder else _("Shared till"),
            _("not counted") if till.difference is None else f"{till.get_cause_display()} {till.note}".strip(),
            total=till.difference,
        )
        for till in tills.order_by("pk")
    ]
    return Table("tills", _("Tills: difference of the count"), rows, MONEY)
