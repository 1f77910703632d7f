"""The errors that end a command with status 2: each message says what is wrong and what to do next, in French."""


class UsageError(Exception):
    """Something that the user gave, or the environment, does not fit."""
