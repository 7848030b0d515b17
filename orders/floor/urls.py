"""Addresses of the floor plan and the table sheet."""

from django.urls import path

from orders.floor import call_views, evening_views, party_views, views

app_name = "floor"
urlpatterns = [
    path("", views.floor, name="floor"),
    path("evening/", evening_views.evening, name="evening"),
    path("evening/hand-over/", evening_views.hand_over, name="hand-over"),
    path("tables/<int:pk>/", views.table, name="table"),
    path("tables/<int:pk>/state/", views.table_state, name="table-state"),
    path("tables/<int:pk>/deliver/", views.deliver_ready, name="deliver-ready"),
    path("tables/<int:pk>/clear/", views.clear, name="clear"),
    path("tables/<int:pk>/allergies/", views.declare_allergies, name="declare-allergies"),
    path("tables/<int:pk>/seat/", party_views.seat, name="seat"),
    path("tables/<int:pk>/covers/", party_views.covers, name="covers"),
    path("tables/<int:pk>/take-over/", party_views.take_over, name="take-over"),
    path("tables/<int:pk>/move/", party_views.move, name="move"),
    path("tables/<int:pk>/join/", party_views.join, name="join"),
    path("tables/<int:pk>/part/", party_views.part, name="part"),
    path("orders/<int:pk>/lines/", party_views.move_lines, name="move-lines"),
    path("calls/<int:pk>/take/", call_views.take, name="take-call"),
    path("calls/<int:pk>/close/", call_views.close, name="close-call"),
    path("calls/<int:pk>/release/", call_views.release, name="release-call"),
    path("orders/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("orders/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("orders/<int:pk>/deliver/", views.deliver, name="deliver"),
    path("orders/<int:pk>/courses/<int:course>/fire/", views.fire, name="fire"),
    path("orders/<int:pk>/courses/<int:course>/plan/", views.plan, name="plan"),
    path("orders/<int:pk>/courses/<int:course>/remove/", views.remove_course, name="remove-course"),
]
