"""Addresses of the API of bills, without trailing slash."""

from django.urls import path

from orders.billing.api import accounts, corrections, tabs, views, vouchers

urlpatterns = [
    path("api/v1/bills/<int:pk>", views.BillDetail.as_view()),
    path("api/v1/bills/<int:pk>/present", views.PresentBill.as_view()),
    path("api/v1/bills/<int:pk>/split", views.SplitBill.as_view()),
    path("api/v1/bills/<int:pk>/adjustments", views.AdjustBill.as_view()),
    path("api/v1/bills/<int:pk>/write-off", views.WriteOff.as_view()),
    path("api/v1/bills/<int:pk>/payments", views.BillPayments.as_view()),
    path("api/v1/bills/<int:pk>/tabs", tabs.BillTabs.as_view()),
    path("api/v1/adjustments/<int:pk>", views.RemoveAdjustment.as_view()),
    path("api/v1/payments/<int:pk>", views.PaymentDetail.as_view()),
    path("api/v1/payments/<int:pk>/cancel", views.CancelPayment.as_view()),
    path("api/v1/payments/<int:pk>/capture", tabs.CapturePayment.as_view()),
    path("api/v1/payments/<int:pk>/refunds", views.PaymentRefunds.as_view()),
    path("api/v1/payments/<int:pk>/undo", corrections.UndoPayment.as_view()),
    path("api/v1/payments/<int:pk>/method", corrections.CorrectMethod.as_view()),
    path("api/v1/house-accounts", accounts.Accounts.as_view()),
    path("api/v1/house-accounts/<int:pk>", accounts.AccountDetail.as_view()),
    path("api/v1/house-accounts/<int:pk>/moves", accounts.AccountMoves.as_view()),
    path("api/v1/house-accounts/<int:pk>/settlements", accounts.SettleAccount.as_view()),
    path("api/v1/vouchers", vouchers.Vouchers.as_view()),
    path("api/v1/vouchers/balance", vouchers.VoucherBalance.as_view()),
    path("api/v1/vouchers/<int:pk>", vouchers.VoucherDetail.as_view()),
    path("api/v1/vouchers/<int:pk>/void", vouchers.VoidVoucher.as_view()),
]
