"""Files with secrets in plain text, mode 600: `$VAR/demo.json` and `$VAR/owner.json`."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON atomically to a file that only its owner can read."""
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)
