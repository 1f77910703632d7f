"""Every command of the modules is run, in order, in a fresh copy of the project; the few that cannot be say why."""

from pathlib import Path

import pytest

from tests.course.page_commands import RULES, WITH_COMMANDS, commands, run_page
from tests.course.pages import MODULES, PAGES


@pytest.mark.parametrize("name", [name for name in WITH_COMMANDS if name in MODULES])
def test_the_commands_of_a_module_work_in_their_order(name: str, tmp_path: Path) -> None:
    run_page(name, tmp_path)


def test_every_excuse_is_needed() -> None:
    said = [command for name in PAGES for command in commands(name)]
    starts = [start for rule in RULES["elsewhere"] for start in rule["starts_with"]]

    assert [start for start in starts if not any(command.startswith(start) for command in said)] == []
    assert all(rule["why"] for rule in RULES["elsewhere"])
