"""The ways out: protocols and adapters for mail (and later SMS and cards)."""
