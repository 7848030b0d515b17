"""The read model of a tab on the bill's page."""

from dataclasses import dataclass
from datetime import datetime

from bistro.core.kernel.money import ZERO, text
from bistro.core.web.qr import qr_of
from orders.billing.access import pay_url_of
from orders.billing.models import Payment
from orders.billing.providers import provider
from orders.billing.statements import Statement
from orders.billing.transitions import PaymentState
from tables.transitions import PartyStatus


@dataclass(frozen=True, slots=True)
class PageTab:
    """A tab on the page, while it is open. `page` and `code` are the provider's page for the guest, "" without one.

    `amount` fills the field of what is charged, "" while nothing is due or the bank does not hold the amount yet.
    """

    id: int
    amount: str
    until: datetime | None
    page: str
    code: str

    @property
    def part(self) -> str:
        """Return the name of the form that charges it, for a refusal beside it."""
        return f"tab-{self.id}"


def page_tab(payment: Payment, statement: Statement) -> PageTab | None:
    """Return what an open tab shows, None for another payment. Costs one query."""
    if not payment.is_open_tab:
        return None
    held = payment.status == PaymentState.AUTHORISED and payment.cancel_at is None
    amount = min(statement.due, payment.amount) if held else ZERO
    page = pay_url_of(payment)
    return PageTab(
        id=payment.pk,
        amount=text(amount, payment.currency) if amount > ZERO else "",
        until=payment.capture_before,
        page=page,
        code=qr_of(page, fluid=True) if page else "",
    )


def can_open_tab(statement: Statement) -> bool:
    """Return whether the restaurant's provider can hold an amount, for guests who sit here and have no tab."""
    method = statement.restaurant.online_payments
    here = statement.party.status == PartyStatus.SEATED
    has_one = any(payment.is_open_tab for payment in statement.payments)
    return bool(method) and here and not has_one and provider(method).can_hold
