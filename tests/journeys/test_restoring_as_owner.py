"""A restore and an upgrade on PostgreSQL, where the server's role does not own the tables (docs/configuration.md)."""

import secrets

import psycopg
import pytest

from bistro.backup.tests.archives import make, manifest_of
from tests.journeys.elsewhere import Elsewhere, _server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
APPENDS = "has_table_privilege(%s, 'core_event', 'INSERT')"
EDITS = "has_table_privilege(%s, 'core_event', 'UPDATE')"


class TwoRoles(Elsewhere):
    """An empty database of one role, which another role serves."""

    def __init__(self, folder):
        super().__init__(folder)
        word = secrets.token_hex(4)
        self.owner, self.role, self.given = f"owner_{word}", f"server_{word}", {}
        with _server() as server:
            server.execute(f"CREATE ROLE {self.owner} LOGIN CREATEDB PASSWORD 'secret'")
            server.execute(f"CREATE ROLE {self.role} LOGIN PASSWORD 'secret'")
            server.execute(f"ALTER DATABASE {self.database} OWNER TO {self.owner}")

    def close(self):
        super().close()
        with _server() as server:
            server.execute(f"DROP ROLE {self.owner}")
            server.execute(f"DROP ROLE {self.role}")

    def environment(self):
        roles = {"DATABASE_URL": self.url_of(self.role), "MIGRATE_DATABASE_URL": self.url_of(self.owner)}
        return super().environment() | roles | self.given

    def url_of(self, role):
        return f"postgres://{role}:secret@{self.url.rpartition('@')[2]}"

    def may(self, question):
        with psycopg.connect(self.url) as there:
            return there.execute(f"SELECT {question}", [self.role]).fetchone()[0]


@pytest.fixture
def there(tmp_path):
    (tmp_path / "there").mkdir()
    found = TwoRoles(tmp_path / "there")
    yield found
    found.close()


@pytest.fixture
def archive(tmp_path, house):
    house.place(quantity=2)
    house.place()
    return make(tmp_path / "archives").archive


def done(there, *words):
    answer = there.manage(*words)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_restore_as_the_owner_then_an_upgrade_and_the_server_serves(there, archive, tmp_path):
    for _empty_then_full in range(2):
        assert "2 orders on 1 days" in done(there, "restore", archive)
        done(there, "migrate")
        assert there.orders() == 2
        owners = {owner for (owner,) in there.rows("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")}
        assert owners == {there.owner}
        assert there.may(APPENDS)
        assert not there.may(EDITS)
    done(there, "verify_log")
    assert "restores completely" in done(there, "check_restore", archive)
    again = done(there, "backup", "--to", tmp_path / "again").splitlines()[-1]
    ours, theirs = (manifest_of(path)["facts"]["money"] for path in (archive, tmp_path / "again" / again))
    assert ours == theirs


def test_control_the_servers_role_alone_is_refused_and_changes_nothing(there, archive):
    done(there, "restore", archive)
    epoch, there.given = there.epoch(), {"MIGRATE_DATABASE_URL": ""}
    refused = there.manage("restore", archive)
    assert refused.returncode == 1
    assert "does not own the tables. Set MIGRATE_DATABASE_URL" in refused.stderr
    assert (there.epoch(), there.orders()) == (epoch, 2)
    assert not (there.var / "restoring").exists(), "servers may start"
