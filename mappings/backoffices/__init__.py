"""From a back office's export to cases, and back: pure translation, one product per module.

Invariants: a case never depends on anything but its own line; a problem names line, JSON path and remedy and never
repeats a value; what is not known, by its key or its word, is told, and in a place that decides it keeps the case from
being referred; what restricts counts all the same.
"""
