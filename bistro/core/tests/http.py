"""HTTP in tests: a client with one credential, the form of a refusal, and a check that nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient

# Every table that an action may change. History tables and logins are left out.
WATCHED = (
    "orders.Order", "orders.OrderLine",
    "billing.Bill", "billing.Adjustment", "billing.Share", "billing.Payment", "billing.Refund",
    "billing.Voucher", "billing.VoucherMove", "billing.HouseAccount", "billing.AccountMove",
    "till.Till", "till.TillMove", "till.TillCount", "till.Closing", "till.CountedBill",
    "kitchen.Ticket", "kitchen.TicketLine", "kitchen.Station",
    "guests.Guest", "tables.TableOffer", "waitlist.WaitlistEntry",
    "tables.Floor", "tables.Layout",
    "tables.Table", "tables.Party", "tables.Occupancy", "tables.Pad", "tables.ServiceCall",
    "bookings.Booking", "bookings.TableHold", "bookings.OnlineHold", "bookings.BookingRules",
    "menu.Item", "menu.MenuVersion", "menu.Pause",
    "menu.Ingredient", "menu.RecipePart",
    "core.Event", "core.FeedHead", "core.DayNumber",
    "mail.Message", "webhooks.Hook", "webhooks.Delivery",
)  # fmt: skip


class Api:
    """A client of the JSON API with one `Authorization` header (or none)."""

    def __init__(self, authorization: str = "") -> None:
        self.headers = {"Authorization": authorization} if authorization else {}
        self.client = APIClient()

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(path, query, headers=self._all(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("put", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self._send("delete", path, None, headers)

    def post_raw(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
        return self.client.generic("POST", path, body, content_type, headers=self._all(headers))

    def _send(self, verb: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        return getattr(self.client, verb)(path, body, format="json", headers=self._all(headers))

    def _all(self, headers: dict[str, str]) -> dict[str, str]:
        """Return all headers: `key="a"` is the Idempotency-Key, `if_match="…"` is If-Match."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if "key" in names:
            names["Idempotency-Key"] = names.pop("key")
        return {**self.headers, **names}


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """Assert that the response is a problem document (RFC 9457) with this status and code, and return it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"] == HTTPStatus(status).phrase
    assert body["detail"]
    return body


def rows() -> dict[str, list[Any]]:
    """Return every watched row with all its columns, in plain SQL because half of the tests call it twice."""
    found = {}
    with connection.cursor() as cursor:
        for label in WATCHED:
            table, key = apps.get_model(label)._meta.db_table, apps.get_model(label)._meta.pk.column
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
            found[label] = cursor.fetchall()
    return found


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Assert that the block leaves every watched row unchanged and adds or removes none."""
    before = rows()
    yield
    after = rows()
    for label, old in before.items():
        assert after[label] == old, f"{label} changed"
