"""Draw the diagrams of the course: `course/diagrams/*.mmd` (Mermaid) to the SVG that the pages show.

    npm install --no-save mermaid@12
    uv run --group browser python scripts/make_diagrams.py [NAME …]

Drawn once, by a real browser, and committed: a reader needs neither JavaScript nor a megabyte of drawing code. Colours
become variables of the site's style sheet, so that one drawing serves both themes.
"""

import argparse
import asyncio
import re
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from course_site.diagrams import digest  # noqa: E402 - the project's root comes first
from course_site.paths import DIAGRAMS  # noqa: E402

MERMAID = ROOT / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
CHROMIUM = "/usr/bin/chromium"

# Colours that nothing else uses stand for the variables of course/assets/course.css.
VARIABLES = {
    "#010203": "var(--md-default-fg-color)",
    "#010204": "var(--course-line)",
    "#010205": "var(--course-fill)",
    "#010206": "var(--course-note)",
    "#010207": "var(--md-default-bg-color)",
}
INK, LINE, FILL, NOTE, PAPER = VARIABLES
THEME = {
    "fontFamily": "sans-serif", "fontSize": "15px", "textColor": INK, "lineColor": LINE, "titleColor": INK,
    "primaryColor": FILL, "primaryTextColor": INK, "primaryBorderColor": LINE,
    "secondaryColor": NOTE, "secondaryTextColor": INK, "secondaryBorderColor": LINE,
    "tertiaryColor": PAPER, "tertiaryTextColor": INK, "tertiaryBorderColor": LINE,
    "background": PAPER, "mainBkg": FILL, "nodeBorder": LINE, "nodeTextColor": INK, "clusterBkg": PAPER,
    "clusterBorder": LINE, "edgeLabelBackground": PAPER, "noteBkgColor": NOTE, "noteTextColor": INK,
    "noteBorderColor": LINE, "actorBkg": FILL, "actorBorder": LINE, "actorTextColor": INK, "actorLineColor": LINE,
    "signalColor": LINE, "signalTextColor": INK, "labelBoxBkgColor": FILL, "labelBoxBorderColor": LINE,
    "labelTextColor": INK, "loopTextColor": INK, "activationBkgColor": NOTE, "activationBorderColor": LINE,
    "sequenceNumberColor": PAPER, "transitionColor": LINE, "transitionLabelColor": INK, "stateLabelColor": INK,
    "stateBkg": FILL, "labelBackgroundColor": PAPER, "compositeBackground": PAPER, "specialStateColor": LINE,
    "errorBkgColor": NOTE, "errorTextColor": INK,
    **{f"cScale{n}": FILL for n in range(12)}, **{f"cScaleLabel{n}": INK for n in range(12)},
    **{f"cScaleInv{n}": LINE for n in range(12)}, **{f"cScalePeer{n}": LINE for n in range(12)},
}  # fmt: skip
DRAW = """async ([id, source, theme]) => {
    mermaid.initialize({
        startOnLoad: false, theme: "base", themeVariables: theme, htmlLabels: false, deterministicIds: true,
        look: "classic", layout: "dagre",
        flowchart: {htmlLabels: false}, state: {htmlLabels: false},
        sequence: {mirrorActors: false, messageFontFamily: "sans-serif", actorFontFamily: "sans-serif",
                   noteFontFamily: "sans-serif"},
    });
    const {svg} = await mermaid.render(id, source);
    document.body.innerHTML = svg;
    const drawing = document.querySelector("svg");
    // Below three quarters of its size, its words cannot be read: it then scrolls in its frame.
    drawing.style.minWidth = `${Math.round(0.75 * drawing.viewBox.baseVal.width)}px`;
    // Every drawing carries the whole style sheet and all the arrow heads: only what this one uses is kept.
    for (const style of drawing.querySelectorAll("style")) {
        const rules = [...style.sheet.cssRules].filter(rule =>
            rule instanceof CSSStyleRule && !rule.selectorText.includes(":root") &&
            (rule.selectorText === `#${id}` || drawing.parentElement.querySelector(rule.selectorText)));
        // A label half transparent would let its arrow show through.
        style.textContent = rules.map(rule => rule.cssText).join("") + `#${id} .edgeLabel rect { opacity: 1; }`;
    }
    const whole = drawing.outerHTML;
    for (const head of drawing.querySelectorAll("defs > *, marker, symbol, filter")) {
        if (head.id && !whole.includes(`url(#${head.id})`)) head.remove();
    }
    for (const element of drawing.querySelectorAll("*")) {
        for (const {name} of [...element.attributes]) if (name.startsWith("data-")) element.removeAttribute(name);
        // An id that nothing points to would stand twice in a page with two drawings.
        if (element.id && !whole.includes(`(#${element.id})`)) element.removeAttribute("id");
    }
    return new XMLSerializer().serializeToString(drawing);
}"""


async def drawn(page: Page, name: str) -> str:
    """Draw one diagram and put the site's variables in."""
    source = DIAGRAMS / f"{name}.mmd"
    text = source.read_text(encoding="utf-8").replace("'", "’")  # like the page around it
    svg = await page.evaluate(DRAW, [f"d-{name}", text, THEME])
    for colour, variable in VARIABLES.items():
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        svg = re.sub(rf"{colour}|rgb\({red}, ?{green}, ?{blue}\)", variable, svg, flags=re.IGNORECASE)
    # The wrapping element is the image; the drawing itself is for the eyes only. A drawing grows no wider than it is.
    svg = re.sub(r' (?:role|aria-roledescription|aria-labelledby|aria-describedby)="[^"]*"', "", svg)
    return svg.replace(
        "<svg ", f'<svg aria-hidden="true" focusable="false" data-source="{digest(source)}" ', 1
    )


async def main() -> int:
    """Draw the diagrams that are asked for, or those that are not up to date; the exit status."""
    parser = argparse.ArgumentParser(description="Draw the diagrams of the course.")
    parser.add_argument("names", nargs="*", help="names without ending; by default, what is out of date")
    parser.add_argument("--mermaid", type=Path, default=MERMAID, help="mermaid.min.js")
    options = parser.parse_args()
    names = options.names or [
        source.stem for source in sorted(DIAGRAMS.glob("*.mmd")) if not up_to_date(source)
    ]
    if names and not options.mermaid.is_file():
        print(f"{options.mermaid}: missing. Run: npm install --no-save mermaid@12", file=sys.stderr)
        return 2
    failures = 0
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in names:
            page = await browser.new_page()
            await page.set_content("<!doctype html><meta charset=utf-8><body></body>")
            await page.add_script_tag(path=options.mermaid)
            try:
                svg = await drawn(page, name)
            except Exception as error:  # noqa: BLE001 - one bad source does not keep the others from being drawn
                print(f"{name}: {error}", file=sys.stderr)
                failures += 1
            else:
                (DIAGRAMS / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")
                print(f"{name}: drawn, {len(svg)} characters")
            await page.close()
        await browser.close()
    return 1 if failures else 0


def up_to_date(source: Path) -> bool:
    """Tell whether the drawing is the one of this source."""
    svg = source.with_suffix(".svg")
    return svg.is_file() and f'data-source="{digest(source)}"' in svg.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
