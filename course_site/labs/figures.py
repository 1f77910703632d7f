"""The figures of the labs in a page: SVG in the page itself, in the colours of its theme."""

import html
import re

# The palette of notebooks/figures.py, and what stands for each colour in the themes (course/assets/course.css).
THEME = {
    "#1b262c": "var(--md-default-fg-color)",
    "#4a565d": "var(--course-line)",
    "#c9c8c2": "var(--md-default-fg-color--lighter)",
    "#fdfbf7": "var(--md-default-bg-color)",
    "#1d6040": "var(--course-right)",
    "#9b1c31": "var(--course-wrong)",
    "#234f8d": "var(--md-code-hl-function-color)",
    "#8a3b0d": "var(--md-typeset-a-color)",
    "#6b3a8c": "var(--md-code-hl-keyword-color)",
}
FONT = "'DejaVu Sans'"

ID = re.compile(r' id="([^"]+)"')
REFERENCE = re.compile(r'(?P<before>url\(#|href="#)(?P<id>[^)"]+)')
COLOR = re.compile(r"#[0-9a-f]{6}\b")
TITLE = re.compile(r'<g id="title">.*?</g>', re.DOTALL)
WORDS = re.compile(r"<text[^>]*>([^<]*)</text>")
NOISE = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)


def inline(svg: str, prefix: str) -> str:
    """Make a figure ready to stand in a page among others: its ids are its own, its colours those of the theme."""
    svg = NOISE.sub("", svg)
    wanted = {match["id"] for match in REFERENCE.finditer(svg)}
    svg = ID.sub(lambda match: f' id="{prefix}-{match[1]}"' if match[1] in wanted else "", svg)
    svg = REFERENCE.sub(rf"\g<before>{prefix}-\g<id>", svg)
    svg = COLOR.sub(lambda match: THEME.get(match[0], match[0]), svg)
    svg = svg.replace(FONT, "var(--course-sans)").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    return re.sub(r"\s*\n\s*", " ", svg.replace("xlink:href", "href")).strip()


def title(svg: str) -> str:
    """Give the words of a figure's title."""
    group = TITLE.search(svg)
    return " ".join(html.unescape(words).strip() for words in WORDS.findall(group[0])) if group else ""
