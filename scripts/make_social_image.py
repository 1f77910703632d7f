"""Draw the image that social networks show for a link to the site: course/assets/social.png, 1200 × 630.

uv run --group browser python scripts/make_social_image.py
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

ASSETS = Path(__file__).resolve().parents[1] / "course" / "assets"
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1200, 630

CARD = """<!doctype html><meta charset="utf-8"><style>
  body {{ background: #12303c; color: #fdfbf7; font-family: "Segoe UI", "Liberation Sans", Arial, sans-serif; margin: 0;
          padding: 90px 100px; }}
  svg {{ height: 120px; width: 120px; }}
  h1 {{ font-size: 74px; letter-spacing: -2px; line-height: 1.1; margin: 50px 0 30px; }}
  p {{ color: #f2a65a; font-size: 34px; margin: 0; }}
</style>{logo}<h1>Webhooks et synchronisation en temps réel</h1>
<p>De Clerk à une base SQL, en Python. Un cours en français.</p>"""


def main() -> None:
    """Draw the card in a real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_content(CARD.format(logo=(ASSETS / "logo.svg").read_text(encoding="utf-8")))
        page.screenshot(path=ASSETS / "social.png")
        browser.close()


if __name__ == "__main__":
    main()
