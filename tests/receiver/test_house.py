"""The house rules of the receiver that a machine can hold: who imports whom, how long a function may be, what is documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_impl.operations.logs import ALLOWED
from reference_impl.settings import Settings

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for path in (ROOT / "reference_impl").rglob("*.py")
    if "solutions" not in path.parts and "versions" not in path.parts
)

LONGEST_SECTION = 25
"""The course quotes whole functions, and a quotation holds in one screen of the page."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_the_receiver_knows_nothing_of_the_grader_nor_of_the_solutions(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    assert not [
        name for name in imported if re.match(r"grader|tests|bench|kit|reference_impl\.solutions", name)
    ]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_function_can_be_quoted(path: Path) -> None:
    too_long = {f.name: f.end_lineno - f.lineno + 1 for f in functions(path) if f.end_lineno}

    assert not {name: lines for name, lines in too_long.items() if lines > LONGEST_SECTION}


def test_the_readme_names_every_setting_that_must_be_given_and_none_that_does_not_exist() -> None:
    table = (
        (ROOT / "README.md")
        .read_text("utf-8")
        .split("## Vous avez une application Clerk")[1]
        .split("\n## ")[0]
    )
    told = {name.lower() for name in re.findall(r"`([A-Z][A-Z_]{3,})`", table)}
    required = {name for name, field in Settings.model_fields.items() if field.is_required()}

    assert required <= told
    assert told <= set(Settings.model_fields)


def test_the_journal_lets_through_what_the_code_says_and_no_other_field() -> None:
    said = {"event", "timestamp", "level", "logger"}  # these are structlog's own
    for path in MODULES:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and is_journal(call.func):
                said |= {keyword.arg for keyword in call.keywords if keyword.arg}
    said.add("reason")  # the one that is said only where there is one

    assert said == ALLOWED


def is_journal(function: ast.Attribute) -> bool:
    """Whether this is `structlog.get_logger().info` and the like, or the journal's own `_say`."""
    spoken = ast.unparse(function)
    return spoken.endswith("._say") or spoken.startswith("structlog.get_logger().")
