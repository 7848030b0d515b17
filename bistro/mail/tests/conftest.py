import pytest

from bistro.core.tests.factories import RestaurantFactory, actor_as
from bistro.mail.tests.servers import Gateway, MailServer, running


@pytest.fixture
def post(settings):
    """Run a mail server, to which the settings point."""
    with running(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "bistro@house.example"
        yield server


@pytest.fixture
def gateway(settings):
    """Run an SMS gateway, to which the settings point."""
    with running(Gateway()) as server:
        settings.SMS_URL = f"http://127.0.0.1:{server.server_address[1]}/send?v=1"
        settings.SMS_TOKEN, settings.SMS_SENDER, settings.EMAIL_TIMEOUT = "very-secret", "Bistro", 5
        yield server


@pytest.fixture
def owner(db):
    return actor_as("owner", RestaurantFactory(name="Café “Ü”, Nord"))
