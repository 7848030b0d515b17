"""Addresses of the host's pages of bookings."""

from django.urls import path

from tables.bookings import guest_views, views

app_name = "host"
guest_urls = [path("booking/<str:token>/", guest_views.booking, name="guest-booking")]
urlpatterns = [
    path("", views.day, name="day"),
    path("bookings/new/", views.new, name="new"),
    path("bookings/<int:pk>/", views.booking, name="booking"),
    path("bookings/<int:pk>/act/", views.act, name="act"),
]
