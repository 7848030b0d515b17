"""Addresses of reports."""

from django.urls import path

from orders.till.reports import views

app_name = "reports"
urlpatterns = [
    path("day/", views.today, name="today"),
    path("day/<str:day>/", views.day, name="day"),
    path("day/<str:day>/report.csv", views.day_csv, name="day-csv"),
    path("day/<str:day>/report.xlsx", views.day_xlsx, name="day-xlsx"),
]
