"""``sogw demo``: the sample cases through real gateways."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

import mappings
from gateway.domain.errors import GatewayError
from gateway.domain.printable import printable
from gateway.logging import configure_logging

SAMPLE = Path(mappings.__file__).resolve().parents[1] / "samples" / "arbodienst-export"


class DemoOutput(StrEnum):
    """How the demo is shown."""

    TABLE = "table"
    NDJSON = "ndjson"


def demo(
    broker: Annotated[
        str | None, typer.Option(help="Play over a RabbitMQ: amqp://administrator:password@host:5672.", metavar="URL")
    ] = None,
    management: Annotated[
        str | None, typer.Option(help="Management API of that broker; default: port 15672.", metavar="URL")
    ] = None,
    ctl: Annotated[
        str | None, typer.Option(help="Provision with this command instead, such as 'rabbitmqctl'.", metavar="COMMAND")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Write bundles, envelopes, logs, letters and invoices here.", metavar="DIR")
    ] = None,
    sample: Annotated[Path, typer.Option(help="Folder with the sample export.", show_default=False)] = SAMPLE,
    output: Annotated[
        DemoOutput, typer.Option("--output", "-o", help="For people or for machines.")
    ] = DemoOutput.TABLE,
) -> None:
    """Play the sample cases through real gateways of every party.

    Examples:
        sogw demo
        sogw demo --keep demo-out
        sogw demo --output ndjson | jq 'select(.type == "verdict")'
        sogw demo --broker amqp://guest:guest@127.0.0.1:5672 --ctl rabbitmqctl
    """
    from gateway.entrypoints.demo.run import Sample, run_demo
    from gateway.entrypoints.demo.show import Lines, Screen

    configure_logging("error")
    view = Screen(sys.stdout) if output is DemoOutput.TABLE else Lines(sys.stdout)
    talk = Console(stderr=True)
    transport_of = None
    try:
        if broker is not None:
            from gateway.entrypoints.demo.broker import operator_door, prepared_broker

            transport_of = prepared_broker(broker, operator_door(broker, management, ctl))
        with Status("Starting the gateways ...", console=talk) as status:
            playing = run_demo(
                Sample.read(sample),
                view,
                lambda case_id: status.update(f"Playing {case_id} ..."),
                transport_of=transport_of,
                keep_in=keep,
            )
            is_as_expected = asyncio.run(playing)
    except GatewayError as error:
        print(printable(f"error[{error.code}]: {error}"), file=sys.stderr)
        raise typer.Exit(error.exit_status) from None
    if not is_as_expected:
        raise typer.Exit(1)
