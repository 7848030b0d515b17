"""Addresses of the till's pages."""

from django.urls import path

from orders.till import closing_views, views
from orders.till.tips import views as tip_views

app_name = "till"
urlpatterns = [
    path("", views.tills, name="tills"),
    path("open/", views.open_till, name="open"),
    path("shift/", views.shift, name="shift"),
    path("tips/", tip_views.tips, name="tips"),
    path("tips/share/", tip_views.share, name="share-tips"),
    path("tips/correct/", tip_views.correct, name="correct-tips"),
    path("x/", closing_views.x_report, name="x"),
    path("close-day/", closing_views.close, name="close-day"),
    path("closings/", closing_views.closings, name="closings"),
    path("closings/<int:pk>/", closing_views.closing, name="closing"),
    path("<int:pk>/", views.till, name="till"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/count/", views.count, name="count"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("<int:pk>/hand-over/", views.hand_over, name="hand-over"),
    path("<int:pk>/close/", views.close, name="close"),
]
