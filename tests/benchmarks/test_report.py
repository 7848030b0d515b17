"""The report that `make bench` makes of its figures."""

import json

from benchmarks.report import compared, keep, lines, medians, ratio
from benchmarks.scenarios import Result


def test_the_table_shows_medians_and_ratios_and_the_file_every_run(tmp_path):
    ours = [{"average ms": value, "lost": 0, "generator": 0.95} for value in (30.0, 10.0, 20.0)]
    theirs = [{"average ms": 40.0, "lost": 2, "generator": 0.1}]
    result = Result("embedded", "orders", "5 at once", {"Bistro": ours, "rival": theirs, "gone": []})
    assert medians(ours)["average ms"] == 20
    assert ratio("average ms", medians(ours), medians(theirs)) == 0.5
    assert ratio("lost", medians(ours), medians(theirs)) is None
    assert list(lines([result])) == [
        "\n**embedded, orders**\n",
        "|  | Bistro | rival | gone | Bistro : rival | Bistro : gone |",
        "|---|--:|--:|--:|--:|--:|",
        "| 5 at once: average ms | 20 | 40 | broke down | 0.50 |  |",
        "| 5 at once: lost | 0 | 2 | broke down |  |  |",
        "| 5 at once: generator | 95% (!) | 10% | broke down |  |  |",
    ]
    growth = Result("embedded", "growth", "floor page", {"1,000": [], "100,000": [], "1,000,000": []})
    assert compared(growth) == [("100,000", "1,000"), ("1,000,000", "1,000")]
    kept = json.loads(keep([result], 3, tmp_path).read_text())
    assert kept["results"][0]["runs"]["Bistro"] == ours
