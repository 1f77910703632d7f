"""`models.py` and `schema.sql` say the same tables."""

import json
import subprocess
import sys
from typing import Any

import pytest
from exercise_paths import EXERCISES, SOLUTIONS

DESCRIBE = """
import importlib, json, sqlite3, sys
from pathlib import Path
from sqlalchemy import create_engine
from sqlmodel import SQLModel

def affinity(declared):
    text = declared.upper()
    if "INT" in text:
        return text
    return "TEXT" if any(word in text for word in ("CHAR", "CLOB", "TEXT")) else text

def tables(connection):
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: {
            "autoincrement": "AUTOINCREMENT" in sql.upper(),
            "unique": sorted(i[1] for i in connection.execute(f"PRAGMA index_list({name})") if i[3] != "pk"),
            "columns": [
                # A primary key is never null here, whether the declaration repeats it or not.
                (column, affinity(kind), bool(notnull or key), default, key)
                for _, column, kind, notnull, default, key in connection.execute(f"PRAGMA table_info({name})")
            ],
        }
        for name, sql in rows.fetchall()
    }

importlib.import_module(sys.argv[1] + ".models")
engine = create_engine("sqlite://")
SQLModel.metadata.create_all(engine)
by_schema = sqlite3.connect(":memory:")
by_schema.executescript(Path(sys.argv[1], "schema.sql").read_text(encoding="utf-8"))
with engine.connect() as connection:
    by_models = tables(connection.connection.driver_connection)
print(json.dumps({"models": by_models, "schema": tables(by_schema)}))
"""


def described(exercise: str) -> dict[str, Any]:
    """Create both in SQLite, in a fresh interpreter: all models share one registry of tables."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DESCRIBE, exercise],
        cwd=SOLUTIONS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("exercise", EXERCISES)
def test_models_and_schema_agree(exercise: str) -> None:
    """Same tables, same columns in the same order, same types, defaults, keys and autoincrement."""
    both = described(exercise)

    assert both["schema"]
    assert both["models"] == both["schema"]
