"""The service that issues an invoice to a company for a sale that has a receipt."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.models import Bill
from orders.documents.chain import Draft, append_document
from orders.documents.models import Document
from orders.documents.transitions import DocumentKind


@dataclass(frozen=True, slots=True)
class Customer:
    """The company that an invoice is for."""

    name: str
    address: str
    tax_number: str = ""


def issue_invoice(*, document_id: int, customer: Customer, actor: Actor) -> Document:
    """Issue the invoice of a receipt. It repeats the receipt's lines and is no second sale.

    Locks: the bill, then the journal. Raises NotYours, NotPermitted, InvalidInput, LostRace (`invoice_exists`).
    """
    actor.require(Permission.TAKE_PAYMENT)
    facts = _checked(customer)
    with UnitOfWork(actor) as work:
        rows = Document.objects.of_restaurant(work.restaurant_id).select_related("bill")
        receipt = rows.filter(pk=document_id).first()
        if receipt is None:
            raise NotYours(_("There is no such document."), code="document_not_found")
        list(Bill.objects.filter(pk=receipt.bill_id).locked())  # nobody cancels the receipt meanwhile
        if receipt.kind != DocumentKind.RECEIPT:
            raise InvalidInput(_("Only a receipt can become an invoice."), code="not_a_receipt")
        if receipt.corrections.filter(kind=DocumentKind.CANCELLED).exists():
            raise InvalidInput(_("This receipt is cancelled."), code="receipt_cancelled")
        if (known := receipt.corrections.filter(kind=DocumentKind.INVOICE).first()) is not None:
            message = _("There is an invoice already: %(number)s.") % {"number": known.code}
            raise LostRace(message, code="invoice_exists", document=known.pk)
        content = {name: receipt.content[name] for name in ("lines", "taxes", "payments")}
        return append_document(
            Draft(
                kind=DocumentKind.INVOICE,
                restaurant=restaurant_by_id(work.restaurant_id),
                bill=receipt.bill,
                table_name=receipt.table_name,
                total=receipt.total,
                corrects=receipt,
                content={**content, "customer": facts},
            ),
            work,
        )


def _checked(customer: Customer) -> dict[str, str]:
    """Return the customer's facts without white space around them. Raises InvalidInput for a missing one."""
    facts = {
        "name": clean_text(customer.name)[:200],
        "address": customer.address.strip()[:400],
        "tax_number": clean_text(customer.tax_number)[:40],
    }
    missing = [field for field in ("name", "address") if not facts[field]]
    if missing:
        message = _("An invoice needs the name and the address of the company.")
        raise InvalidInput(message, fields={field: [message] for field in missing})
    return facts
