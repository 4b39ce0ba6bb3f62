"""The embedded system: servers and processes on this machine, without root and without Docker.

`discover` tells where its servers are; `deploy.local.system` runs it; `deploy.local.ephemeral` gives a test a database.
"""

from deploy.local.state import Addresses, discover

__all__ = ["Addresses", "discover"]
