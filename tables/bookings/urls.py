"""Addresses of the host's pages of bookings."""

from django.urls import path

from tables.bookings import calendar_views, guest_views, link_views, move_views, online_views, views

app_name = "host"
guest_urls = [
    path("booking/<str:token>/", guest_views.booking, name="guest-booking"),
    path("booking/<str:token>/calendar.ics", calendar_views.of_guest, name="guest-calendar"),
    path("calendar/<str:token>.ics", calendar_views.of_house, name="house-calendar"),
    path("book/<str:token>/", online_views.book, name="book-online"),
]
urlpatterns = [
    path("", views.day, name="day"),
    path("links/", link_views.links, name="links"),
    path("bookings/new/", views.new, name="new"),
    path("bookings/<int:pk>/", views.booking, name="booking"),
    path("bookings/<int:pk>/act/", views.act, name="act"),
    path("bookings/<int:pk>/move/", move_views.move, name="move"),
]
