"""The demo: the sample cases played through real gateways of every party, in one process.

What is real: FHIR bundles, envelopes, SQLite journals, rules. What is not: the calendar (a stage clock stands at the
moment each step happened) and, without ``--broker``, the broker.
"""
