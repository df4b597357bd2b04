"""The reference: pages about ourselves, made from what the code says (``make docs``).

It is an entrypoint because it looks at everything at once - protocol, settings, commands, topology, case format - which
by the dependency rule only an entrypoint may, and because here it is held to the same gates as the rest.

Invariants: a page is a pure function of the code, without a date, a machine or a line number, so that the same code
gives the same bytes; a test compares the committed pages with what is made. Pages are plain Markdown and JSON.
"""
