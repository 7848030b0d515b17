"""Addresses of the API of bookings. They exist at the root and under `/api/v1`."""

from django.urls import path

from tables.bookings.api import views

reservation_urls = [
    path("restaurants/<str:restaurant>/reservations", views.Reservations.as_view()),
    path("restaurants/<str:restaurant>/reservations/<str:uid>", views.ReservationDetail.as_view()),
]
