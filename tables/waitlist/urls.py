"""Addresses of the waiting list: the host's page, and the guests' own page by link."""

from django.urls import path

from tables.waitlist import views

app_name = "waitlist"
urlpatterns = [
    path("host/waiting/", views.waiting, name="list"),
    path("host/waiting/add/", views.add, name="add"),
    path("host/waiting/<int:pk>/seat/", views.seat, name="seat"),
    path("host/waiting/<int:pk>/offer/", views.offer, name="offer"),
    path("host/waiting/<int:pk>/take-back/", views.take_back, name="take-back"),
    path("host/waiting/<int:pk>/leave/", views.leave, name="leave"),
    path("waitlist/<str:token>/", views.place, name="place"),
    path("waitlist/<str:token>/leave/", views.leave_by_link, name="leave-by-link"),
]
