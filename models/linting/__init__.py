"""The lint of automations: what is sound and still not what its author can have meant."""
