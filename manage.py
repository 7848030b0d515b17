#!/usr/bin/env python
"""The command line of Bistro."""

import gc
import os
import sys


def main() -> None:
    """Run one management command."""
    gc.set_threshold(100_000)  # loading makes no garbage, and looking for it takes a tenth of the time
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
