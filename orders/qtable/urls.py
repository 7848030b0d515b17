"""Addresses of QTable's calls, without trailing slash. They exist at the root and under `/api/v1`."""

from django.urls import path

from orders.qtable import views

_HERE = "restaurants/<str:restaurant>"
room_urls = [
    path(f"{_HERE}/guests", views.Guests.as_view()),
    path(f"{_HERE}/guests/<str:uid>", views.GuestDetail.as_view()),
    path(f"{_HERE}/tables", views.RoomTables.as_view()),
    path(f"{_HERE}/tables/<str:uid>", views.RoomTableDetail.as_view()),
    path(f"{_HERE}/batch-update", views.BatchUpdate.as_view()),
    path(f"{_HERE}/sync", views.Sync.as_view()),
    path(f"{_HERE}/dashboard-data", views.DashboardData.as_view()),
]
dashboard_urls = [path("api/v1/dashboard/<str:restaurant>", views.Dashboard.as_view())]
