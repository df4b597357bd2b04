"""FHIR: messages to R4 message bundles and back (protocol.md sections 1 and 2).

One file per resource family; each has a writer and, beside it, the reader that undoes it. ``contents`` says which
kind is made of what, ``mapper`` puts a bundle together. A bundle is a plain dict all the way: ``validator`` holds it
to the closed list and the R4 models, which ``schema`` compiled into one, and ``checks`` to the rules of the protocol.

Invariants:
    - Lossless: ``from_bundle(to_bundle(m)) == m`` for every message, every character of every text included.
    - Written once: the bytes given out are the bytes to sign; nothing here parses and writes them again.
    - Closed: a bundle holds nothing but what ``elements.json`` lists for its kind (R28), on the way out and in.
    - A refusal names a place in the bundle and never a value.
"""
