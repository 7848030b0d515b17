"""Addresses of the floor editor."""

from django.urls import path

from tables.editor import views

app_name = "floor-editor"
urlpatterns = [
    path("edit/", views.editor, name="editor"),
    path("edit/layouts/", views.add_layout, name="add-layout"),
    path("edit/layouts/<int:pk>/use/", views.use_layout, name="use-layout"),
    path("edit/layouts/<int:pk>/remove/", views.remove_layout, name="remove-layout"),
]
