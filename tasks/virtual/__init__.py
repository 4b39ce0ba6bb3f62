"""Virtual time: the engine's decisions in the order in which their instants come, many of them in one transaction."""
