"""The page of steps: what can stand in the journal."""

import dataclasses

from gateway.domain import steps as domain_steps
from gateway.domain.steps import Step
from gateway.entrypoints.reference.markdown import code, codes, first_line, page, table

_INTRODUCTION = """\
A case is its steps, in order; nothing else holds state ([why](../explanation/journal.md)). Every step has `at` (when it
happened), `by` (role and organisation; the name is sealed) and `message_id` (when a message carried it). The other
fields are sealed under the key of the case. How each reads in the employee's log: [the log](employee-log.md)."""


def steps_page() -> str:
    """The page."""
    common = {field.name for field in dataclasses.fields(Step)}
    rows = [
        (code(step.code), first_line(step), codes(f.name for f in dataclasses.fields(step) if f.name not in common))
        for step in all_steps()
    ]
    return page("Steps of the journal", _INTRODUCTION, table(["Step", "What happened", "Fields"], rows))


def all_steps() -> list[type[Step]]:
    """Every step, in the order of the source: that of a case."""
    return [
        thing
        for thing in vars(domain_steps).values()
        if isinstance(thing, type) and issubclass(thing, Step) and "code" in vars(thing) and thing is not Step
    ]
