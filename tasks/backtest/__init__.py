"""Backtest: what an automation would have done, played over the stored events, beside what the live ones do."""
