"""Contrast of the design tokens: 4.5 : 1 for words, 3 : 1 for edges and signs, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from bistro.admin_look import UNFOLD

pytestmark = pytest.mark.database_agnostic

STYLES = Path(settings.BASE_DIR, "static", "css")
TOKENS = "".join((STYLES / name).read_text() for name in ("tokens.css", "tokens-auto.css"))
COMPONENTS = Path(settings.BASE_DIR, "static", "css", "components")
STATES = ("free", "work", "soon", "late", "ready", "held", "bill")
PAPERS = ("paper", "paper-raised", "paper-sunk", "paper-float")
WORDS = [
    *(("ink", paper) for paper in PAPERS),
    *(("ink-soft", paper) for paper in PAPERS),
    *(("accent-ink", paper) for paper in ("paper", "paper-raised", "paper-float", "accent-tint")),
    *((f"{state}-ink", f"{state}-tint") for state in STATES),
    *((f"{state}-ink", "paper-raised") for state in STATES),
    *(("on-ready" if state == "ready" else "on-state", state) for state in STATES),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("paper", "ink"),
]
EDGES = [
    *(("line-strong", paper) for paper in PAPERS),
    *(("focus", paper) for paper in PAPERS),
    *((f"{state}-ink", paper) for state in STATES for paper in PAPERS),  # the edge of a mark on any paper
    ("accent", "paper-raised"),
]


def blocks(text):
    """Return the declarations of each rule with a `color-scheme`: light, dark by choice, dark by the device."""
    found = re.findall(r"\{\s*color-scheme: \w+;([^}]*)\}", text)
    return [dict(re.findall(r"--([\w-]+): ([^;]+);", block)) for block in found]


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LIGHT, CHOSEN_DARK, DARK = blocks(TOKENS)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(WORDS, 4.5), (EDGES, 3)], ids=["words", "edges"])
def test_contrast(theme, pairs, least):
    found = {(ink, paper): round(contrast(theme[ink], theme[paper]), 2) for ink, paper in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


def test_both_dark_blocks_are_equal_and_leave_no_colour_out():
    assert DARK == CHOSEN_DARK
    assert set(DARK) == set(LIGHT)


def test_every_state_has_solid_tint_and_ink():
    for state in STATES:
        assert {state, f"{state}-tint", f"{state}-ink"} <= set(LIGHT)


def test_the_admin_has_the_colours_of_the_tokens():
    primary, base = UNFOLD["COLORS"]["primary"], UNFOLD["COLORS"]["base"]
    assert (primary["600"], primary["800"]) == (LIGHT["accent"], LIGHT["accent-strong"])
    assert primary["300"] == DARK["accent-ink"]
    assert [base[step] for step in ("50", "100", "200", "600")] == [
        LIGHT[name] for name in ("paper", "paper-sunk", "line", "ink-soft")
    ]
    assert [base[step] for step in ("400", "800", "900", "950")] == [
        DARK[name] for name in ("ink-soft", "paper-float", "paper-raised", "paper")
    ]
    assert contrast(primary["500"], base["900"]) >= 4.5  # links in the dark theme


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#767676", "#ffffff", 4.54), ("#123456", "#123456", 1)]
)
def test_the_measure(one, other, ratio):
    """Control."""
    assert round(contrast(one, other), 2) == ratio


def test_a_pair_that_is_too_weak_is_found():
    """Control: sky blue on white is no colour for words."""
    assert contrast(LIGHT["work"], LIGHT["paper-raised"]) < 3


def test_components_take_their_colours_from_tokens():
    """Only the allergy label has colours of its own, because it is the same in both themes."""
    own = {path.name for path in COMPONENTS.glob("*.css") if re.search(r"#[0-9a-f]{3,8}\b|rgb\(", path.read_text())}
    assert own == {"allergy.css"}
