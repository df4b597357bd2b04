"""The rules R1 to R58 that are decisions, as pure functions.

Each rule function answers ``PERMIT`` or a ``Refusal`` that names its rules and the way out; decisions such as
``may_refer`` collect them. A rule is found by its number in the docstring of its function.
"""
