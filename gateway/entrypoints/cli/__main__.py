"""``python -m gateway.entrypoints.cli``: the same as ``sogw``, for where it is not installed."""

from gateway.entrypoints.start import run

run()
