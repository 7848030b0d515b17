"""Addresses of the floor plan and the table sheet."""

from django.urls import path

from orders.floor import views

app_name = "floor"
urlpatterns = [
    path("", views.floor, name="floor"),
    path("tables/<int:pk>/", views.table, name="table"),
    path("tables/<int:pk>/state/", views.table_state, name="table-state"),
    path("tables/<int:pk>/order/", views.place_order, name="place-order"),
    path("tables/<int:pk>/clear/", views.clear, name="clear"),
    path("tables/<int:pk>/allergies/", views.declare_allergies, name="declare-allergies"),
    path("orders/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("orders/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("orders/<int:pk>/deliver/", views.deliver, name="deliver"),
    path("orders/<int:pk>/courses/<int:course>/fire/", views.fire, name="fire"),
    path("orders/<int:pk>/courses/<int:course>/plan/", views.plan, name="plan"),
    path("orders/<int:pk>/courses/<int:course>/remove/", views.remove_course, name="remove-course"),
]
