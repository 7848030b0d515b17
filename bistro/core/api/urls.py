"""URLs of the core API. Those of docs/contracts/qtable.md exist at the root and under `/api/v1`."""

from django.urls import path

from bistro.core.api import views

qtable_urls = [
    path("auth/login", views.LoginView.as_view()),
    path("auth/refresh", views.RefreshView.as_view()),
    path("auth/register", views.RegisterView.as_view()),
    path("auth/me", views.MeView.as_view()),
]
core_urls = [
    path("api/debug", views.DebugView.as_view()),
    path("api/v1/auth/ticket", views.SocketTicketView.as_view()),
    path("api/v1/devices/enrol", views.EnrolView.as_view()),
    path("api/v1/devices/rotate", views.RotateView.as_view()),
    path("api/v1/events", views.EventsView.as_view()),
]
