"""Mutation testing: changes of the code that some test must notice."""
