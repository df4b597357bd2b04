"""Letters: what the employee, a colleague and the employer receive, in plain Dutch (R15, R35, R43, R48, R50, R54).

``DutchLetters`` is the door. Tables (``sentences``, ``words``, ``grounds``, ``titles``) hold the Dutch of codes,
``templates`` the letters, ``log`` the employee's log, ``layout`` the lines on paper.

Invariants:
    - What people wrote stands in a letter character for character and is never read as a template.
    - The log holds no text about health and no name of the employee (R52); such texts are in the letters.
    - An employer's document is made without the employee: its words are ours and its numbers are the invoice's.
    - A letter says nothing that the case does not: without a ground it is not written.
    - ``Letter.subject`` is the same for every letter (Q29).
"""

from mappings.letters.signing import Letterhead, letterhead_of
from mappings.letters.writer import DutchLetters

__all__ = ["DutchLetters", "Letterhead", "letterhead_of"]
