"""What exists and what may happen to it: rows and the pure rules that govern them."""
