"""All settings, read from the environment by django-environ.

No default is unsafe: `bistro.core.ops.checks` refuses configurations that would lose orders or leak them.
"""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bistro.admin_look import UNFOLD  # noqa: F401  (a setting of the admin's library)
from bistro.core.api.tags import ENUM_NAMES, TAGS
from bistro.core.kernel.secrets import secret_key
from bistro.guest_settings import *  # noqa: F403
from bistro.guest_settings import GUEST_LIMITS
from bistro.mail_settings import *  # noqa: F403
from bistro.money_settings import *  # noqa: F403
from bistro.wiring import *  # noqa: F403  (its lists are settings)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Paths and addresses -----------------------------------------------------------------------------
VAR = Path(env.str("VAR", default=str(BASE_DIR / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
PUBLIC, PUBLIC_URL_IS_SET = urlsplit(PUBLIC_URL), "PUBLIC_URL" in env.ENVIRON
if PUBLIC.scheme not in ("http", "https") or not PUBLIC.hostname or PUBLIC.path:
    raise ImproperlyConfigured(f"PUBLIC_URL is “{PUBLIC_URL}”; write it like https://bistro.example.com")
HTTPS = PUBLIC.scheme == "https"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(VAR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
if PUBLIC.hostname and PUBLIC.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(PUBLIC.hostname)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- One process or many -----------------------------------------------------------------------------
PROCESSES = env.int("PROCESSES", default=1)  # server processes on the same database
REDIS_URL = env.str("REDIS_URL", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- Applications ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # the app loads Twisted, which only its `runserver` needs
    "unfold.apps.BasicAppConfig",  # unlike Unfold's default one, it keeps our admin site
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "bistro.core.apps.BistroAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "lucide",
    "rest_framework",
    "simple_history",
    "template_partials",
    "bistro.core.apps.CoreConfig",
    "menu",
    "menu.files",
    "menu.bulk",
    "tables.guests",
    "tables",
    "tables.sections",
    "tables.waitlist",
    "tables.bookings",
    "orders",
    "orders.billing",
    "orders.documents",
    "orders.till",
    "kitchen",
    "kitchen.printing",
    "bistro.opening",
    "bistro.setup",
    "bistro.backup",
    "bistro.booking_files",
    "bistro.mail",
    "bistro.webhooks",
    "bistro.receipts",
    "bistro.demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Outermost, so that redirects and refusals of other middleware carry these headers too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bistro.core.server.middleware.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bistro.core.server.middleware.PrivateMiddleware",
    "bistro.core.server.middleware.CookieMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bistro.core.server.middleware.ActorMiddleware",
    "bistro.core.server.middleware.LanguageMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "bistro.core.server.middleware.AddressMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "bistro.core.server.middleware.DomainErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "bistro.urls"
ASGI_APPLICATION = "bistro.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bistro.core.web.context.actor",
            ],
        },
    }
]

# --- Database ----------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'bistro.sqlite3'}")}
DATABASE = DATABASES["default"]
DATABASE["ATOMIC_REQUESTS"] = False  # services own their transactions
SQLITE = DATABASE["ENGINE"].endswith("sqlite3")
if SQLITE:
    # IMMEDIATE makes a transaction that reads before it writes wait for another writer instead of failing.
    # FULL makes acknowledged orders survive a power cut.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=20000;"
            "PRAGMA recursive_triggers=ON;PRAGMA secure_delete=ON"  # REPLACE fires the log's triggers; erased is erased
        ),
    }
    DATABASE["CONN_MAX_AGE"] = 3600  # seconds that a thread keeps its connection
    DATABASE["TEST"] = {"NAME": VAR / "test.sqlite3"}  # a file, because threads must see each other's rows
else:
    DATABASE["CONN_MAX_AGE"] = 0  # the pool keeps connections, and a thread must not keep one of them
    DATABASE["CONN_HEALTH_CHECKS"] = True
    DATABASE["OPTIONS"] = {
        "pool": {
            "min_size": 2,
            "max_size": env.int("DATABASE_POOL", default=17),  # request slots, writers, four live threads, one sweep
            "timeout": 3,
            "max_lifetime": 1800,
            # The pool doubles its pauses between attempts without a limit. With a short timeout it gives up instead,
            # and the next request after PostgreSQL has returned connects at once.
            "reconnect_timeout": 0.5,
        },
        "options": "-c lock_timeout=3s -c statement_timeout=8s -c idle_in_transaction_session_timeout=15s",
    }
