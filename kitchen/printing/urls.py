"""Pages of slips and printers, under `/kitchen/`."""

from django.urls import path

from kitchen.printing import views

app_name = "printing"
urlpatterns = [
    path("tickets/<int:pk>/print/", views.print_ticket, name="print-ticket"),
    path("printers/<int:pk>/", views.browser_printer, name="browser-printer"),
    path("printers/<int:pk>/retry/", views.retry_printer, name="retry-printer"),
    path("printers/<int:pk>/dismiss/", views.dismiss_printer, name="dismiss-printer"),
    path("slips/<int:pk>/printed/", views.slip_printed, name="slip-printed"),
]
