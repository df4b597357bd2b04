"""The entry point: the tree of commands, and what happens to errors."""

import gc
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.errors import GatewayError
from gateway.entrypoints.cli import check, demo_door, init, serve
from gateway.entrypoints.cli.arguments import with_given_arguments
from gateway.entrypoints.cli.command import examples_of
from gateway.entrypoints.cli.failures import INTERRUPTED, report, report_file, report_unexpected, report_usage
from gateway.entrypoints.cli.nouns import Root
from gateway.entrypoints.cli.output import Output
from gateway.entrypoints.cli.session import Session
from gateway.entrypoints.process import seal_process

app = typer.Typer(
    name="sogw",
    cls=Root,
    help="Second-opinion gateway: send, receive and account for second opinions of a bedrijfsarts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=examples_of(
        "sogw init --home lindehof --party arbo-lindehof --role ohs --name 'Arbodienst Lindehof'",
        "sogw --home lindehof check",
        "sogw --home lindehof case list --output json",
    ),
)
for register in (init, check, serve, demo_door):
    register.add_to(app)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"sogw {version('second-opinion-gateway')}")
        except PackageNotFoundError:
            print("sogw (not installed)")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    home: Annotated[Path, typer.Option("--home", envvar="SOGW_HOME", help="Folder with sogw.toml.")] = Path(),
    output: Annotated[Output, typer.Option("--output", help="Form of data on standard output.")] = Output.TABLE,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Keep what was given before the noun; the same options after the verb win."""
    ctx.obj = Session(home=home, output=output)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit status and raises nothing."""
    try:
        given = with_given_arguments(sys.argv[1:] if arguments is None else arguments)
        status = app(args=given, prog_name="sogw", standalone_mode=False)
    except GatewayError as error:
        return report(error)
    except (BrokenPipeError, SystemExit):  # Typer's own answer to a broken pipe is the latter
        return _reader_is_gone()
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        return report_file(error) if error.filename is not None else report_unexpected(error)
    except Exception as error:  # noqa: BLE001  (whatever it is, its text must not reach the screen)
        usage = _usage_of(error)
        return usage if usage is not None else report_unexpected(error)
    return status if isinstance(status, int) else 0


_WORDS = (
    (re.compile(r"Input should be a valid integer.*"), "it must be a whole number"),
    (re.compile(r"Input should be a valid number.*"), "it must be a number"),
    (re.compile(r"Input should be (.*)"), r"it must be \1"),
)
"""What the library that reads values says, and what we say instead."""


def _usage_of(error: Exception) -> int | None:
    """Typer's own errors; their family is not public, but its shape is."""
    format_message = getattr(error, "format_message", None)
    if format_message is None:
        return None
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "sogw"
    words = format_message().replace("\n", " ").replace("Value error, ", "").rstrip(".")
    for theirs, ours in _WORDS:
        words = theirs.sub(ours, words)
    return report_usage(words, f"Try: {path} --help")


def _reader_is_gone() -> int:
    """Whoever read our output has had enough, as ``head`` does."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


_GARBAGE_AFTER = 100_000
"""Objects that are made before the search for garbage begins: loading makes very many, and nearly all of them stay."""


def run() -> None:
    """What ``sogw`` runs."""
    try:
        seal_process()
    except GatewayError as error:
        sys.exit(report(error))
    gc.set_threshold(_GARBAGE_AFTER)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
