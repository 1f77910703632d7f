"""Les figures et les tableaux des labs : un seul style, des nombres à la française, un texte pour chaque image.

Le titre d'une figure dit ce qu'elle montre, ses axes disent les unités : on la comprend sans le texte qui l'entoure. Les
couleurs viennent de cette palette, et d'elle seule : le site les remplace par celles du thème, clair ou sombre.
"""

import inspect
import io
import re
from collections.abc import Iterable, Sequence

import matplotlib as mpl
from IPython.display import Markdown, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from course_site.typography import french

INK = "#1b262c"
GREY = "#4a565d"
GRID = "#c9c8c2"
PAPER = "#fdfbf7"
GREEN = "#1d6040"
RED = "#9b1c31"
BLUE = "#234f8d"
COPPER = "#8a3b0d"
VIOLET = "#6b3a8c"

# Ce qui est écrit dans une figure, une fois celle-ci en SVG.
WORDS = re.compile(r"(?<=>)[^<>]+(?=</text>)")

# La largeur d'une figure, en pouces : celle de la colonne de texte du site.
WIDTH = 7.6

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelpad": 8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": PAPER,
    "figure.titlesize": 11.5,
    "figure.titleweight": "bold",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.edgecolor": GRID,
    "legend.facecolor": PAPER,
    "svg.fonttype": "none",  # des mots, et non leurs contours : on peut les lire, les chercher, les copier
    "svg.hashsalt": "labs",  # les mêmes mesures donnent le même fichier
    "text.color": INK,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
}
mpl.rcParams.update(STYLE)


def figure(title: str, x: str, y: str, *, height: float = 3.6) -> tuple[Figure, Axes]:
    """Ouvrir une figure à un cadre ; `x` et `y` nomment les axes, unité comprise. `height` est en pouces."""
    drawn = Figure(figsize=(WIDTH, height), layout="constrained")
    drawn.suptitle(title, x=0.01, ha="left").set_gid("title")  # le site l'y retrouve
    axes = drawn.add_subplot()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _rank: number(value)))
        axis.set_minor_formatter(NullFormatter())
    return drawn, axes


def show(drawn: Figure, alternative: str) -> None:
    """Afficher la figure. `alternative` dit en toutes lettres ce qu'elle montre, chiffres compris."""
    written = io.StringIO()
    drawn.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = WORDS.sub(lambda words: french(words[0]), written.getvalue())
    display(
        {"image/svg+xml": svg[svg.index("<svg") :], "text/plain": alternative},
        raw=True,
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Afficher un tableau ; un nombre y est écrit à la française."""
    cells = [
        [number(cell) if isinstance(cell, int | float) else str(cell) for cell in row]
        for row in rows
    ]
    lines = [
        f"| {' | '.join(line)} |"
        for line in [list(header), ["---"] * len(header), *cells]
    ]
    display(Markdown("\n".join(lines)))


def say(sentence: str) -> None:
    """Afficher une phrase qui contient des mesures, en Markdown."""
    display(Markdown(sentence))


def show_code(*pieces: object) -> None:
    """Afficher le code de fonctions importées ; un ordre SQL est montré tel quel."""
    for piece in pieces:
        code = inspect.getsource(piece) if inspect.isfunction(piece) else f"{piece}\n"
        language = "python" if inspect.isfunction(piece) else "sql"
        display(Markdown(f"```{language}\n{code}```"))


def number(value: float, decimals: int = 2) -> str:
    """Écrire un nombre à la française : 1 234,5. Les zéros de fin sont omis."""
    text = f"{round(value, decimals):,.{decimals}f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return whole.replace(",", " ").replace("-", "−") + (
        f",{fraction}" if fraction else ""
    )
