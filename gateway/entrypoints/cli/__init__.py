"""The command line ``sogw``: a noun, then a verb; one file per noun.

Conventions every command keeps:
    * Data goes to standard output (``--output table|json|ndjson``), talk to standard error.
    * Texts about people come from a file or standard input, never from an argument: process lists are public.
    * An error is one line, ``error[code]: message [rules] → remedy``, and an exit status that scripts can rely on.
    * Nothing heavy is imported before a command needs it.
"""
