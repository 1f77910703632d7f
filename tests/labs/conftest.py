"""The built site, which the tests of the pages share."""

from tests.course.conftest import site

__all__ = ["site"]
