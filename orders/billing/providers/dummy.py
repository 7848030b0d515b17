"""The dummy provider: no money moves. Its bank keeps its charges in a table, so that they survive a restart.

Switches make it slow, silent or wrong, so that the whole life of a payment can be tried without the internet.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.provider_models import DummyCharge, DummyRefund
from orders.billing.providers.base import (
    TIMEOUT,
    BadSignature,
    Bell,
    Collect,
    Found,
    FoundRefund,
    GiveBack,
    NoAnswer,
    Refused,
)
from orders.billing.providers.dummy_bells import ring
from orders.billing.providers.signatures import is_signed, sign
from orders.billing.transitions import RESERVING, PaymentState, RefundState

T = TypeVar("T")
HEADER = "Bistro-Signature"
SWITCHES = frozenset({"latency", "lost", "fails", "declines", "waits", "bells", "bell_delay", "hold_minutes"})


@dataclass
class Switches:
    """The faults of the dummy, all off. Tests set them; `DUMMY_PROVIDER` sets them for a server.

    `lost` of 0.3 loses the answers of 30 % of the calls after the bank has acted, `fails` answers 500 before it acts
    and again for the same key. A new charge is declined `declines` times, or waits for the guest `waits` times.
    `wrong` replaces fields of what the bank answers. `bells` is how many copies of each message are sent.
    Money that is held can be captured for `hold_minutes`; `holds` off is a bank that cannot hold money.
    """

    latency: float = 0.0
    lost: float = 0.0
    fails: float = 0.0
    down: bool = False
    declines: int = 0
    waits: int = 0
    bells: int = 0
    bell_delay: float = 0.0
    hold_minutes: int = 7 * 24 * 60
    holds: bool = True
    wrong: dict[str, object] = field(default_factory=dict)
    random: Random = field(default_factory=Random)
    failed: set[str] = field(default_factory=set)


def switches_from(text: str) -> Switches:
    """Return the switches of a setting such as `lost=0.3,latency=2`. Raises ValueError."""
    found = Switches()
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _equal, value = part.partition("=")
        if name not in SWITCHES:
            raise ValueError(f"{name} is not a switch of the dummy provider: {', '.join(sorted(SWITCHES))}")
        setattr(found, name, type(getattr(found, name))(value))
    return found


class DummyProvider:
    """A bank that pays at once, unless a switch says otherwise."""

    def __init__(self) -> None:
        self.switches = switches_from(settings.DUMMY_PROVIDER)

    @property
    def can_hold(self) -> bool:
        """True unless the switch `holds` is off."""
        return self.switches.holds

    def require_ready(self) -> None:
        """Return: the dummy needs nothing."""

    def account(self, restaurant_id: int) -> str:
        """Return the account of a restaurant at the dummy's bank."""
        return f"dummy-{restaurant_id}"

    def start(self, charge: Collect) -> Found:
        """Make the charge, or hold its amount, once for its key."""
        return self._answer(f"start {charge.key}", lambda: self._found(self._begin(charge)))

    def status(self, charge: Collect) -> Found | None:
        """Return the charge; asking makes a guest at the bank's page go on."""
        return self._answer(f"status {uuid4()}", lambda: self._seen(charge.key))

    def capture(self, charge: Collect) -> Found:
        """Collect a part of what is held, once. A charge that is not held any more is answered as it is."""
        return self._answer(f"capture {charge.key}", lambda: self._found(self._collect(charge)))

    def cancel(self, charge: Collect) -> Found:
        """Cancel the charge unless it is captured. A charge that the bank has not seen is refused when it arrives."""
        return self._answer(f"cancel {uuid4()}", lambda: self._found(self._end(charge)))

    def refund(self, back: GiveBack) -> FoundRefund:
        """Give money back, once for its key."""
        return self._answer(f"refund {back.key}", lambda: self._give_back(back))

    def read_bell(self, body: bytes, headers: Mapping[str, str], now: float) -> Bell:
        """Check and read a message: `{"id", "payment"}`."""
        if not is_signed(body, headers.get(HEADER, ""), secret(), now):
            raise BadSignature("The signature is wrong or too old.")
        try:
            message = json.loads(body)
            return Bell(str(message["id"])[:120], str(message.get("payment", ""))[:64])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature("The message has no id.") from error

    def _answer(self, call: str, act: Callable[[], T]) -> T:
        """Let the bank act, and return its answer if a switch does not lose it."""
        faults = self.switches
        if faults.latency:
            time.sleep(min(faults.latency, TIMEOUT))
        if faults.down or call in faults.failed:
            raise NoAnswer("the bank is away")
        if faults.fails and faults.random.random() < faults.fails:
            faults.failed.add(call)
            raise NoAnswer("the bank answered 500")
        answer = act()
        if faults.latency > TIMEOUT or (faults.lost and faults.random.random() < faults.lost):
            raise NoAnswer("the answer was lost")
        return answer

    def _begin(self, charge: Collect) -> DummyCharge:
        faults = self.switches
        paid = PaymentState.AUTHORISED if charge.holds else PaymentState.CAPTURED
        state = PaymentState.PENDING if faults.waits else paid
        row = _known_or_new(
            charge,
            state=PaymentState.DECLINED if faults.declines else state,
            declines_left=faults.declines,
            waits_left=faults.waits,
            capture_before=timezone.now() + timedelta(minutes=faults.hold_minutes) if charge.holds else None,
        )
        self._ring(charge.key)
        return row

    def _seen(self, key: str) -> Found | None:
        row = DummyCharge.objects.filter(key=key).first()
        if row is None:
            return None
        _let_expire(row)
        open_states = [PaymentState.PENDING, PaymentState.DECLINED]
        if row.state in open_states:
            left = "declines_left" if row.state == PaymentState.DECLINED else "waits_left"
            with _bank(row.restaurant_id):
                rows = DummyCharge.objects.filter(pk=row.pk, state=row.state)
                rows.filter(**{f"{left}__gt": 0}).update(**{left: F(left) - 1})
                paid = PaymentState.AUTHORISED if row.capture_before else PaymentState.CAPTURED
                done = rows.filter(**{left: 0}).update(state=paid)
            row.refresh_from_db()
            if done:
                self._ring(key)
        return self._found(row)

    def _collect(self, charge: Collect) -> DummyCharge:
        row = _known_or_new(charge, state=PaymentState.CANCELLED)
        _let_expire(row)
        if charge.capture is None or charge.capture > row.amount:
            raise Refused("More than what is held cannot be captured.")
        with _bank(charge.restaurant_id):
            held = DummyCharge.objects.filter(pk=row.pk, state=PaymentState.AUTHORISED)
            held.update(state=PaymentState.CAPTURED, captured=charge.capture)
        row.refresh_from_db()
        self._ring(charge.key)
        return row

    def _end(self, charge: Collect) -> DummyCharge:
        row = _known_or_new(charge, state=PaymentState.CANCELLED)
        _let_expire(row)
        with _bank(charge.restaurant_id):
            still = DummyCharge.objects.filter(pk=row.pk, state__in=[*RESERVING, PaymentState.DECLINED])
            still.update(state=PaymentState.CANCELLED)
        row.refresh_from_db()
        self._ring(charge.key)
        return row

    def _give_back(self, back: GiveBack) -> FoundRefund:
        with _bank(back.charge.restaurant_id):
            row = DummyCharge.objects.filter(key=back.charge.key).locked().first()
            if row is None or row.state != PaymentState.CAPTURED:
                raise Refused("There is no such charge to give back.")
            if not row.refunds.filter(key=back.key).exists():
                given = row.refunds.aggregate(sum=Sum("amount"))["sum"] or ZERO
                if given + back.amount > row.collected:
                    raise Refused("More than the charge cannot go back.")
                DummyRefund.objects.create(
                    restaurant_id=row.restaurant_id, charge=row, key=back.key, amount=back.amount
                )
        return FoundRefund(back.key, RefundState.REFUNDED)

    def _found(self, row: DummyCharge) -> Found:
        told: dict[str, object] = {
            "amount": row.collected,
            "currency": row.currency,
            "account": row.account,
            "bill": row.bill,
            **self.switches.wrong,
        }
        return Found(
            ref=row.key,
            state=PaymentState(row.state),
            amount=Decimal(str(told["amount"])),
            currency=str(told["currency"]),
            account=str(told["account"]),
            bill=str(told["bill"]),
            capture_before=row.capture_before,
        )

    def _ring(self, key: str) -> None:
        """Send the messages that the switches ask for."""
        if self.switches.bells:
            body, headers = bell_for(key)
            send = threading.Timer(self.switches.bell_delay, ring, (body, headers, self.switches.bells))
            send.daemon = True
            send.start()


