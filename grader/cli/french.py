"""The command line's own words (headings of the help, usage errors), which click asks gettext for."""

import gettext

WORDS = {
    "Usage:": "Usage :",
    "Options": "Options\u00a0",
    "Commands": "Commandes\u00a0",
    "Positional arguments": "Arguments",
    "Show this message and exit.": "Afficher cette aide.",
    "default: {default}": "par défaut : {default}",
    "required": "obligatoire",
    "Missing command.": "Il manque une commande.",
    "No such command {name!r}.": "Commande inconnue : {name!r}.",
    "No such option {name!r}.": "Option inconnue : {name!r}.",
    "Did you mean {possibility}?": "Vouliez-vous dire {possibility} ?",
    "(Did you mean one of: {possibilities}?)": "(Vouliez-vous dire l'une de celles-ci : {possibilities} ?)",
    "Try '{command} {option}' for help.": "Essayez « {command} {option} » pour l'aide.",
    "Error: {message}": "Erreur : {message}",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "Invalid value: {message}": "Valeur incorrecte : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur incorrecte pour {param_hint} : {message}",
    "{value!r} is not {choice}.": "{value!r} n'est pas {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} ne figure pas parmi {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre entier.",
    "{value} is not in the range {range}.": "{value} n'est pas dans l'intervalle {range}.",
    "Option {name!r} requires an argument.": "L'option {name!r} demande une valeur.",
    "Option {name!r} does not take a value.": "L'option {name!r} ne prend pas de valeur.",
    "Got unexpected extra argument ({args})": "Argument de trop : {args}",
    "Got unexpected extra arguments ({args})": "Arguments de trop : {args}",
    "Aborted!": "Interrompu.",
}


def install() -> None:
    """Answer click's look-ups in French; must run before click is imported."""

    def word(message: str) -> str:
        return WORDS.get(message, message)

    def plural(msgid1: str, msgid2: str, n: int) -> str:
        return word(msgid1 if n < 2 else msgid2)

    gettext.gettext = word
    gettext.ngettext = plural