# The role that owns the tables and migrates them; the server's own role then cannot lift the log's protection.
MIGRATE_DATABASE = env.db("MIGRATE_DATABASE_URL") if env("MIGRATE_DATABASE_URL", default="") else {}
# An optional read replica for reports, so that they do not slow down orders.
REPORTS = "replica" if env("DATABASE_REPLICA_URL", default="") else "default"
if REPORTS == "replica":
    DATABASES["replica"] = {**DATABASE, **env.db("DATABASE_REPLICA_URL"), "TEST": {"MIRROR": "default"}}
    DATABASES["replica"]["OPTIONS"] = {
        "pool": {"min_size": 0, "max_size": 4, "timeout": 3, "reconnect_timeout": 0.5},
        "options": "-c default_transaction_read_only=on -c statement_timeout=60s",
    }
WRITERS = 1 if SQLITE else env.int("WRITERS", default=4)  # units of work at once in this process
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and channel layer -------------------------------------------------------------------------
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "bistro.core.auth.counting_caches.CountingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
    }
    host = {"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": 10, "health_check_interval": 15}
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [host], "prefix": "bistro"},
        }
    }
else:
    # Django's default of 300 entries would drop the counters of rate limits when others fill the cache.
    memory = "bistro.core.auth.counting_caches.CountingMemoryCache"
    CACHES = {"default": {"BACKEND": memory, "OPTIONS": {"MAX_ENTRIES": 100_000}}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- Reactions and sweeps: see bistro/wiring.py -------------------------------------------------------
SWEEP_SECONDS = 1.0

# --- Backups: see docs/backup.md -----------------------------------------------------------------------
BACKUP_FOLDER = Path(env.str("BACKUP_FOLDER", default=str(VAR / "backups"))).resolve()
BACKUP_SECONDS = env.float("BACKUP_SECONDS", default=300 if SQLITE else 3600)  # between two backups; 0 makes none
BACKUP_KEEP = env.int("BACKUP_KEEP", default=24)
BACKUP_COMMAND = env.str("BACKUP_COMMAND", default="")  # copies an archive elsewhere; its argument is the path
BACKUP_MEGABYTES_A_SECOND = env.float("BACKUP_MEGABYTES_A_SECOND", default=25)  # of a scheduled copy; 0: no limit

# --- Live feed ---------------------------------------------------------------------------------------
FEED_POLL_SECONDS = 1.0  # interval at which the tail polls the log without a commit signal
FEED_HEARTBEAT_SECONDS = 5.0
SOCKET_LIFETIME_SECONDS = 4 * 3600.0  # at most; then the client reconnects from its position
FEED_CATCH_UP_LIMIT = 1000  # events; a reader that is further behind takes a snapshot

# Caps on the open sockets of one process (bistro.core.live.caps). What a credential may say follows from its cap.
SOCKET_CAPS = {
    "pad": env.int("SOCKETS_PER_PAD", default=4),
    "screen": env.int("SOCKETS_PER_SCREEN", default=10),
    "login": env.int("SOCKETS_PER_LOGIN", default=20),
    "integration": env.int("SOCKETS_PER_INTEGRATION", default=2000),
    "restaurant": env.int("SOCKETS_PER_RESTAURANT", default=5000),
    "address": env.int("SOCKETS_PER_ADDRESS", default=2000),
}

# --- Load shedding and limits ------------------------------------------------------------------------
# Few, because each slot is a thread, and many computing threads slow down the sockets of their process.
ADMISSION_IN_FLIGHT = env.int("ADMISSION_IN_FLIGHT", default=8)
FAST_PATH_IN_FLIGHT = env.int("FAST_PATH_IN_FLIGHT", default=256)  # orders of devices, which block no thread
ADMISSION_WAIT_SECONDS = env.float("ADMISSION_WAIT_SECONDS", default=10.0)
ADMISSION_REFUSAL_SECONDS = env.float("ADMISSION_REFUSAL_SECONDS", default=0.5)  # minimum delay of a refusal
ADMISSION_WAITING = env.int("ADMISSION_WAITING", default=2000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
BODY_LIMIT_BYTES = env.int("BODY_LIMIT_BYTES", default=1024 * 1024)
UPLOAD_LIMIT_BYTES = env.int("UPLOAD_LIMIT_BYTES", default=8 * 1024 * 1024)  # the admin's imports and photos
PHOTOS_MEGABYTES = env.int("PHOTOS_MEGABYTES", default=200)  # of one restaurant
# Limits below the application, which disconnect slow clients (bistro.core.server.daphne_limits).
REQUEST_SECONDS = 20.0  # time for a whole request; a larger request may take longer at this rate:
REQUEST_BYTES_A_SECOND = 16 * 1024
SOCKET_HEARD_BYTES = 64 * 1024  # maximum size of a client's message
SOCKET_UNREAD_SECONDS = 20.0
SOCKET_UNREAD_BYTES = 4 * 1024 * 1024

# --- People ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.Staff"
AUTHENTICATION_BACKENDS = ["bistro.core.auth.login_locks.LockingBackend"]
PASSWORD_HASHERS = ["bistro.core.auth.hashers.Argon2LowMemory", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # a long shift

# --- API ---------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "bistro.core.auth.authentication.DeviceAuthentication",
        "bistro.core.auth.authentication.StaffTokenAuthentication",
        "bistro.core.auth.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["bistro.core.auth.access.HasActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["bistro.core.api.parsers.StrictJSONParser"],
    "URL_FORMAT_OVERRIDE": None,  # there is one format, and `?format=` is no parameter
    "DEFAULT_SCHEMA_CLASS": "bistro.core.api.schema.ProblemAutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["bistro.core.auth.rate_limits.CredentialThrottle"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "bistro.core.api.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "bistro.core.api.problems.ProblemFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Bistro",
    "DESCRIPTION": "Orders from the table to the kitchen and back.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "TAGS": TAGS,
}
LOGIN_CLOCK_STEP_SECONDS = 24 * 3600  # a token may claim to be issued less than this in the future
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "SIGNING_KEY": SECRET_KEY,
    "AUTH_HEADER_TYPES": ("Bearer",),
    "UPDATE_LAST_LOGIN": False,
}
# Rate limits of one credential or address, in DRF's notation. They stop abuse and are far above normal service.
RATE_LIMITS = {
    "pad-order": env.str("RATE_PAD_ORDERS", default="300/min"),
    "pad-call": "20/min",
    "integration-order": env.str("RATE_INTEGRATION_ORDERS", default="30000/min"),
    "credential": env.str("RATE_CREDENTIAL", default="30000/min"),
    "heartbeat": "60/min",
    # Wrong passwords have locks instead: bistro.core.auth.login_locks. These limits share no counter.
    "pin": "20/min",  # wrong PINs of all people on one device
    "refresh": "60/min",
    "register": "10/min",
    "enrol": "10/min",
    "pairing": "10/min",
    "claim": "10/min",
    **GUEST_LIMITS,
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-match", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Link", "Retry-After", "Idempotent-Replayed"]

# --- Browser security --------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
NO_USE = ("camera", "geolocation", "microphone", "payment", "usb")
PERMISSIONS_POLICY: dict[str, list[str]] = {name: [] for name in NO_USE} | {"screen-wake-lock": ["self"]}
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health(/ready|/live)?$"]  # the proxy checks the health over plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.int("NUM_PROXIES", default=0):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Files -------------------------------------------------------------------------------------------
STATIC_URL, STATIC_ROOT = "/static/", VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL, MEDIA_ROOT = "/media/", VAR / "media"
# Folders with fonts for slips in scripts that a printer's code page lacks.
FONT_FOLDERS = env.list("FONT_FOLDERS", default=["/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts"])
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Not WhiteNoise's own storage, which compresses slowly at the first start; deploy/run makes the .gz files.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", default=DEBUG)

# --- Language and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # docs/languages.md tells how to add one
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"  # each restaurant has a time zone of its own in its row

# --- Logs --------------------------------------------------------------------------------------------
LOG_JSON = env.bool("LOG_JSON", default=False)
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # the package trusts every header; AddressMiddleware does not
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "bistro.core.ops.logs.formatter", "as_json": LOG_JSON}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.channels.server": {"level": "WARNING"},
        "django_structlog": {"level": env.str("REQUEST_LOG_LEVEL", default="WARNING")},
        "daphne": {"level": "WARNING"},
    },
}
