"""What we need from the outside: one Protocol per neighbour, spoken in domain values.

Adapters subclass these Protocols explicitly; contract suites in ``tests/contract`` say when one is done.
"""
