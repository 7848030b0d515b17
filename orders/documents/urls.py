"""Addresses of the pages of documents."""

from django.urls import path

from orders.documents import views

app_name = "documents"
urlpatterns = [
    path("floor/documents/", views.documents, name="list"),
    path("floor/documents/<int:pk>/", views.document, name="document"),
    path("floor/documents/<int:pk>/pdf/", views.pdf, name="pdf"),
    path("floor/documents/<int:pk>/print/", views.print_paper, name="print"),
    path("floor/documents/<int:pk>/mail/", views.mail, name="mail"),
    path("floor/documents/<int:pk>/invoice/", views.invoice, name="invoice"),
    path("floor/payments/<int:pk>/receipt/", views.of_payment, name="of-payment"),
    path("receipt/<str:token>/", views.receipt, name="receipt"),
    path("receipt/<str:token>/pdf/", views.receipt_pdf, name="receipt-pdf"),
]
