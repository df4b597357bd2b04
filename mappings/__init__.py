"""Mappings: pure translation, values in and values out; no I/O, no clock, no decisions.

Each room translates between the domain and one outside notation: ``fhir``, ``backoffices``, ``letters``;
``terminology`` holds the code tables they share.
"""
