"""Beat: the one table of ticks."""
