"""What stops a build: a page that asks for something that is not there."""


class CourseError(Exception):
    """A directive of a page cannot be carried out; the message names what it asked for and what to mend."""
