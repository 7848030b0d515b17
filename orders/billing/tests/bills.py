"""A bill in tests, as a waiter works with it over HTTP."""

from bistro.core.models import Membership
from bistro.core.tests.factories import give_pin


class Bill:
    """The bill of a new party whose dishes cost 10.00 each, one for each of `seats`."""

    def __init__(self, house, *, seats=(None,), role="waiter", table=None):
        lines = [{"item": house.item.pk, "quantity": 1, "seat": seat} for seat in seats]
        self.house, self.api = house, house.api(role)
        self.order = house.place("waiter", lines=lines, table=(table or house.table).pk)
        self.party = self.order["party"]
        self.lines = [line["id"] for line in self.order["lines"]]

    def path(self, end=""):
        return f"/api/v1/bills/{self.party}{end}"

    def read(self):
        answer = self.api.get(self.path())
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, end, body=None, **headers):
        return self.api.post(self.path(end), body, **headers)

    def pay(self, status=201, **body):
        answer = self.post("/payments", {"method": "cash", **body})
        assert answer.status_code == status, answer.content
        return answer.json()

    def due(self):
        return self.read()["due"]


def approval(house):
    """Return the approval of a manager for a body."""
    member = Membership.objects.get(staff=house.staff("manager"))
    give_pin(member, "2468")
    return {"member": member.pk, "pin": "2468"}
