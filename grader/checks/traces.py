"""What is left of a person in a database: their values, wherever they stand and however they are spelled."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from grader.checks.database import Database
from grader.sender import User, spellings

ID_LABEL = "identifiant Clerk"
MAX_NAME = 40
"""Characters of a table's or column's name that a report shows: a student may have chosen any."""

Place = tuple[str, str]
Stored = dict[Place, list[str]]
"""(table, column) -> the values found there, as text."""


@dataclass(frozen=True)
class Trace:
    """One kind of personal datum in one column; never the datum itself."""

    table: str
    column: str
    label: str

    def __str__(self) -> str:
        return f"{self.label} dans `{self.table[:MAX_NAME]}.{self.column[:MAX_NAME]}`"


class Fingerprint:
    """How to recognise one user in stored text. It knows what the user has shown until now, no later change."""

    def __init__(self, user: User) -> None:
        self._needles = {label: _forms(value) for label, value in user.personal_data().items()}
        # Another person's id may begin with this one, or end with it: only the whole word is this user's.
        self._id = re.compile(rf"(?<![0-9A-Za-z_]){re.escape(user.id)}(?![0-9A-Za-z_])")

    def labels_in(self, text: str) -> list[str]:
        """Name the kinds of personal data that the text holds."""
        found = [
            label for label, forms in self._needles.items() if label != ID_LABEL and any(form in text for form in forms)
        ]
        return [ID_LABEL, *found] if self._id.search(text) else found

    def traces(self, stored: Stored) -> Counter[Trace]:
        """Count the values of each column that hold a datum of this user."""
        found: Counter[Trace] = Counter()
        for (table, column), values in stored.items():
            for text in values:
                found.update(Trace(table, column, label) for label in self.labels_in(text))
        return found


def read_all(database: Database) -> Stored:
    """Read every value of every table, the student's own too."""
    stored: Stored = {}
    for table, column, value in database.values():
        if value is not None:
            stored.setdefault((table, column), []).append(as_text(value))
    return stored


def as_text(value: object) -> str:
    """Give a stored value as text; a body may have been kept as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def within(traces: Counter[Trace], tables: Collection[str]) -> Counter[Trace]:
    """Keep the traces of some tables."""
    return Counter({trace: count for trace, count in traces.items() if trace.table in tables})


def _forms(value: str) -> frozenset[str]:
    """Give the spellings of a value, also where JSON text has been put into JSON once more."""
    return frozenset(twice for once in spellings(value) for twice in spellings(once))
