"""The report: medians, ratios, a table and a JSON file."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.load import Figures
from benchmarks.scenarios import Result
from harness.service import ROOT

RESULTS = ROOT / "benchmarks" / "results"
BUSY = 0.85  # share of a core at which the generator may limit the figure
NO_RATIO = frozenset({"success", "failed", "lost", "refused", "cut off", "generator"})
TROUBLE = frozenset({"failed", "refused", "cut off"})  # shown only if not zero
SHARES = frozenset({"success", "generator"})


def medians(runs: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    names = runs[0] if runs else {}
    return {name: median(run[name] for run in runs) for name in names}


def ratio(figure: str, ours: Figures, theirs: Figures) -> float | None:
    """Return our figure divided by theirs, or None if the ratio has no meaning."""
    if figure in NO_RATIO or not theirs.get(figure) or figure not in ours:
        return None
    return ours[figure] / theirs[figure]


def compared(result: Result) -> list[tuple[str, str]]:
    """Return the pairs to compare: the product with each rival, and a large database with the smallest."""
    first, *others = result.runs
    return [(other, first) if result.family == "growth" else (first, other) for other in others]


def lines(results: Sequence[Result]) -> Iterator[str]:
    """Return the tables in Markdown, one for each configuration and family."""
    heading = None
    for result in results:
        names = list(result.runs)
        pairs = compared(result)
        if heading != (result.configuration, result.family, names):
            heading = (result.configuration, result.family, names)
            yield f"\n**{result.configuration}, {result.family}**\n"
            columns = ["", *names, *(f"{over} : {under}" for over, under in pairs)]
            yield f"| {' | '.join(columns)} |"
            yield f"|---|{'--:|' * (len(columns) - 1)}"
        found = {name: medians(runs) for name, runs in result.runs.items()}
        for figure in table_figures(result.family, list(found.values())):
            cells = [shown(figure, found[name].get(figure)) for name in names]
            ratios = [ratio(figure, found[over], found[under]) for over, under in pairs]
            cells += ["" if value is None else f"{value:.2f}" for value in ratios]
            yield f"| {result.measure}: {figure} | {' | '.join(cells)} |"


def table_figures(family: str, found: Sequence[Figures]) -> Iterator[str]:
    """Return the figures of a measure for the table; the file has all of them."""
    for figure in next((figures for figures in found if figures), {}):
        trouble = any(figures.get(figure) for figures in found)
        if figure in TROUBLE and not trouble:
            continue
        if family == "growth" and figure in {"per second", "average ms"}:
            continue
        yield figure


def shown(figure: str, value: float | None) -> str:
    """Format a figure."""
    if value is None:
        return "broke down"
    if figure in SHARES:
        mark = " (!)" if figure == "generator" and value > BUSY else ""
        return f"{value:.1%}{mark}" if figure == "success" else f"{value:.0%}{mark}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def keep(results: Sequence[Result], runs: int, folder: Path = RESULTS) -> Path:
    """Write every run of every measure as JSON."""
    now = datetime.now(UTC)
    git = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    content = {
        "at": now.isoformat(timespec="seconds"),
        "revision": git.stdout.strip(),
        "runs": runs,
        "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "system": platform.platform()},
        "results": [asdict(result) for result in results],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y-%m-%dT%H%M%S}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path
