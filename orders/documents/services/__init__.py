"""Every write of this app. Receipts and credit notes are written by steps, with their payments and refunds."""

from orders.documents.services.copying import mail_document, print_document
from orders.documents.services.invoicing import Customer, issue_invoice
from orders.documents.services.signing import sign_due

__all__ = ["Customer", "issue_invoice", "mail_document", "print_document", "sign_due"]
