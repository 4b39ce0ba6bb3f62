"""The processes: Celery app, runner, intake and command line."""
