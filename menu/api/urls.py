"""Addresses of the menu API."""

from django.urls import path

from menu.api import views

urlpatterns = [path("api/v1/menu", views.MenuView.as_view())]
