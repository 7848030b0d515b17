"""The installation's key: created once, readable only by its owner, the same for processes that start together."""

import os
import subprocess
import sys

import pytest

from bistro.core.kernel.secrets import digest, new_code, new_token, secret_key

pytestmark = pytest.mark.database_agnostic

MANY = "import pathlib, sys, bistro.core.kernel.secrets as s; print(s.secret_key(pathlib.Path(sys.argv[1])))"


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "secret_key"
    before = os.umask(0)
    try:
        key = secret_key(path)
    finally:
        os.umask(before)
    assert secret_key(path) == key == path.read_text()
    assert len(key) >= 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_processes_that_start_together_agree(tmp_path):
    path = tmp_path / "secret_key"
    started = [
        subprocess.Popen([sys.executable, "-c", MANY, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    keys = {process.communicate(timeout=60)[0].strip() for process in started}
    assert keys == {path.read_text()}
    assert len(keys.pop()) >= 50


@pytest.mark.parametrize("left", ["", "short", "\n"])
def test_a_file_that_a_dying_process_left_is_filled(tmp_path, left):
    path = tmp_path / "secret_key"
    path.write_text(left)
    key = secret_key(path)
    assert len(key) >= 50
    assert secret_key(path) == key


def test_a_key_that_somebody_put_there_stays(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("k" * 50 + "\n")
    assert secret_key(path) == "k" * 50


def test_tokens_have_256_bits_and_codes_are_never_the_same():
    assert len({new_token() for _ in range(100)}) == 100
    assert all(len(new_token()) == 43 for _ in range(10))
    assert len({new_code() for _ in range(100)}) == 100
    assert len(digest("x")) == 64
