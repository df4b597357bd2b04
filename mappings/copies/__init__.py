"""Copies of a case for the employee (R58; AVG 15(3) and 20): one document for programs, one page to print.

``DutchCopies`` is the door. ``document`` has the models of the JSON, from which its schema is made; ``page`` the Dutch
page, with ``facts`` for every field of every step and ``labels`` for what each is called.

Invariants:
    - Both forms hold every step of the case with every field, so nothing that is held can be missing from them.
    - What people wrote stands there character for character and is never read as a template.
"""

from mappings.copies.writer import DutchCopies

__all__ = ["DutchCopies"]
