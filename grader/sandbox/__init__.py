"""Running a student's server where it can do no harm, and speaking to it over HTTP.

`child/` is what runs inside the student's process: it imports nothing of `grader`.
"""
