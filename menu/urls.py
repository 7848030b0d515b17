"""Addresses of the menu's pages."""

from django.urls import path

from menu import views

app_name = "menu"
urlpatterns = [
    path("items/<int:pk>/availability/", views.availability, name="availability"),
]