def secret() -> str:
    """Return the secret of the dummy's messages."""
    return settings.DUMMY_WEBHOOK_SECRET or salted_hmac("dummy provider", "webhooks").hexdigest()


def bell_for(key: str, *, event_id: str = "", moment: float | None = None) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a message about a charge."""
    body = json.dumps({"id": event_id or f"evt_{uuid4().hex}", "payment": key}).encode()
    sent = int(time.time() if moment is None else moment)
    return body, {HEADER: sign(body, secret(), sent), "Content-Type": "application/json"}


def _bank(restaurant_id: int) -> UnitOfWork:
    """Return a transaction of the bank, which has none in common with ours."""
    return UnitOfWork(Actor.system(restaurant_id, "dummy bank"))


def _known_or_new(charge: Collect, **fields: object) -> DummyCharge:
    """Return the bank's row of a key; the first call makes it."""
    known = DummyCharge.objects.filter(key=charge.key).first()
    if known is not None:
        return known  # type: ignore[no-any-return]
    told = {"amount": charge.amount, "currency": charge.currency, "account": charge.account, "bill": charge.bill}
    try:
        with _bank(charge.restaurant_id):
            return DummyCharge.objects.create(restaurant_id=charge.restaurant_id, key=charge.key, **told, **fields)  # type: ignore[no-any-return]
    except IntegrityError:  # the same call at the same moment
        return DummyCharge.objects.get(key=charge.key)  # type: ignore[no-any-return]


def _let_expire(row: DummyCharge) -> None:
    """End a hold whose time is over, as banks do."""
    if row.state == PaymentState.AUTHORISED and row.capture_before and row.capture_before <= timezone.now():
        with _bank(row.restaurant_id):
            held = DummyCharge.objects.filter(pk=row.pk, state=PaymentState.AUTHORISED)
            held.update(state=PaymentState.EXPIRED)
        row.refresh_from_db()
