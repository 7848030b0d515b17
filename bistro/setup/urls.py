"""URLs of the set-up pages."""

from django.urls import path

from bistro.setup import hours_views, people_views, trade_views, views

app_name = "setup"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("skip/", views.skip, name="skip"),
    path("copy/", views.copy, name="copy"),
    path("account/", views.account, name="account"),
    path("restaurant/", views.restaurant, name="restaurant"),
    path("hours/", hours_views.hours, name="hours"),
    path("hours/days/", hours_views.add_exception, name="exceptions"),
    path("hours/days/<int:pk>/remove/", hours_views.remove_exception, name="exception-remove"),
    path("tax/", views.tax, name="tax"),
    path("menu/", trade_views.menu, name="menu"),
    path("menu/sample/", trade_views.add_sample, name="sample"),
    path("stations/", trade_views.stations, name="stations"),
    path("stations/routes/", trade_views.routes, name="routes"),
    path("room/", trade_views.room, name="room"),
    path("staff/", people_views.staff, name="staff"),
    path("devices/", people_views.devices, name="devices"),
    path("printers/", people_views.printers, name="printers"),
]
