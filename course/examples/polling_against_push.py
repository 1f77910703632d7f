"""Les mêmes changements, appris de quatre façons. Instants et délais sont en secondes, et choisis."""

HISTORY = [  # l'instant, la personne, le changement, le délai de sa livraison
    (40, "Maëlle", "s'inscrit", 2),
    (700, "Maëlle", "devient Roy-Côté", 2),
    (950, "Maëlle", "devient Côté", 7),  # à la seconde tentative
    (1300, "Iris", "s'inscrit", 2),
    (1620, "Iris", "supprime son compte", None),  # perdue
    (2000, "Maëlle", "supprime son compte", 2),
]
CLOCK = [(instant, person) for instant in range(0, 3601, 600) for person in ("Maëlle", "Iris")]
LOGINS = [(45, "Maëlle"), (1000, "Maëlle"), (1305, "Iris")]
PUSHED = [(at + delay, i) for i, (at, *_, delay) in enumerate(HISTORY) if delay is not None]


def read(visits: list[tuple[int, str]]) -> list[tuple[int, int]]:
    """Ce que les lectures apprennent : à chaque visite, l'état présent, et rien de ce qui l'a précédé."""
    news = []
    for instant, person in visits:
        past = [i for i, (at, who, *_) in enumerate(HISTORY) if who == person and at <= instant]
        news += [(instant, i) for i in past[-1:]]
    return news


def learned(news: list[tuple[int, int]]) -> dict[int, int]:
    """Rendre, pour chaque changement, le retard de la première nouvelle qui l'apprend à la copie."""
    known, delays = set[str](), dict[int, int]()
    for instant, i in sorted(news):
        at, person, what, _ = HISTORY[i]
        if person in known or not what.startswith("supprime"):
            known.add(person)
            delays.setdefault(i, instant - at)
    return delays


paths = [learned(news) for news in (read(CLOCK), read(LOGINS), PUSHED, PUSHED + read(CLOCK))]
print(f"{'':27}{'lecture/600 s':>15}{'connexion':>12}{'webhook':>12}{'webhook+lecture':>18}")
for i, (_, person, what, _) in enumerate(HISTORY):
    clock, login, push, both = (f"{path[i]} s" if i in path else "jamais" for path in paths)
    print(f"{person + ' ' + what:27}{clock:>15}{login:>12}{push:>12}{both:>18}")
