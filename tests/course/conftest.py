"""The built site, shared by the tests that look at it."""

from pathlib import Path

import pytest

from tests.course.building import Site, built


@pytest.fixture(scope="session")
def site(shared: Path) -> Site:
    """The site, built with every warning an error."""
    return built(shared, "site", "mkdocs", "build", "--strict", "--site-dir")


@pytest.fixture(scope="session")
def offline_site(shared: Path) -> Site:
    """The site as it is put into the archive that is read without a server."""
    return built(shared, "offline", "mkdocs", "build", "--strict", "--site-dir", OFFLINE="true")
