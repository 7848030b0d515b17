"""The sample data of other systems, a folder beside the checkout that is not part of it."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def found_data(folder: Path) -> Path:
    """Return the folder; skip the test, with the reason, if it is absent."""
    if not folder.is_dir():
        pytest.skip(f"needs the sample data in {folder} (SHARED_DATA names another place)")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with the sample data, or skip the test without it."""
    return found_data(Path(os.environ.get("SHARED_DATA", BESIDE)))
