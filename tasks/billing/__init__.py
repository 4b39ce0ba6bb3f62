"""Consolidated billing at size: a portion of clients at a time, the plain ones by SQL, the others by the pure rules."""
