"""The embedded system: servers and processes on this machine, without root and without Docker."""
