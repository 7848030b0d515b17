"""The command `make bench`: the cost of an order, compared with rivals or with an earlier revision.

docs/performance.md explains the tables.
"""

import argparse
import asyncio
import resource
import sys
from functools import partial
from pathlib import Path
from time import perf_counter

from rich.console import Console

from benchmarks.report import keep, lines
from benchmarks.rivals import BESIDE, Known, at_url, commanded, earlier, known_rival, python_for_rivals
from benchmarks.scenarios import CONFIGURATIONS, FAMILIES, QUICK, Opener, Result, Sizes, measured
from harness.service import ROOT


def options(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add = parser.add_argument
    names = ", ".join([*CONFIGURATIONS, *FAMILIES])
    add("--only", nargs="*", default=[], metavar="WORD", help=f"only these configurations and families: {names}")
    add("--runs", type=int, default=3, help="runs of each measure; the table shows medians")
    add("--quick", action="store_true", help="run small sizes, to check the benchmark itself")
    add("--rival-url", default="", help="compare with the system at this address")
    add("--rival-command", default="", help="compare with a system that this command starts ({port}, {folder})")
    add("--rivals", type=Path, default=BESIDE, help="the folder of the known rivals (default: %(default)s)")
    add("--rival-python", default="", help="an interpreter with the known rivals' packages (default: create one)")
    add("--revision", default="", help="compare with the product at this git revision")
    add("--alone", action="store_true", help="measure the product alone")
    return parser.parse_args(given)


def opponents(wanted: argparse.Namespace) -> list[Opener]:
    """Return the contenders to compare the product with."""
    found: list[Opener] = []
    if wanted.revision:
        found.append(partial(earlier, revision=wanted.revision))
    if wanted.rival_url:
        found.append(lambda plan: at_url(wanted.rival_url))
    if wanted.rival_command:
        found.append(lambda plan: commanded(wanted.rival_command))
    if not found and not wanted.alone and wanted.rivals.is_dir():
        known = Known(wanted.rivals, python_for_rivals(wanted.rival_python))
        found.append(partial(known_rival, known=known))
    return found


def chosen(words: list[str]) -> list[tuple[str, str]]:
    """Return the (configuration, family) pairs that `--only` selects."""
    unknown = set(words) - set(CONFIGURATIONS) - set(FAMILIES)
    if unknown:
        sys.exit(f"--only does not know {', '.join(sorted(unknown))}.")
    configurations = [name for name in CONFIGURATIONS if name in words] or list(CONFIGURATIONS)
    families = [name for name in FAMILIES if name in words] or list(FAMILIES)
    return [(configuration, family) for configuration in configurations for family in families]


async def run(wanted: argparse.Namespace, console: Console) -> list[Result]:
    sizes = QUICK if wanted.quick else Sizes()
    began = perf_counter()
    results: list[Result] = []
    for configuration, family in chosen(wanted.only):
        async for result in measured(configuration, family, sizes, wanted.runs, opponents(wanted)):
            results.append(result)
            console.print(f"{perf_counter() - began:5.0f} s  {configuration}, {family}: {result.measure}")
    return results


def main() -> None:
    wanted = options()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    console = Console(soft_wrap=True, highlight=False)
    results = asyncio.run(run(wanted, console))
    console.print("\n".join(lines(results)), markup=False)
    console.print(f"\nEvery run: {keep(results, wanted.runs).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
