"""The buttons that print on a receipt printer, open the drawer, and deal with a receipt printer in trouble."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, next_page
from bistro.receipts import services
from kitchen.printing import services as printing
from orders.access import party_for
from orders.billing.vouchers.selectors import voucher_for
from orders.documents.access import document_for
from orders.till.access import closing_for, till_for


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def print_receipt(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Print a document."""
    document_for(actor, pk)
    services.print_receipt(document_id=pk, actor=actor)
    return _sent(request, redirect("documents:document", pk))


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def print_check(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Print the bill for the guests."""
    party_for(actor, pk)
    services.print_check(party_id=pk, actor=actor)
    return _sent(request, redirect("billing:bill", pk))


@require_POST
@page_requires(Permission.USE_TILL)
def print_voucher(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Print a voucher."""
    voucher_for(actor, pk)
    services.print_voucher(voucher_id=pk, actor=actor)
    return _sent(request, redirect("vouchers:voucher", pk))


@require_POST
@page_requires(Permission.CLOSE_DAY)
def print_x_report(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Print the X report."""
    services.print_x_report(actor=actor)
    return _sent(request, redirect("till:x"))


@require_POST
@page_requires(Permission.CLOSE_DAY)
def print_closing(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Print a closing."""
    closing_for(actor, pk)
    services.print_closing(closing_id=pk, actor=actor)
    return _sent(request, redirect("till:closing", pk))


@require_POST
@page_requires(Permission.USE_TILL)
def open_drawer(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Open the cash drawer of a till."""
    till_for(actor, pk)
    services.open_drawer(till_id=pk, actor=actor)
    messages.success(request, gettext("The drawer opens. The log keeps that you opened it."))
    return redirect(next_page(request, "/till/"))


@require_POST
@page_requires(Permission.USE_TILL)
def choose_printer(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Choose the receipt printer and the drawer of a till."""
    till_for(actor, pk)
    printer = whole_number(request.POST.get("printer", ""), least=1)
    has_drawer = "has_drawer" in request.POST
    services.choose_printer(till_id=pk, printer_id=printer, has_drawer=has_drawer, actor=actor)
    messages.success(request, gettext("The printer is chosen."))
    return redirect("till:till", pk)


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def retry(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Print what a receipt printer could not print."""
    printing.retry_failed(printer_id=pk, actor=actor)
    return redirect(next_page(request, "/floor/documents/"))


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def dismiss(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Give up what a receipt printer could not print."""
    printing.dismiss_failed(printer_id=pk, actor=actor)
    return redirect(next_page(request, "/floor/documents/"))


def _sent(request: HtmxHttpRequest, answer: HttpResponse) -> HttpResponse:
    messages.success(request, gettext("Sent to the receipt printer."))
    return answer
