"""Pages of receipts and other documents: search, paper to print, e-mail, invoice, and the guests' link."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.auth.rate_limits import TOO_MANY_TRIES, client_address, require_within
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.money import display
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.guest_pages import guest_page
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders.documents import services
from orders.documents.access import document_by_token, document_for, document_of_payment
from orders.documents.models import Document
from orders.documents.page import read_paper
from orders.documents.pdf import can_make_pdf, pdf_of
from orders.documents.selectors import MOST_FOUND, find_documents
from orders.documents.services import Customer
from orders.documents.transitions import DocumentKind


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def documents(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the documents of a day, or those that a search finds in all days."""
    words = request.GET.get("q", "").strip()[:80]
    restaurant = restaurant_of(actor)
    today = restaurant.business_date(timezone.now())
    day = _date(request.GET.get("day", "")) or (None if words else today)
    found = list(find_documents(actor, words, day)[: MOST_FOUND + 1])
    rows = [(row, display(row.total, row.currency, restaurant.locale)) for row in found[:MOST_FOUND]]
    context = {"rows": rows, "more": len(found) > MOST_FOUND, "words": words, "day": day, "today": today}
    return render(request, "documents/list.html", context)


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def document(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a document as it is printed. `copy` of the address is the number of the print."""
    return render(request, "documents/document.html", _context(request, actor, document_for(actor, pk)))


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def pdf(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Send a document as a PDF."""
    paper = document_for(actor, pk)
    return _act(request, actor, paper, lambda: _pdf(paper), "print")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def print_paper(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Count a print, and show the paper with the browser's print window."""
    paper = document_for(actor, pk)

    def act() -> HttpResponse:
        copy = services.print_document(document_id=pk, actor=actor)
        answer = redirect("documents:document", pk)
        answer["Location"] += f"?copy={copy.number}"
        return answer

    return _act(request, actor, paper, act, "print")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def mail(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Send the link of a document to a guest."""
    paper = document_for(actor, pk)

    def act() -> HttpResponse:
        services.mail_document(document_id=pk, email=request.POST.get("email", ""), actor=actor)
        messages.success(request, gettext("The e-mail is on its way."))
        return redirect("documents:document", pk)

    return _act(request, actor, paper, act, "mail")


@require_POST
@page_requires(Permission.TAKE_PAYMENT)
def invoice(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Issue the invoice of a receipt for a company."""
    paper = document_for(actor, pk)

    def act() -> HttpResponse:
        fields = {name: request.POST.get(name, "") for name in ("name", "address", "tax_number")}
        made = services.issue_invoice(document_id=pk, customer=Customer(**fields), actor=actor)
        return redirect("documents:document", made.pk)

    return _act(request, actor, paper, act, "invoice")


@require_GET
@page_requires(Permission.TAKE_PAYMENT)
def of_payment(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Go to the receipt of a payment."""
    return redirect("documents:document", document_of_payment(actor, pk).pk)


@require_GET
@guest_page
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guest the receipt, by the secret link on it."""
    try:
        paper = document_by_token(token)
    except DomainError as refusal:
        return with_status(render(request, "documents/receipt.html", {"problem": refusal.message}), refusal)
    with timezone.override(paper.restaurant.tz):
        read = read_paper(paper, paper.restaurant.locale)
        context = {"paper": read, "logo": paper.restaurant.logo, "can_make_pdf": can_make_pdf()}
        return render(request, "documents/receipt.html", context)


@require_GET
@guest_page
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Send a guest the receipt as a PDF."""
    require_within("guest-pay", client_address(request), str(TOO_MANY_TRIES))
    try:
        return _pdf(document_by_token(token))
    except DomainError as refusal:
        return with_status(render(request, "documents/receipt.html", {"problem": refusal.message}), refusal)


def _act(
    request: HtmxHttpRequest, actor: Actor, paper: Document, service: Callable[[], HttpResponse], part: str
) -> HttpResponse:
    """Call a service, or show the document with the refusal beside the form named by `part`."""
    try:
        return service()
    except DomainError as refusal:
        context = _context(request, actor, paper)
        context |= {"problem": refusal.message, "problem_part": part, "typed": request.POST}
        return with_status(render(request, "documents/document.html", context), refusal)


def _pdf(paper: Document) -> HttpResponse:
    """Return a document as a PDF to look at. Raises PdfMissing."""
    with timezone.override(paper.restaurant.tz):
        data = pdf_of(read_paper(paper, paper.restaurant.locale))
    headers = {"Content-Disposition": content_disposition_header(False, f"{paper.code}.pdf")}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _context(request: HtmxHttpRequest, actor: Actor, paper: Document) -> dict[str, Any]:
    invoiced = paper.corrections.filter(kind=DocumentKind.INVOICE).first()
    restaurant = restaurant_of(actor)
    return {
        "paper": read_paper(paper, restaurant.locale),
        "logo": restaurant.logo,
        "copy": whole_number(request.GET.get("copy", ""), least=1, most=9999) or 0,
        "can_make_pdf": can_make_pdf(),
        "invoice": invoiced,
        "may_invoice": paper.kind == DocumentKind.RECEIPT and invoiced is None,
    }


def _date(text: str) -> Any:
    """Return a date of the address, or None."""
    try:
        return parse_date(text)
    except ValueError:
        return None
