"""The app of the system tests: the real one, with a few tasks more whose effects are easy to see."""

from tests.system import probes
from worker.app import app

__all__ = ["app", "probes"]
