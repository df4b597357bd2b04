"""From a back office's export to cases, and back: pure translation, one product per module.

Invariants: a case never depends on anything but its own line; a problem names line, JSON path and remedy and never
repeats a value; keys we do not know are ignored, keys we know must be right.
"""
