"""From one accent hue to shades that can be read, in light and in dark.

Shades are computed in OKLCH (Björn Ottosson, 2020), mapped into sRGB by giving up chroma, and their
contrast is that of WCAG 2.2: at least 4.5 for text (1.4.3), at least 3 for controls (1.4.11). It is
measured on the eight-bit colours that a browser will show.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

TEXT_CONTRAST = 4.5
CONTROL_CONTRAST = 3.0

LIGHT_SURFACES = ("#ffffff", "#f2f2f5")
DARK_SURFACES = ("#0e0e12", "#26262e")
"""The extremes of what shades are drawn upon: a theme keeps its surfaces between the two."""


class Rgb(NamedTuple):
    """sRGB, each component 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str) -> "Rgb":
        """Read `#rrggbb`."""
        return cls(*bytes.fromhex(text.removeprefix("#")))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


@dataclass(frozen=True, slots=True)
class Shades:
    """The accent in one theme.

    `accent` fills buttons and bars and carries `on_accent` as text; `accent_text` is for links and
    words on the theme's surfaces and on `accent_soft`, which is a quiet background.
    """

    accent: Rgb
    accent_text: Rgb
    accent_soft: Rgb
    on_accent: Rgb

    def css(self) -> str:
        """The shades as custom properties."""
        return (
            f"--accent:{self.accent};--accent-text:{self.accent_text};"
            f"--accent-soft:{self.accent_soft};--on-accent:{self.on_accent}"
        )


class NoContrast(ValueError):
    """A hue of which no shade can be read on the theme's surfaces."""


def accent_css(hue: int) -> str:
    """Style rules that define the accent for both themes, chosen by the system or by `data-theme`.

    Raises NoContrast for a hue that cannot be made readable.
    """
    light_css, dark_css = light(hue).css(), dark(hue).css()
    return (
        f":root,:root[data-theme=light]{{{light_css}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark_css}}}}}\n"
        f":root[data-theme=dark]{{{dark_css}}}\n"
    )


def light(hue: int) -> Shades:
    """Shades on light surfaces: the accent darkens until it can be read."""
    surfaces = tuple(map(Rgb.parse, LIGHT_SURFACES))
    soft = oklch(0.95, 0.03, hue)
    white = Rgb(255, 255, 255)
    return Shades(
        accent=_first_readable(
            hue, (0.56, -0.01), {CONTROL_CONTRAST: (*surfaces, soft), TEXT_CONTRAST: (white,)}
        ),
        accent_text=_first_readable(hue, (0.5, -0.01), {TEXT_CONTRAST: (*surfaces, soft)}),
        accent_soft=soft,
        on_accent=white,
    )


def dark(hue: int) -> Shades:
    """Shades on dark surfaces: the accent brightens until it can be read."""
    surfaces = tuple(map(Rgb.parse, DARK_SURFACES))
    soft = oklch(0.3, 0.05, hue)
    ink = oklch(0.18, 0.03, hue)
    return Shades(
        accent=_first_readable(
            hue, (0.7, 0.01), {CONTROL_CONTRAST: (*surfaces, soft), TEXT_CONTRAST: (ink,)}
        ),
        accent_text=_first_readable(hue, (0.78, 0.01), {TEXT_CONTRAST: (*surfaces, soft)}),
        accent_soft=soft,
        on_accent=ink,
    )


def oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """The colour in sRGB; where none is so vivid, the most vivid of that lightness and hue."""
    low, high = 0.0, chroma
    if _in_gamut(_linear(lightness, chroma, hue)):
        low = chroma
    else:
        for _ in range(24):
            middle = (low + high) / 2
            if _in_gamut(_linear(lightness, middle, hue)):
                low = middle
            else:
                high = middle
    return Rgb(*(round(255 * _encoded(part)) for part in _linear(lightness, low, hue)))


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _first_readable(
    hue: int, walk: tuple[float, float], wanted: dict[float, tuple[Rgb, ...]]
) -> Rgb:
    """The first shade from a lightness on, in steps, that has all the contrasts wanted."""
    lightness, step = walk
    while 0 < lightness < 1:
        shade = oklch(lightness, 0.19, hue)
        if all(
            contrast(shade, behind) >= ratio
            for ratio, all_behind in wanted.items()
            for behind in all_behind
        ):
            return shade
        lightness += step
    raise NoContrast(f"no shade of hue {hue} can be read on this theme’s surfaces")


def _linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH to linear-light sRGB, by the matrices that Ottosson published."""
    angle = math.radians(hue)
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(linear: tuple[float, float, float]) -> bool:
    return all(-1e-6 <= part <= 1 + 1e-6 for part in linear)


def _encoded(part: float) -> float:
    """The sRGB transfer function (IEC 61966-2-1), clipped to what can be shown."""
    part = min(max(part, 0.0), 1.0)
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (component / 255 for component in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
