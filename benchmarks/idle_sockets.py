"""`python -m benchmarks.idle_sockets`: what a socket that only watches costs a server process in memory.

Opens sockets in steps against a process of its own (SQLite), lets each step stand for a while, and reads the process's
resident memory. Nobody orders: what is measured is the socket, not the evening.
"""

import argparse
import asyncio
import re
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults.evening import opened
from tests.faults.installation import Installation, Plan
from tests.faults.screens import Program, when_all

STEPS = 4


def resident_kib(pid: int) -> int:
    """Of one process, in KiB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


async def measure(sockets: int, seconds: float) -> list[tuple[int, int]]:
    """(open sockets, KiB), the first without any."""
    async with Installation(Plan()) as here, opened(here) as client:
        process = here.workers[0].process
        assert process is not None
        url, token = f"http://127.0.0.1:{here.workers[0].port}", here.who.one("integration").authorization
        tasks: list[asyncio.Task[None]] = []
        found = [(0, resident_kib(process.pid))]
        try:
            for _ in range(STEPS):
                more = [Program(client.session, url, token) for _ in range(sockets // STEPS)]
                tasks += [asyncio.create_task(screen.watch()) for screen in more]
                assert None not in await when_all(list(more), lambda screen: screen.seq is not None, 60)
                await asyncio.sleep(seconds)
                found.append((len(tasks), resident_kib(process.pid)))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=12.0, help="how long each step stands idle")
    wanted = parser.parse_args()
    found = asyncio.run(measure(wanted.sockets, wanted.seconds))
    table = Table("open sockets", "MiB", "KiB a socket since the first step")
    first_open, first = found[1]
    for open_sockets, kib in found:
        each = f"{(kib - first) / (open_sockets - first_open):.0f}" if open_sockets > first_open else "–"
        table.add_row(str(open_sockets), f"{kib / 1024:.1f}", each)
    Console().print(table)


if __name__ == "__main__":
    main()
