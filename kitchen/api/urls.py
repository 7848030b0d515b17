"""Addresses of the kitchen API."""

from django.urls import path

from kitchen.api import load, metrics, views

urlpatterns = [
    path("api/v1/tickets", views.TicketList.as_view()),
    path("api/v1/tickets/<int:pk>/bump", views.BumpTicket.as_view()),
    path("api/v1/tickets/<int:pk>/recall", views.RecallTicket.as_view()),
    path("api/v1/tickets/<int:pk>/start", views.StartTicket.as_view()),
    path("api/v1/tickets/<int:pk>/push", views.PushTicket.as_view()),
    path("api/v1/tickets/<int:pk>/hold", views.HoldTicket.as_view()),
    path("api/v1/tickets/<int:pk>/release", views.ReleaseTicket.as_view()),
    path("api/v1/tickets/<int:pk>/undo", views.UndoBump.as_view()),
    path("api/v1/tickets/<int:pk>/read", views.ReadChanges.as_view()),
    path("api/v1/tickets/<int:pk>/confirm", views.ConfirmTicket.as_view()),
    path("api/v1/ticket-lines/<int:pk>/push", views.PushLine.as_view()),
    path("api/v1/ticket-lines/<int:pk>/plate", views.PlateLine.as_view()),
    path("api/v1/ticket-lines/<int:pk>/bump", views.BumpLine.as_view()),
    path("api/v1/ticket-lines/<int:pk>/recall", views.RecallLine.as_view()),
    path("api/v1/kitchen/load", load.KitchenLoad.as_view()),
    path("api/v1/kitchen/metrics", metrics.KitchenMetrics.as_view()),
]
