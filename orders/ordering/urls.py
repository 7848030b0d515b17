"""Addresses of the order screen and the counter."""

from django.urls import path

from orders.ordering import json_views, line_views, views

app_name = "ordering"
urlpatterns = [
    path("menu/<int:restaurant_id>/<int:version>/", json_views.menu, name="menu"),
    path("tables/<int:pk>/order/", views.screen, name="table-screen"),
    path("tables/<int:pk>/order/draft/", json_views.draft, name="table-draft"),
    path("tables/<int:pk>/order/send/", json_views.send, name="table-send"),
    path("tables/<int:pk>/order/act/", views.act, name="table-act"),
    path("order/", views.screen, name="counter-screen"),
    path("order/draft/", json_views.draft, name="counter-draft"),
    path("order/send/", json_views.send, name="counter-send"),
    path("order/news/", views.news, name="news"),
    path("counter/", views.counter, name="counter"),
    path("counter/<int:pk>/hand-over/", views.hand_over, name="hand-over"),
    path("lines/<int:pk>/", line_views.line, name="line"),
    path("lines/<int:pk>/void/", line_views.void, name="void"),
]
