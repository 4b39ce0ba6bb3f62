"""`python -m worker.cli` is `relance`."""

from worker.cli import main

main()
