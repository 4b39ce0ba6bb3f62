"""Bringing the rows that a batch may need onto shelves, a subject a file; `tasks.loading` says in which order."""
