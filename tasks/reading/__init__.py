"""Reading: the rows as people and programs look at them, each thing a plain object with the keys that commands print.

Instants are in the business's time zone, amounts are minor units. Nothing here writes.
"""
