"""Addresses of the pages of house accounts."""

from django.urls import path

from orders.billing.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("open/", views.open_account, name="open"),
    path("<int:pk>/", views.account, name="account"),
    path("<int:pk>/settle/", views.settle, name="settle"),
    path("<int:pk>/change/", views.change, name="change"),
]
