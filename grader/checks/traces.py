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
Stored = dict[Place, Counter[str]]
"""(table, column) -> how often each value stands there, as text."""


@dataclass(frozen=True)
class Trace:
    """One kind of personal datum in one column; never the datum itself."""

    table: str
    column: str
    label: str

    def __str__(self) -> str:
        return f"{self.label} dans `{self.table[:MAX_NAME]}.{self.column[:MAX_NAME]}`"


class Fingerprint:
    """How to recognise one user in stored text. It knows nothing that they show later."""

    def __init__(self, user: User) -> None:
        data = user.personal_data()
        self._needles = {label: _forms(value) for label, value in data.items() if label != ID_LABEL}
        # Another person's id may begin with this one: only the whole word is this user's.
        self._id = re.compile(rf"(?<![0-9A-Za-z]){re.escape(user.id)}(?![0-9A-Za-z])")

    def labels_in(self, text: str) -> list[str]:
        """Name the kinds of personal data that the text holds."""
        found = [label for label, forms in self._needles.items() if any(form in text for form in forms)]
        return [ID_LABEL, *found] if self._id.search(text) else found

    def traces(self, stored: Stored) -> Counter[Trace]:
        """Count the values of each column that hold a datum of this user."""
        found: Counter[Trace] = Counter()
        for (table, column), values in stored.items():
            for text, count in values.items():
                found.update({Trace(table, column, label): count for label in self.labels_in(text)})
        return found


def read_all(database: Database) -> Stored:
    """Read every value of every table, the student's own too."""
    stored: Stored = {}
    for table, column, value in database.values():
        if value is not None:
            stored.setdefault((table, column), Counter())[as_text(value)] += 1
    return stored


def added(before: Stored, now: Stored) -> Stored:
    """Keep the values that were not there before: what older rows hold is nobody's doing."""
    return {place: values - before.get(place, Counter()) for place, values in now.items()}


def as_text(value: object) -> str:
    """Give a stored value as text; a body may have been kept as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def within(traces: Counter[Trace], tables: Collection[str]) -> Counter[Trace]:
    """Keep the traces of some tables."""
    return Counter({trace: count for trace, count in traces.items() if trace.table in tables})


def _forms(value: str) -> frozenset[str]:
    """Give the spellings of a value, also where JSON text has been put into JSON once more."""
    return frozenset(twice for once in spellings(value) for twice in spellings(once))
