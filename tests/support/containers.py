"""What every server in a container needs: an engine that answers, an image, and a way to reach it on loopback."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

PULL_SECONDS = 300


@contextmanager
def engine_for(image: str) -> Iterator[str]:
    """Give the reason why no container of an image can start here, or nothing; pulls the image when it is missing.

    The engine's client libraries warn about themselves: within the block nobody hears that.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reason = _why_not(image)
        gc.collect()  # a client that found no engine leaves its socket to the collector, which warns
        yield reason


def _why_not(image: str) -> str:
    import docker  # noqa: PLC0415  (only this way needs it)
    from docker.errors import DockerException, ImageNotFound  # noqa: PLC0415

    try:
        client = docker.from_env(timeout=5)
    except DockerException:
        return "no container engine answers"
    try:
        try:
            client.images.get(image)
        except ImageNotFound:
            client.api.timeout = PULL_SECONDS
            client.images.pull(image)
    except (DockerException, OSError) as error:
        return f"image {image} could not be had ({type(error).__name__})"
    finally:
        client.close()
    return ""
