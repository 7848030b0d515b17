"""Pages of the kitchen."""

from django.urls import include, path

from kitchen import pause_views, views

app_name = "kitchen"
urlpatterns = [
    path("", views.board, name="board"),
    path("<int:station_id>/", views.board, name="station"),
    path("tickets/<int:pk>/start/", views.start_ticket, name="start-ticket"),
    path("tickets/<int:pk>/bump/", views.bump_ticket, name="bump-ticket"),
    path("tickets/<int:pk>/recall/", views.recall_ticket, name="recall-ticket"),
    path("lines/<int:pk>/bump/", views.bump_line, name="bump-line"),
    path("pauses/", pause_views.pauses, name="pauses"),
    path("pauses/<int:pk>/resume/", pause_views.resume, name="resume"),
    path("", include("kitchen.printing.urls")),
]
