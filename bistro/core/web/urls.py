"""URLs of the core's pages: login, choice of restaurant, device set-up, health and metrics."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from bistro.core.ops.health import live, ready
from bistro.core.ops.metrics import metrics
from bistro.core.web import views
from bistro.core.web.invitation_views import invitation
from bistro.core.web.pairing_views import show_code
from bistro.core.web.uploads import upload

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("restaurant/", views.choose_restaurant, name="choose-restaurant"),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("device/", views.device_setup, name="device-setup"),
    path("device/code/", show_code, name="pairing-code"),
    path("health", ready, name="health"),
    path("health/ready", ready, name="health-ready"),
    path("health/live", live, name="health-live"),
    path("media/<path:path>", upload, name="upload"),
    path("metrics", metrics, name="metrics"),
]
