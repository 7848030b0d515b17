"""Pages of the kitchen."""

from django.urls import path

from kitchen import floor_views
from kitchen.expo import views as expo_views
from kitchen.wall import action_views, pause_views
from kitchen.wall import views as wall_views

app_name = "kitchen"
urlpatterns = [
    path("", wall_views.board, name="board"),
    path("<int:station_id>/", wall_views.board, name="station"),
    path("recalls/", wall_views.recall_list, name="recall-list"),
    path("screen/", wall_views.save_display_settings, name="save-display-settings"),
    path("tickets/<int:pk>/", wall_views.ticket, name="ticket"),
    path("tickets/<int:pk>/start/", action_views.start_ticket, name="start-ticket"),
    path("tickets/<int:pk>/bump/", action_views.bump_ticket, name="bump-ticket"),
    path("tickets/<int:pk>/undo/", action_views.undo_bump, name="undo-bump"),
    path("tickets/<int:pk>/recall/", action_views.recall_ticket, name="recall-ticket"),
    path("tickets/<int:pk>/hold/", action_views.hold_ticket, name="hold-ticket"),
    path("tickets/<int:pk>/release/", action_views.release_ticket, name="release-ticket"),
    path("tickets/<int:pk>/read/", action_views.read_ticket, name="read-ticket"),
    path("tickets/<int:pk>/confirm/", floor_views.confirm_ticket, name="confirm-ticket"),
    path("tickets/<int:pk>/fire/", action_views.fire_next, name="fire-next"),
    path("tickets/<int:pk>/push/<int:station_id>/", action_views.push_ticket, name="push-ticket"),
    path("lines/<int:pk>/bump/", action_views.bump_line, name="bump-line"),
    path("lines/<int:pk>/undo/", action_views.undo_line, name="undo-line"),
    path("lines/<int:pk>/push/<int:station_id>/", action_views.push_line, name="push-line"),
    path("expo/", expo_views.expo, name="expo"),
    path("lines/<int:pk>/plate/", expo_views.plate_line, name="plate-line"),
    path("orders/<int:pk>/deliver/", expo_views.deliver, name="deliver"),
    path("orders/<int:pk>/courses/<int:course>/fire/", expo_views.fire_course, name="fire-course"),
    path("pauses/", pause_views.pauses, name="pauses"),
    path("pauses/<int:pk>/resume/", pause_views.resume, name="resume"),
]
