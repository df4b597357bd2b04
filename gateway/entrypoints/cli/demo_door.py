"""``sogw demo``: found and loaded only when it is asked for."""

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command; its own options are read by the demo itself."""

    @app.command(
        "demo",
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        epilog="Examples:\n\n  sogw demo",
    )
    def demo(ctx: typer.Context) -> None:
        """Play the sample cases through real gateways, without broker or container."""
        status = stage()(args=ctx.args, prog_name="sogw demo", standalone_mode=False)
        if isinstance(status, int) and status:
            raise typer.Exit(status)


def stage() -> typer.Typer:
    """The demo as an application of its own, with its own options and help."""
    from gateway.entrypoints.cli.demo import demo as play

    found = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    found.command("demo")(play)
    return found
