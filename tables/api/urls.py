"""Addresses of the API of the room, without trailing slash."""

from django.urls import path

from tables.api import views

urlpatterns = [path("api/v1/floor-plan", views.FloorPlanDetail.as_view())]
