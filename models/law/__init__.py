"""The law as dated data: what documents must say, and the limits that a country sets, by payer, regime and language."""
