"""The ten slowest test files, printed at the end of every run."""

from collections import defaultdict

import pytest

SHOWN = 10


def seconds_by_file(reports) -> dict[str, float]:
    """Return {file: seconds} of these reports, slowest first."""
    seconds: dict[str, float] = defaultdict(float)
    for report in reports:
        seconds[report.nodeid.split("::")[0]] += report.duration
    return dict(sorted(seconds.items(), key=lambda each: -each[1]))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter) -> None:
    """Write the slowest files with their share of the whole."""
    every = [each for kind in terminalreporter.stats.values() for each in kind if hasattr(each, "duration")]
    seconds = seconds_by_file(every)
    whole = sum(seconds.values())
    if len(seconds) <= 1:
        return
    terminalreporter.section(f"slowest files, of {whole:.0f} s in {len(seconds)} files")
    for path, spent in list(seconds.items())[:SHOWN]:
        terminalreporter.write_line(f"{spent:7.1f} s  {path}")
