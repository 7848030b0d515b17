"""Examples in the OpenAPI document of the core's calls."""

from typing import Any

RESTAURANT = "01a22274-98c5-7cfd-9d11-1e2ef716c806"
EPOCH = "65453274864e3743"
AT = "2026-11-28T14:00:51.825230+00:00"
LATER = "2026-11-28T14:15:51.825230+00:00"

USER: dict[str, Any] = {
    "id": 4,
    "email": "wim@bistro.example",
    "name": "Wim de Boer",
    "role": "waiter",
    "restaurantId": RESTAURANT,
    "restaurants": [{"id": RESTAURANT, "restaurantId": 1, "name": "Bistro Linden", "role": "waiter"}],
}
ME = {**USER, "restaurant": {"id": 1, "uid": RESTAURANT, "name": "Bistro Linden"}}
LOGIN = {"email": "wim@bistro.example", "password": "a long password"}
TOKENS = {"access_token": "eyJhbGciOi…", "refresh_token": "eyJhbGciOi…", "token_type": "bearer", "user": USER}
REFRESH = {"refresh_token": "eyJhbGciOi…"}
REGISTRATION = {
    "email": "new@bistro.example",
    "password": "a long password",
    "name": "New Colleague",
    "role": "waiter",
}
SOCKET_PASS = {"ticket": "k3Zt0…", "expires_in": 30}
CODE = {"code": "K7QM-2F9X"}
DEVICE_TOKEN = {
    "token": "dGhpcyBpcyBub3Qgb25l",
    "device": {"id": 3, "kind": "pad", "name": "Pad Table 1", "restaurant": RESTAURANT},
}
HEARTBEAT = {"firmware": "1.4.0", "digest": "9f86d081884c7d65", "tamper": False, "battery": 87}
HEARTBEAT_ANSWER = {"locked": False, "reason": "", "message": "", "server_time": AT, "menu_version": "12.3"}
EVENT = {
    "type": "order_updated",
    "action": "confirmed",
    "subject": "order:2",
    "restaurant_id": RESTAURANT,
    "timestamp": "2026-11-28T14:02:11.949012Z",
    "seq": 118,
    "epoch": EPOCH,
    "data": {"id": 2, "number": 2, "status": "confirmed"},
}
DEBUG = {
    "status": "ok",
    "port": 8000,
    "version": "0.14",
    "python": "3.11.7",
    "django": "5.2.13",
    "server": "daphne",
    "pid": 4211,
    "database": "postgresql",
    "layer": "RedisChannelLayer",
    "sockets": {"open": 12, "audiences": 4},
    "feed": {"epoch": EPOCH, "seq": 118},
}
