"""Terminology: code tables as data, ours and those of others.

Invariants: nothing here decides anything; every code system has one constant; our own systems live under one
``NAMESPACE``, and the codes in them are those of the domain's enumerations (a test keeps them equal).
"""
