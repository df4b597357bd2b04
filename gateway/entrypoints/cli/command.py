"""How a verb becomes a command: every one gets the same options, an example in its help, and a session.

A verb is a function, async or not, whose first parameter is the ``Session``; the rest are its own arguments.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from gateway.entrypoints.cli.output import Output
from gateway.entrypoints.cli.session import Session

Verb = TypeVar("Verb", bound=Callable[..., Any])

_EVERY: Final = "Options of every command"
_WHO: Final = "Who acts"

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder with sogw.toml; also SOGW_HOME.", rich_help_panel=_EVERY, show_default=False),
]
OutputOption = Annotated[
    Output | None,
    typer.Option("--output", help="Form of data on standard output.", rich_help_panel=_EVERY, show_default=False),
]
_GENERAL = {"home": HomeOption, "output": OutputOption}


def command(
    app: typer.Typer, name: str, *examples: str, needs: str | None, takes_dashes: bool = False
) -> Callable[[Verb], Verb]:
    """Register a verb.

    Args:
        app: The noun.
        name: The verb as typed.
        examples: Whole command lines; at least one.
        needs: The permission of what it does, such as ``case.read``; None for what needs no gateway's data.
        takes_dashes: Whether an argument may begin with ``-``, as one key id in 64 does.
    """

    def register(verb: Verb) -> Verb:
        parsing = {"ignore_unknown_options": takes_dashes}
        app.command(name, epilog=examples_of(*examples), context_settings=parsing)(_called(verb, needs))
        return verb

    return register


def examples_of(*examples: str) -> str:
    """Examples as the end of a help text."""
    return "\n\n".join(["Examples:", *(f"  {example}" for example in examples)])


def _called(verb: Callable[..., Any], needs: str | None) -> Callable[..., None]:
    added = {**_GENERAL, **(_acting() if needs else {})}

    @wraps(verb)
    def call(ctx: typer.Context, **given: Any) -> None:
        options = {name: given.pop(name) for name in added}
        result = verb(_session(ctx, options, needs), **given)
        if inspect.iscoroutine(result):
            import asyncio

            asyncio.run(result)

    call.__signature__ = _signature(verb, added)  # type: ignore[attr-defined]
    call.needs = needs  # type: ignore[attr-defined]
    return call


def _acting() -> dict[str, Any]:
    """The options by which somebody says who acts."""
    from gateway.domain.steps import ActorRole

    name = typer.Option("--actor", envvar="SOGW_ACTOR", help="Your name, for the employee's log.", rich_help_panel=_WHO)
    role = typer.Option("--role", envvar="SOGW_ROLE", help="Your role.", rich_help_panel=_WHO, show_default=False)
    behalf = typer.Option(
        "--on-behalf-of", help="The responsible physician, when you act for one.", rich_help_panel=_WHO
    )
    return {
        "actor": Annotated[str | None, name],
        "role": Annotated[ActorRole | None, role],
        "on_behalf_of": Annotated[str | None, behalf],
    }


def _session(ctx: typer.Context, options: dict[str, Any], needs: str | None) -> Session:
    """Options at the command win over the same options before it."""
    root: Session = ctx.obj or Session()
    return Session(
        home=options["home"] or root.home,
        output=options["output"] or root.output,
        name=options.get("actor"),
        role=options.get("role"),
        on_behalf_of=options.get("on_behalf_of"),
        needs=needs,
    )


def _signature(verb: Callable[..., Any], added: dict[str, Any]) -> inspect.Signature:
    """What Typer reads: the verb's own parameters without its session, and the added ones."""
    _, *own = inspect.signature(verb, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("ctx", keyword, annotation=typer.Context)]
    parameters += [parameter.replace(kind=keyword) for parameter in own]
    parameters += [inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in added.items()]
    return inspect.Signature(parameters)
