"""The address of the page that divides the sections."""

from django.urls import path

from tables.sections import views

app_name = "sections"
urlpatterns = [path("", views.sections, name="sections")]
