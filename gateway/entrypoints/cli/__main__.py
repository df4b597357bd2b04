"""``python -m gateway.entrypoints.cli``: the same as ``sogw``, for where it is not installed."""

from gateway.entrypoints.cli.main import run

run()
