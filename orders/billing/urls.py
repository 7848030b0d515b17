"""Addresses of the bill's page."""

from django.urls import path

from orders.billing import needing_views, views

app_name = "billing"
urlpatterns = [
    path("bills/<int:pk>/", views.bill, name="bill"),
    path("bills/<int:pk>/check/", views.check, name="check"),
    path("bills/<int:pk>/present/", views.present, name="present"),
    path("bills/<int:pk>/split/", views.split, name="split"),
    path("bills/<int:pk>/pay/", views.pay, name="pay"),
    path("bills/<int:pk>/tab/", views.tab, name="tab"),
    path("bills/<int:pk>/adjust/", views.adjust, name="adjust"),
    path("bills/<int:pk>/write-off/", views.write_off, name="write-off"),
    path("adjustments/<int:pk>/remove/", views.remove, name="remove-adjustment"),
    path("payments/<int:pk>/capture/", views.capture, name="capture"),
    path("payments/<int:pk>/refund/", views.refund, name="refund"),
    path("payments/<int:pk>/undo/", views.undo, name="undo"),
    path("payments/<int:pk>/method/", views.method, name="method"),
    path("payments/", needing_views.payments, name="payments"),
    path("payments/<int:pk>/ask/", needing_views.ask, name="ask-payment"),
    path("payments/<int:pk>/cancel/", needing_views.cancel, name="cancel-payment"),
    path("payments/<int:pk>/give-back/", needing_views.give_back, name="give-back"),
    path("payments/<int:pk>/settle/", needing_views.settle, name="settle-payment"),
    path("refunds/<int:pk>/settle/", needing_views.settle_refund, name="settle-refund"),
]
