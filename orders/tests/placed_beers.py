"""An order of two beers, changes of the menu behind its back, and what its lines say, for tests of edits."""

from decimal import Decimal

from menu.compiled import forget
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

PATH = "/api/v1/orders"


def change(row, **facts):
    """Change a row of the menu behind the orders' back, as the admin does."""
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    forget()


def shown(body):
    return [(line["name"], line["quantity"], line["unit_price"], line["total"]) for line in body["lines"]]


def choices(body, place=0):
    return [(each["name"], each["price"]) for each in body["lines"][place]["modifiers"]]


class Placed:
    """An order of two beers, each 4.00, with what a test needs to edit it."""

    def __init__(self, house, lines=None):
        self.house = house
        self.beer = house.add_item(name="Beer", price="4.00")
        self.group = ModifierGroupFactory(item=self.beer, name="With", max=3)
        self.lemon = ModifierFactory(group=self.group, name="Lemon", price=Decimal("0.50"))
        self.ginger = ModifierFactory(group=self.group, name="Ginger", price=Decimal("0.80"))
        forget()

    def place(self, **line):
        body = {"item": self.beer.pk, "quantity": 2, **line}
        self.order = self.house.place(lines=[body])
        self.address = f"{PATH}/{self.order['id']}"
        (self.line,) = self.order["lines"]
        return self

    def wish(self, **more):
        return {"id": self.line["id"], "item": self.beer.pk, "quantity": 2, **more}

    def put(self, *lines, role="pad", **headers):
        return self.house.api(role).put(self.address, {"lines": list(lines)}, **headers)

    def edited(self, *lines, **more):
        return self.house.done(self.put(*lines, **more))


def touch(house):
    """Raise the menu's version, as a save in the admin does."""
    house.add_item()
    forget()
