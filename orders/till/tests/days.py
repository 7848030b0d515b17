"""An evening in tests, and checks of closings from their JSON alone."""

from decimal import Decimal

from bistro.core.models import Restaurant
from menu.compiled import forget
from orders.billing.models import Adjustment
from orders.billing.services import Tender, add_adjustment, refund_payment, take_payment
from orders.billing.transitions import AdjustmentKind, Method
from orders.till.representations import closing_json
from orders.till.services import close_period
from orders.till.transitions import ClosingKind

CLOSINGS = "/api/v1/closings"
ZERO = Decimal(0)


def set_tax_mode(house, mode):
    """Let the house add its tax or include it, and round cash to 0.05."""
    fields = {"tax_mode": mode, "cash_rounding": Decimal("0.05")}
    Restaurant.objects.filter(pk=house.restaurant.pk).update(**fields)
    house.restaurant.refresh_from_db()
    forget()


def party(house, dishes):
    """Seat a party at a new table with a number of dishes at 10.00, and return its id."""
    return house.order(house.actor("waiter"), quantity=dishes, table_id=house.add_table().pk).json["party"]


def pay(house, party_id, method=Method.CASH, amount=None, tip="0", actor=None):
    tender = Tender(method, None if amount is None else Decimal(amount), Decimal(tip))
    return take_payment(party_id=party_id, tender=tender, actor=actor or house.actor("waiter")).payment


def refund(house, payment, amount, reason="cold"):
    return refund_payment(payment_id=payment.pk, amount=Decimal(amount), reason=reason, actor=house.actor("manager"))


def discount(house, party_id, percent):
    kind = {"kind": AdjustmentKind.DISCOUNT, "percent": Decimal(percent), "reason": "birthday"}
    add_adjustment(party_id=party_id, actor=house.actor("manager"), **kind)
    return Adjustment.objects.latest("pk")


def evening(house):
    """Four dishes less 10 %, paid in cash and by card; three by card, of which 5.00 goes back; one that is open."""
    first, second, third = party(house, 4), party(house, 3), party(house, 1)
    discount(house, first, "10")
    pay(house, first, amount="20.02", tip="2.00")
    pay(house, first, Method.TERMINAL, tip="1.00")
    refund(house, pay(house, second, Method.TERMINAL), "5.00")
    return first, second, third


def close(house, kind=ClosingKind.DAY, day=None):
    """Close a day as a manager, and return its JSON, checked."""
    closing, _replayed = close_period(kind=kind, day=day, actor=house.actor("manager"))
    return checked(closing_json(closing))


def checked(body):
    """Assert that sales and money agree to the cent, from the texts of a closing alone."""
    figures = {name: Decimal(value) for name, value in body["figures"].items() if name != "taxes"}
    net = figures["lines"] - figures["adjustments"] - figures["refunds"] + figures["service"]
    owed = net + figures["tax"] + Decimal(body["tips"]) + Decimal(body["rounding"])
    money = sum((Decimal(each["amount"]) for each in body["methods"]), ZERO)
    assert money == Decimal(body["received"]) - Decimal(body["given_back"]) == Decimal(body["money"])
    if body["kind"] == "day":
        carried = Decimal(body["open_after"]) - Decimal(body["open_before"]) + figures["written_off"]
        assert owed == money + carried
        assert body["unexplained"] == "0.00"
    assert (net, net + figures["tax"]) == (Decimal(body["net"]), Decimal(body["sale"]))
    assert sum((Decimal(each["tax"]) for each in body["figures"]["taxes"]), ZERO) == figures["tax"]
    return body


def amounts(body, *names):
    """Return some amounts of a closing and of its figures."""
    both = {**body["figures"], **body}
    return tuple(both[name] for name in names)
