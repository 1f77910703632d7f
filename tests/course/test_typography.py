"""French typography is put in at build: prose gets it, code never does."""

import pytest
from markdown import Markdown

from course_site.typography import NARROW, WIDE, french


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Pourquoi ? Parce que !", f"Pourquoi{NARROW}? Parce que{NARROW}!"),
        ("deux ; trois", f"deux{NARROW}; trois"),
        ("Voici : un", f"Voici{WIDE}: un"),
        ("une fin :", f"une fin{WIDE}:"),
        ("« mot »", f"«{WIDE}mot{WIDE}»"),
        ("«mot»", f"«{WIDE}mot{WIDE}»"),
        ("l'événement", "l’événement"),
        ("20 000 lignes, 15 s, 5 %", f"20{NARROW}000 lignes, 15{WIDE}s, 5{WIDE}%"),
        ("27 h 35 min 05 s", f"27{WIDE}h 35{WIDE}min 05{WIDE}s"),
        ("le n° 3", f"le n°{WIDE}3"),
        ("à 10:30 et 127.0.0.1:8000", "à 10:30 et 127.0.0.1:8000"),
        ("15 serveurs", "15 serveurs"),
        ("en 2026 100 personnes", f"en 2026{NARROW}100 personnes"),
    ],
)
def test_a_text_gets_its_spaces(typed: str, printed: str) -> None:
    assert french(typed) == printed


def test_what_has_them_already_stays() -> None:
    done = french("Déjà : « fait » ; l'autre ?")

    assert french(done) == done


def rendered(text: str) -> str:
    """The HTML of a page of one paragraph."""
    return Markdown(extensions=["attr_list", "md_in_html", "pymdownx.superfences", "course_site"]).convert(
        text
    )


def test_code_is_left_alone() -> None:
    html = rendered("Le `d'x : y ?` n'est pas lu.\n\n```python\nprint('a : b ?')\n```\n")

    assert "<code>d'x : y ?</code> n’est" in html
    assert "’" not in html.split("<pre>")[1]


def test_what_follows_code_is_prose_again() -> None:
    assert f"<code>x</code>{WIDE}: oui" in rendered("`x` : oui")


def test_another_language_keeps_its_own() -> None:
    html = rendered('<p lang="en" markdown="span">What\'s new ?</p>\n\nC\'est ici.')

    assert "What's new ?" in html
    assert "C’est" in html


def test_titles_and_alternatives_are_read_aloud_and_so_get_it_too() -> None:
    assert f'alt="Voici{WIDE}: deux"' in rendered("![Voici : deux](x.svg)")
