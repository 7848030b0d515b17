"""URLs of the core's pages: login, choice of restaurant, device set-up, health and metrics."""

from django.urls import path

from bistro.core.ops.health import live, ready
from bistro.core.ops.metrics import metrics
from bistro.core.web import me_views, second_factor_views, shell_views, tablet_views, views
from bistro.core.web.confirm_views import confirm
from bistro.core.web.invitation_views import choose_password, invitation
from bistro.core.web.pairing_views import show_code
from bistro.core.web.styleguide import styleguide
from bistro.core.web.uploads import upload

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("login/code/", second_factor_views.login_code, name="login-code"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("confirm/", confirm, name="confirm"),
    path("me/", me_views.me, name="me"),
    path("me/name/", me_views.save_name, name="me-name"),
    path("me/language/", me_views.save_language, name="me-language"),
    path("me/pin/", me_views.save_pin, name="me-pin"),
    path("me/pin/forget/", me_views.forget_pin, name="me-forget-pin"),
    path("me/password/", me_views.save_password, name="me-password"),
    path("me/second-factor/", second_factor_views.connect, name="me-second-factor"),
    path("me/second-factor/off/", me_views.second_factor_off, name="me-second-factor-off"),
    path("me/sign-out/", me_views.sign_out_everywhere, name="me-sign-out"),
    path("tablet/", tablet_views.tablet, name="tablet"),
    path("tablet/new-pin/", tablet_views.new_pin, name="tablet-new-pin"),
    path("tablet/lock/", tablet_views.lock, name="tablet-lock"),
    path("tablet/touched/", tablet_views.touched, name="tablet-touched"),
    path("alarms/", shell_views.alarms, name="alarms"),
    path("styleguide/", styleguide, name="styleguide"),
    path("theme/", shell_views.choose_theme, name="theme"),
    path("restaurant/", views.choose_restaurant, name="choose-restaurant"),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("password/<str:token>/", choose_password, name="choose-password"),
    path("device/", views.device_setup, name="device-setup"),
    path("device/code/", show_code, name="pairing-code"),
    path("health", ready, name="health"),
    path("health/ready", ready, name="health-ready"),
    path("health/live", live, name="health-live"),
    path("media/<path:path>", upload, name="upload"),
    path("metrics", metrics, name="metrics"),
]
