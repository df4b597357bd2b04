"""How people and processes reach us: the command line, and the workers of one party.

Doors are thin: they read what was asked, call one use case and show what came of it. Rules live elsewhere.
"""
