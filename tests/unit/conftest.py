"""Unit tests are pure; the time that a machine takes for an example proves nothing about it."""

from hypothesis import settings

settings.register_profile("pure", deadline=None)
settings.load_profile("pure")
