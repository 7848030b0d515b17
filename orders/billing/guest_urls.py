"""Addresses without a login: the pages on which guests pay, and the messages of providers."""

from django.urls import include, path

from orders.billing.webhooks import webhook

urlpatterns = [
    path("", include("orders.billing.phone.urls")),
    path("webhooks/dummy", webhook, {"code": "dummy"}, name="webhook-dummy"),
    path("webhooks/stripe", webhook, {"code": "stripe"}, name="webhook-stripe"),
]
