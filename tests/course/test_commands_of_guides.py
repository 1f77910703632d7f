"""The commands of the home page and of the guides, run as those of the modules are."""

from pathlib import Path

import pytest

from tests.course.page_commands import WITH_COMMANDS, run_page
from tests.course.pages import MODULES


@pytest.mark.parametrize("name", [name for name in WITH_COMMANDS if name not in MODULES])
def test_the_commands_of_a_page_work_in_their_order(name: str, tmp_path: Path) -> None:
    run_page(name, tmp_path)
