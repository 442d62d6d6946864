"""The palette's contrast, computed by WCAG 2's formula: text at least 4.5:1, marks and borders of controls at least 3:1."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "overrides" / "styles" / "tokens.css"
GROUNDS = ["paper", "surface", "raised"]
TEXT = ["ink", "muted", "accent", "error", "ok", "warn", *(f"series-{i}" for i in range(1, 7))]
MARKS = ["heat", "edge"]


def palette(scheme):
    block = re.search(rf'\[data-md-color-scheme="{scheme}"\] \{{(.*?)\}}', TOKENS.read_text(encoding="utf-8"), re.S).group(1)
    return dict(re.findall(r"--er-([\w-]+): #([0-9a-f]{6});", block))


def rgb(colour):
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))


def luminance(colour):
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_contrast(scheme):
    colours = {name: rgb(value) for name, value in palette(scheme).items()}
    low = [
        f"{name} on {ground}: {contrast(colours[name], colours[ground]):.2f}"
        for names, least in ((TEXT, 4.5), (MARKS, 3.0))
        for name in names
        for ground in GROUNDS
        if contrast(colours[name], colours[ground]) < least
    ]
    assert not low
    assert contrast(colours["accent-ink"], colours["accent"]) >= 4.5


@pytest.mark.parametrize("scheme", ["default", "slate"])
def test_words_on_heat_stay_readable(scheme):
    """Figures write ink on heat of at most half opacity."""
    colours = {name: rgb(value) for name, value in palette(scheme).items()}
    tinted = tuple(0.5 * heat + 0.5 * paper for heat, paper in zip(colours["heat"], colours["paper"]))
    assert contrast(colours["ink"], tinted) >= 4.5


def test_the_formula_knows_black_on_white():
    assert contrast(rgb("000000"), rgb("ffffff")) == pytest.approx(21)
