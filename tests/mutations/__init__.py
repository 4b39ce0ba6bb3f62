"""Mutations: what the stories of the rules must notice."""
