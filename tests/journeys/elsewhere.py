"""An installation besides the one under test, used by its own commands only: where archives are restored."""

import json
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from harness.servers import product_environment
from harness.service import ROOT

# Each command of a list, as manage.py runs it: what it exits with, and what it tells.
MANY = """
import contextlib, io, json, sys
from django.core.management import execute_from_command_line
for words in json.loads(sys.argv[1]):
    status, told = 0, io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
        try:
            execute_from_command_line(["manage.py", *words])
        except SystemExit as left:
            status = left.code
    print(json.dumps([status, told.getvalue()]))
"""


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

    def manage_each(self, *commands: tuple[object, ...]) -> list[tuple[int, str]]:
        """Run commands in one process, which starts once, and return (status, what was told) of each."""
        words = json.dumps([list(map(str, command)) for command in commands])
        environment = self.environment() | {"DJANGO_SETTINGS_MODULE": "bistro.settings"}
        done = subprocess.run(
            [sys.executable, "-c", MANY, words],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [tuple(json.loads(line)) for line in done.stdout.splitlines()]

    def become(self, other: "Elsewhere") -> None:
        """Copy another installation that nobody uses."""
        shutil.copytree(other.var, self.var, dirs_exist_ok=True)
        if not settings.SQLITE:
            with _server() as server:
                server.execute(f"DROP DATABASE {self.database}")
                server.execute(f"CREATE DATABASE {self.database} TEMPLATE {other.database}")

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
