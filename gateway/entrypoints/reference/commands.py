"""The page of commands: every noun and verb as its help says it."""

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer

from gateway.entrypoints.cli import demo_door
from gateway.entrypoints.cli.failures import EXIT_STATUSES
from gateway.entrypoints.cli.main import app
from gateway.entrypoints.reference.markdown import code, fence, page, section, table

EVERY = ("--home", "--output")
ACTING = ("--actor", "--role", "--on-behalf-of")

_INTRODUCTION = """\
Noun, then verb. Data is on standard output, talk on standard error. `sogw NOUN VERB --help` says the same as this page;
`sogw --install-completion` completes it in your shell. Settings: [settings](settings.md)."""
_COMMON = """\
`--home FOLDER` (or `SOGW_HOME`) names the folder with `sogw.toml`, `--output table|json|ndjson` the form of data; both
may stand before the noun or after the verb. A command that does or shows something of a gateway names the
[permission](permissions.md) it needs, and takes `--actor NAME` (`SOGW_ACTOR`), `--role ROLE` (`SOGW_ROLE`) and
`--on-behalf-of NAME`, for the employee's log. Each has a usual role; nobody is named unless you do. `NO_COLOR` turns
colours off."""


def commands_page() -> str:
    """The page."""
    statuses = table(["Status", "Name", "Meaning"], [(code(str(n)), name, words) for n, name, words in EXIT_STATUSES])
    found = [_command(path, verb) for path, verb in commands()]
    return page("Commands", _INTRODUCTION, section("Exit status", statuses), section("Everywhere", _COMMON), *found)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its path, such as ``sogw case submit``."""
    for path, verb in _below("sogw", typer.main.get_command(app)):
        yield path, (typer.main.get_command(demo_door.stage()) if path == "sogw demo" else verb)


def needs_of(verb: Any) -> str | None:
    """Find the permission that a command needs; None for one that shows nothing of a gateway."""
    needs: str | None = getattr(verb.callback, "needs", None)
    return needs


def options_of(verb: Any) -> set[str]:
    """Every option of a command, as typed."""
    return {name for parameter in verb.params for name in (*parameter.opts, *parameter.secondary_opts)}


def _below(path: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from _below(f"{path} {name}", found)
        else:
            yield f"{path} {name}", found


def _command(path: str, verb: Any) -> str:
    words, examples = _split(inspect.cleandoc(verb.help or ""), verb.epilog or "")
    needs = needs_of(verb)
    marks = f" Permission: [{code(needs)}](permissions.md)." if needs else ""
    own = [p for p in verb.params if not set(p.opts) & {*EVERY, *(ACTING if marks else ())} or path == "sogw demo"]
    usage = " ".join([path, "[OPTIONS]", *(p.metavar or p.name.upper() for p in own if not _is_option(p))])
    rows = [(_name(p), _help(p)) for p in own]
    parts = [f"{words}{marks}", fence("text", usage), table(["Argument or option", "What it is"], rows) if rows else ""]
    return section(path, *parts, fence("sh", examples) if examples else "")


def _split(words: str, epilog: str) -> tuple[str, str]:
    """What a command does, and its examples, wherever they stand."""
    said, _, inside = words.partition("Examples:")
    examples = inside or epilog.removeprefix("Examples:")
    return said.strip(), "\n".join(line.strip() for line in examples.splitlines() if line.strip())


def _is_option(parameter: Any) -> bool:
    return bool(parameter.opts[0].startswith("-"))


def _name(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts] if _is_option(parameter) else [parameter.metavar]
    required = " (required)" if parameter.required else ""
    return ", ".join(code(name or parameter.name.upper()) for name in names) + required


def _help(parameter: Any) -> str:
    """Its help, choices, variable and default."""
    said = [parameter.help or ""]
    kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    if isinstance(kind, type) and issubclass(kind, Enum):
        said.append("One of: " + ", ".join(code(str(choice.value)) for choice in kind) + ".")
    if parameter.envvar:
        said.append(f"Variable: {code(parameter.envvar)}.")
    default = _default(parameter)
    return " ".join([*said, f"Default: {default}." if default else ""]).strip()


def _default(parameter: Any) -> str:
    shown, value = parameter.show_default, parameter.default
    if isinstance(shown, str):
        return shown
    if not shown or parameter.required or value in (None, False, ""):
        return ""
    return code(str(value.value if isinstance(value, Enum) else value))
