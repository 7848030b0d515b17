"""Addresses of the pages of guests."""

from django.urls import path

from tables.guests import views

app_name = "guests"
urlpatterns = [
    path("", views.guests, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.guest, name="guest"),
    path("<int:pk>/merge/", views.merge, name="merge"),
    path("<int:pk>/export/", views.export, name="export"),
    path("<int:pk>/erase/", views.erase, name="erase"),
]
