"""Addresses of the API of documents, without trailing slash."""

from django.urls import path

from orders.documents.api import views

urlpatterns = [
    path("api/v1/documents", views.DocumentList.as_view()),
    path("api/v1/documents/<int:pk>", views.DocumentDetail.as_view()),
]
