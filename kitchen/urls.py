"""Pages of the kitchen."""

from django.urls import include, path

from kitchen import pause_views
from kitchen.views import acts, board, expo, floor

app_name = "kitchen"
urlpatterns = [
    path("", board.board, name="board"),
    path("<int:station_id>/", board.board, name="station"),
    path("recalls/", board.recall_list, name="recall-list"),
    path("screen/", board.save_look, name="save-look"),
    path("tickets/<int:pk>/", board.ticket, name="ticket"),
    path("tickets/<int:pk>/start/", acts.start_ticket, name="start-ticket"),
    path("tickets/<int:pk>/bump/", acts.bump_ticket, name="bump-ticket"),
    path("tickets/<int:pk>/undo/", acts.undo_bump, name="undo-bump"),
    path("tickets/<int:pk>/recall/", acts.recall_ticket, name="recall-ticket"),
    path("tickets/<int:pk>/hold/", acts.hold_ticket, name="hold-ticket"),
    path("tickets/<int:pk>/release/", acts.release_ticket, name="release-ticket"),
    path("tickets/<int:pk>/read/", acts.read_ticket, name="read-ticket"),
    path("tickets/<int:pk>/confirm/", floor.confirm_ticket, name="confirm-ticket"),
    path("tickets/<int:pk>/fire/", acts.fire_next, name="fire-next"),
    path("tickets/<int:pk>/push/<int:station_id>/", acts.push_ticket, name="push-ticket"),
    path("lines/<int:pk>/bump/", acts.bump_line, name="bump-line"),
    path("lines/<int:pk>/undo/", acts.undo_line, name="undo-line"),
    path("lines/<int:pk>/push/<int:station_id>/", acts.push_line, name="push-line"),
    path("expo/", expo.expo, name="expo"),
    path("lines/<int:pk>/plate/", expo.plate_line, name="plate-line"),
    path("orders/<int:pk>/deliver/", expo.deliver, name="deliver"),
    path("orders/<int:pk>/courses/<int:course>/fire/", expo.fire_course, name="fire-course"),
    path("pauses/", pause_views.pauses, name="pauses"),
    path("pauses/<int:pk>/resume/", pause_views.resume, name="resume"),
    path("", include("kitchen.printing.urls")),
]
