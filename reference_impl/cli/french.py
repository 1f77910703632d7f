"""Les textes de click lui-même (titres de l'aide, erreurs d'emploi), qu'il demande à gettext."""

import gettext

_WORDS = {
    "Usage:": "Emploi :",
    "Options": "Options\u00a0",
    "Commands": "Commandes\u00a0",
    "Show this message and exit.": "Afficher cette aide.",
    "default: {default}": "par défaut : {default}",
    "Missing command.": "Il manque une commande.",
    "Missing argument": "Il manque l'argument",
    "No such command {name!r}.": "Commande inconnue : {name!r}.",
    "No such option {name!r}.": "Option inconnue : {name!r}.",
    "Try '{command} {option}' for help.": "Essayez « {command} {option} » pour l'aide.",
    "Error: {message}": "Erreur : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur incorrecte pour {param_hint} : {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre.",
    "Got unexpected extra argument ({args})": "Argument de trop : {args}",
    "Aborted!": "Interrompu.",
}


def install() -> None:
    """Donner à click ses textes en français."""

    def word(message: str) -> str:
        return _WORDS.get(message, message)

    def plural(msgid1: str, msgid2: str, n: int) -> str:
        return word(msgid1 if n < 2 else msgid2)

    gettext.gettext = word
    gettext.ngettext = plural
