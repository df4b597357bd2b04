"""What we do: one use case per file, named by its verb.

Use cases are functions of the wired ``Services``. Whatever one act changes - steps, sealed message, audit lines -
is in one unit of work. Nothing here knows FHIR, a broker or a database.
"""
