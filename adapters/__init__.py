"""How we touch the world: one folder per technology, each behind a port, none knowing another.

An adapter is done when the contract suite of its port (``tests/contract``) passes over it and over its twin.
"""
