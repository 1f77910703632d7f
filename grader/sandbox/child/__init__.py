"""The code that runs in the process of a student's server, before and around the student's code.

It is imported as the top-level package `child` by a bare interpreter, so it may use the standard library,
uvicorn and sandlock, and nothing of `grader`.
"""
