"""Addresses of the pages on which guests pay."""

from django.urls import path

from orders.billing.phone import views
from orders.billing.phone.voucher_views import pay_with_voucher

app_name = "pay"
urlpatterns = [
    path("pay/<str:token>/", views.bill, name="bill"),
    path("pay/<str:token>/tip/", views.tip, name="tip"),
    path("pay/<str:token>/confirm/", views.confirm, name="confirm"),
    path("pay/<str:token>/voucher/", pay_with_voucher, name="voucher"),
    path("pay/<str:token>/pay/", views.pay, name="pay"),
    path("pay/<str:token>/tab/", views.tab, name="tab"),
    path("pay/<str:token>/payments/<str:key>/", views.payment, name="payment"),
]
