"""The command line's own words (help headings, usage errors), which come from libraries through gettext."""

import gettext

WORDS = {
    "Arguments": "Arguments",
    "Options": "Options",
    "Commands": "Commandes",
    "Error": "Erreur",
    "Usage:": "Usage :",
    "[OPTIONS]": "[OPTIONS]",
    "COMMAND [ARGS]...": "COMMANDE [ARGUMENTS]…",
    "Show this message and exit.": "Afficher cette aide.",
    "default: {default}": "par défaut : {default}",
    "[default: {}]": "[par défaut : {}]",
    "env var: {var}": "variable : {var}",
    "required": "obligatoire",
    "[required]": "[obligatoire]",
    "Missing command.": "Il manque une commande.",
    "No such command {name!r}.": "Commande inconnue : {name!r}.",
    "No such option: {name}": "Option inconnue : {name}",
    "Did you mean {possibility}?": "Vouliez-vous dire {possibility} ?",
    "Try [blue]'{command_path} {help_option}'[/] for help.": "Essayez [blue]« {command_path} {help_option} »[/] pour l'aide.",
    "Try '{command} {option}' for help.": "Essayez « {command} {option} » pour l'aide.",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "Missing {param_type}": "Il manque {param_type}",
    "Missing parameter: {param_name}": "Il manque le paramètre {param_name}",
    "Invalid value: {message}": "Valeur incorrecte : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur incorrecte pour {param_hint} : {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre.",
    "{name} {filename!r} does not exist.": "{name} {filename!r} n'existe pas.",
    "{name} {filename!r} is not a file.": "{filename!r} n'est pas un fichier.",
    "{name} {filename!r} is a file.": "{filename!r} est un fichier.",
    "{name} {filename!r} is a directory.": "{filename!r} est un dossier.",
    "{name} {filename!r} is not readable.": "{filename!r} n'est pas lisible.",
    "File": "Le fichier",
    "Directory": "Le dossier",
    "Path": "Le chemin",
    "file": "le fichier",
    "directory": "le dossier",
    "path": "le chemin",
    "Option {name!r} requires an argument.": "L'option {name!r} demande une valeur.",
    "Got unexpected extra argument ({args})": "Argument de trop : {args}",
    "Got unexpected extra arguments ({args})": "Arguments de trop : {args}",
    "(Possible options: {possibilities})": "(options possibles : {possibilities})",
    "Aborted!": "Interrompu.",
    "Aborted.": "Interrompu.",
}


def install() -> None:
    """Answer the libraries' look-ups in French; must run before they are imported."""

    def word(message: str) -> str:
        return WORDS.get(message, message)

    def plural(one: str, many: str, n: int) -> str:
        return word(one if n < 2 else many)

    gettext.gettext = word
    gettext.ngettext = plural
