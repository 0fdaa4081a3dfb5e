"""Every hue gives an accent that can be read, in light and in dark."""

import re

import pytest

from abonent.profile import colour
from abonent.profile.colour import DARK_SURFACES, LIGHT_SURFACES, NoContrast, Rgb, Shades, contrast

WHITE, BLACK = Rgb(255, 255, 255), Rgb(0, 0, 0)


def assert_readable(shades: Shades, surfaces: tuple[str, ...]) -> None:
    behind = [*map(Rgb.parse, surfaces), shades.accent_soft]
    assert min(contrast(shades.accent_text, surface) for surface in behind) >= 4.5
    assert min(contrast(shades.accent, surface) for surface in behind) >= 3
    assert contrast(shades.on_accent, shades.accent) >= 4.5


@pytest.mark.parametrize("hue", range(0, 360, 5))
def test_any_hue_can_be_read_in_light_and_in_dark(hue: int) -> None:
    assert_readable(colour.light(hue), LIGHT_SURFACES)
    assert_readable(colour.dark(hue), DARK_SURFACES)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, Rgb.parse("#767676")) == pytest.approx(4.54, abs=0.01)
    assert contrast(WHITE, WHITE) == 1


@pytest.mark.parametrize(
    ("lightness", "chroma", "hue", "rgb"),
    [
        # The primaries of sRGB in OKLCH, as CSS Color 4 gives them.
        (0.62796, 0.25768, 29.234, "#ff0000"),
        (0.86644, 0.29483, 142.495, "#00ff00"),
        (0.45201, 0.31321, 264.052, "#0000ff"),
        (1.0, 0.0, 0.0, "#ffffff"),
        (0.0, 0.0, 0.0, "#000000"),
    ],
)
def test_oklch_is_that_of_css(lightness: float, chroma: float, hue: float, rgb: str) -> None:
    found, expected = colour.oklch(lightness, chroma, hue), Rgb.parse(rgb)
    assert all(abs(one - other) <= 1 for one, other in zip(found, expected, strict=True))


def test_a_colour_too_vivid_for_srgb_keeps_its_lightness() -> None:
    vivid, plain = colour.oklch(0.7, 0.4, 200), colour.oklch(0.7, 0.05, 200)
    assert contrast(vivid, plain) < 1.1


def test_the_style_has_both_themes_and_both_ways_to_choose() -> None:
    css = colour.accent_css(284)
    rules = re.findall(r"([^{}\n]+)\{(--accent:[^}]+)\}", css)
    assert [selector for selector, _ in rules] == [
        ":root,:root[data-theme=light]",
        ":root",
        ":root[data-theme=dark]",
    ]
    light, system_dark, dark = (body for _, body in rules)
    assert light != dark == system_dark
    assert "@media (prefers-color-scheme:dark){:root{" in css
    for body in (light, dark):
        names = re.findall(r"(--[a-z-]+):#[0-9a-f]{6}", body)
        assert names == ["--accent", "--accent-text", "--accent-soft", "--on-accent"]


def test_a_hue_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colour, "LIGHT_SURFACES", ("#ffffff", "#000000"))
    with pytest.raises(NoContrast):
        colour.accent_css(100)
