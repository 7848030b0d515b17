"""The fields of the bill's page: amounts as people type them."""

import re
from decimal import Decimal

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from bistro.core.api.idempotency import fingerprint
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.numbers import whole_number
from orders.billing.page import TIPS, Wish
from orders.billing.services import Tender
from orders.billing.transitions import Method
from orders.services import Once

AMOUNT = re.compile(r"\d{1,9}([.,]\d{1,4})?")
EXACT = "exact"  # the value of the button that takes exactly what is to pay
PRESSED = (Method.TERMINAL, Method.VOUCHER, Method.ACCOUNT, Method.READER)


def typed_amount(data: QueryDict, name: str) -> Decimal | None:
    """Return an amount such as 12.50 or 12,50, None for an empty field. Raises InvalidInput."""
    typed = data.get(name, "").strip()
    if not typed:
        return None
    if not AMOUNT.fullmatch(typed):
        message = gettext("“%(typed)s” is not an amount. Type it as 12.50.") % {"typed": typed[:20]}
        raise InvalidInput(message, fields={name: [message]})
    return Decimal(typed.replace(",", "."))


def once_in(request: HttpRequest) -> Once | None:
    """Return the key of a page of staff or guests, with the fingerprint of what was sent; PINs are left out."""
    key = request.POST.get("key", "").strip()[:200]
    if not key:
        return None
    sent = {name: request.POST.getlist(name) for name in request.POST if name not in ("pin", "csrfmiddlewaretoken")}
    return Once(key, fingerprint({**sent, "": request.path}))


def tender_in(data: QueryDict) -> Tender:
    """Return the payment of the page's form: one of its buttons, and the fields beside them. Raises InvalidInput.

    The buttons `terminal`, `voucher`, `account`, `reader`, `cash` name the method; `cash` has the cash given, "" for
    what was typed or else the exact, `exact` for the exact whatever was typed, and `reader` the id of the card reader.
    """
    method = next((each for each in PRESSED if each in data), Method.CASH)
    is_exact = data.get("cash") == EXACT
    note = None if is_exact else typed_amount(data, "cash")
    return Tender(
        method=method,
        amount=typed_amount(data, "amount"),
        tip=typed_amount(data, "tip") or ZERO,
        tendered=None if method != Method.CASH or is_exact else typed_amount(data, "given") if note is None else note,
        share_id=whole_number(data.get("share", ""), least=1),
        slip=data.get("slip", ""),
        voucher=data.get("code", "")[:40],
        account_id=whole_number(data.get("account_id", ""), least=1),
        reader_id=whole_number(data.get("reader", ""), least=1),
    )


def tip_again(sent: QueryDict) -> Wish | None:
    """Return the tip of a refused payment, which stays chosen, or None if the form was another one."""
    typed = sent.get("tip", "")
    return Wish(amount=Decimal(typed.replace(",", "."))) if "given" in sent and AMOUNT.fullmatch(typed) else None


def tip_in(data: QueryDict) -> Wish:
    """Return the chosen tip of an address: `tip` in percent, or a typed `other`. Nonsense is no tip."""
    typed = data.get("other", "").strip()
    if AMOUNT.fullmatch(typed):
        return Wish(amount=Decimal(typed.replace(",", ".")))
    percent = whole_number(data.get("tip", "")) or 0
    return Wish(percent if percent in TIPS else 0)
