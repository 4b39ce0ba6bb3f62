"""What the system does, batch by batch: load, decide with pure rules, write, commit."""
