"""Addresses of the pages of vouchers."""

from django.urls import path

from orders.billing.vouchers import views

app_name = "vouchers"
urlpatterns = [
    path("", views.vouchers, name="vouchers"),
    path("sell/", views.sell, name="sell"),
    path("look-up/", views.look_up, name="look-up"),
    path("<int:pk>/", views.voucher, name="voucher"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/void/", views.void, name="void"),
]
