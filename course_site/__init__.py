"""The site's own Markdown: French typography, code taken from tested files, quizzes, exercises, diagrams.

One Python-Markdown extension and no hook of a site builder, so that MkDocs and its successors render the same pages.
"""

from course_site.extension import makeExtension

__all__ = ["makeExtension"]
