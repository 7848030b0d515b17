"""Addresses of the buttons for receipt printers and cash drawers."""

from django.urls import path

from bistro.receipts import views

app_name = "receipts"
urlpatterns = [
    path("floor/documents/<int:pk>/paper/", views.print_receipt, name="print-receipt"),
    path("floor/bills/<int:pk>/paper/", views.print_check, name="print-check"),
    path("till/vouchers/<int:pk>/slip/", views.print_voucher, name="print-voucher"),
    path("till/x/paper/", views.print_x_report, name="print-x"),
    path("till/closings/<int:pk>/paper/", views.print_closing, name="print-closing"),
    path("till/<int:pk>/drawer/", views.open_drawer, name="open-drawer"),
    path("till/<int:pk>/printer/", views.choose_printer, name="choose-printer"),
    path("till/printers/<int:pk>/retry/", views.retry, name="retry"),
    path("till/printers/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
]
