"""An installation besides the one under test, used by its own commands only: where archives are restored."""

import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from harness.servers import product_environment
from harness.service import ROOT


class Elsewhere:
    """An empty data folder and, on PostgreSQL, an empty database."""

    def __init__(self, folder: Path) -> None:
        self.var = folder
        self.database = str(folder / "bistro.sqlite3") if settings.SQLITE else f"elsewhere_{secrets.token_hex(4)}"
        if not settings.SQLITE:
            with _server() as server:
                server.execute(f"CREATE DATABASE {self.database}")

    def close(self) -> None:
        if not settings.SQLITE:
            with _server() as server:
                server.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def environment(self) -> dict[str, str]:
        given = {"VAR": str(self.var), "BACKUP_SECONDS": "0"}
        if not settings.SQLITE:
            given["DATABASE_URL"] = self.url
        found = product_environment(given)
        return {name: value for name, value in found.items() if name != "SECRET_KEY"}

    @property
    def url(self) -> str:
        known = connection.settings_dict
        who = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
        return f"postgres://{who}@{known['HOST']}:{known['PORT'] or 5432}/{self.database}"

    def manage(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *map(str, words)]
        return subprocess.run(
            command, env=self.environment(), cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if settings.SQLITE:
            import sqlite3
            from contextlib import closing

            with closing(sqlite3.connect(self.database)) as file:
                return file.execute(sql).fetchall()
        with psycopg.connect(self.url) as there:
            return there.execute(sql).fetchall()

    def orders(self) -> int:
        return self.rows("SELECT count(*) FROM orders_order")[0][0]

    def epoch(self) -> str:
        return self.rows("SELECT value FROM core_feedepoch")[0][0]


def _server() -> Any:
    known = connection.settings_dict
    words = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    given = {name: value for name, value in words.items() if value}
    return psycopg.connect(**given, dbname="postgres", autocommit=True)
