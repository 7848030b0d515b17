"""Addresses of the menu API."""

from django.urls import path

from menu.api import availability, pauses, views

urlpatterns = [
    path("api/v1/menu", views.MenuView.as_view()),
    path("api/v1/items/<int:pk>/availability", availability.ItemAvailability.as_view()),
    path("api/v1/pauses", pauses.PauseList.as_view()),
    path("api/v1/pauses/<int:pk>", pauses.PauseDetail.as_view()),
]
