"""The labs in the pages: notebooks executed when the site is built, and shown with what they printed and drew."""

from course_site.labs.directive import lab

__all__ = ["lab"]
