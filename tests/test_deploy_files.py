"""The files of `deploy/` that other programs read: compose and systemd restart what dies, and nothing is missing."""

import configparser
import re
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
pytestmark = pytest.mark.database_agnostic
ONCE = {"prepare"}  # services that end when their work is done


def services():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def unit(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string((DEPLOY / "systemd" / name).read_text())
    return parser


def test_compose_restarts_every_service_that_serves():
    policies = {name: service.get("restart") for name, service in services().items()}
    assert {name: policies.pop(name) for name in ONCE} == {"prepare": "no"}
    assert set(policies.values()) == {"unless-stopped"}
    assert {"nginx", "postgres", "redis", "server-1", "server-2"} == set(policies)


def test_compose_asks_the_servers_whether_they_live():
    for name in ("server-1", "server-2"):
        assert "/health/live" in str(services()[name]["healthcheck"]["test"])


def test_compose_gives_nginx_every_file_that_its_configuration_includes():
    text = (DEPLOY / "nginx.conf").read_text()
    wanted = set(re.findall(r"include @STATE@/([\w.]+);", text))
    assert wanted == {"proxy.conf", "problems.conf"}
    mounted = {volume.split(":")[0].removeprefix("./") for volume in services()["nginx"]["volumes"]}
    assert wanted <= mounted
    script = (DEPLOY / "local-cluster").read_text()
    assert all(f"deploy/{name}" in script for name in wanted)


def test_compose_and_the_script_replace_every_word_of_the_template():
    wanted = set(re.findall(r"@[A-Z_]+@", (DEPLOY / "nginx.conf").read_text()))
    for text in ("\n".join(services()["nginx"]["command"]), (DEPLOY / "local-cluster").read_text()):
        assert wanted <= set(re.findall(r"@[A-Z_]+@", text))


@pytest.mark.parametrize("name", ["bistro@.service", "nginx.service.d/restart.conf"])
def test_systemd_starts_again_what_dies_however_often(name):
    found = unit(name)
    assert found["Service"]["Restart"] == "always"
    assert int(found["Service"]["RestartSec"]) <= 5
    assert found["Unit"]["StartLimitIntervalSec"] == "0"


def test_systemd_tries_a_failed_preparation_again_without_giving_the_servers_up():
    assert unit("bistro-prepare.service")["Service"]["Restart"] == "on-failure"
    server = unit("bistro@.service")["Unit"]
    assert "Requires" not in server, "a server whose requirement failed once would never be started"
    assert "bistro-prepare.service" in server["Wants"]
    assert "bistro-prepare.service" in server["After"]
