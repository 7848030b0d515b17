"""Addresses of the figures of the business day, without trailing slash."""

from django.urls import path

from bistro.dashboard.views import Today

urlpatterns = [path("api/v1/today", Today.as_view())]
