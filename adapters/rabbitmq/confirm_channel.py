"""Publish on one channel in confirm mode, and judge what an error on it means for which message.

A broker answers one bad message by closing the channel, and then every message in flight on it fails with the same
error. In company such an error is about nobody yet; only what fails alone, on a channel of its own, is itself at fault.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

import structlog
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractMessage
from aio_pika.exceptions import (
    CONNECTION_EXCEPTIONS,
    AMQPChannelError,
    ChannelInvalidStateError,
    ChannelPreconditionFailed,
    DeliveryError,
    PublishError,
)
from aiormq.exceptions import ChannelAccessRefused, ConnectionChannelError
from pamqp.commands import Basic

from adapters.rabbitmq.endpoint import Link
from adapters.rabbitmq.topology import EXCHANGE
from gateway.ports.transport import PublishOutcome

_log = structlog.get_logger(__name__)


class CrowdedError(Exception):
    """The channel broke; it cannot be said over which of the messages on it."""


class ConfirmChannel:
    """One channel of a link, with a strong reference to it.

    Attributes:
        is_usable: False once the channel is closed or a message on it never got its answer.
        is_broken: True when the broker closed the channel. Then the driver may still write a message to it, the
            broker may close the whole connection over that, or take it for one on a newer channel with the same
            number and confirm the wrong message: nothing of this connection is to be used again.
    """

    def __init__(self, channel: AbstractChannel, exchange: AbstractExchange) -> None:
        self._channel = channel
        self._exchange = exchange
        self._in_flight_count = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self.is_usable = True
        self.is_broken = False

    @classmethod
    async def open(cls, link: Link) -> Self:
        """Open a channel on which a return is an error and not a silent success."""
        channel = link.connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.initialize()
        return cls(channel, await channel.get_exchange(EXCHANGE, ensure=False))

    async def send(self, message: AbstractMessage, key: str, *, is_alone: bool) -> PublishOutcome:
        """Publish and wait for the broker's word.

        Args:
            message: With a message id that is nowhere else in flight on this channel.
            key: The routing key.
            is_alone: Whether the caller sees to it that nothing else is on this channel.

        Raises:
            CrowdedError: The channel broke and the message may or may not be the reason.
            Exception: The connection is gone (the driver's errors), or the task is cancelled.
        """
        with self._in_flight():
            try:
                answer = await self._exchange.publish(message, key, mandatory=True)
            except PublishError:
                return PublishOutcome.UNROUTABLE
            except DeliveryError as error:
                return PublishOutcome.REFUSED if isinstance(error.frame, Basic.Nack) else PublishOutcome.UNKNOWN
            except (AMQPChannelError, ChannelInvalidStateError, ConnectionChannelError) as error:
                self.is_usable, self.is_broken = False, True
                if is_alone and isinstance(error, AMQPChannelError):
                    return verdict(error)
                raise CrowdedError from None
            except CONNECTION_EXCEPTIONS:
                if self.is_broken and not is_alone:  # The connection ended over the channel; the broker is there.
                    raise CrowdedError from None
                raise
        # Anything else that comes back without an exception is not a confirm.
        return PublishOutcome.CONFIRMED if isinstance(answer, Basic.Ack) else PublishOutcome.UNKNOWN

    @contextmanager
    def _in_flight(self) -> Iterator[None]:
        self._in_flight_count += 1
        self._is_idle.clear()
        try:
            yield
        except BaseException:
            # The answer may still come. A second publish with the same message id on this channel could be given
            # that answer (the driver matches returns by message id), so nobody starts on this channel again.
            self.is_usable = False
            raise
        finally:
            self._in_flight_count -= 1
            if not self._in_flight_count:
                self._is_idle.set()

    async def close(self) -> None:
        """Close the channel once everybody on it has an answer."""
        self.is_usable = False
        await self._is_idle.wait()
        with suppress(*CONNECTION_EXCEPTIONS):
            await self._channel.close()


def verdict(error: AMQPChannelError) -> PublishOutcome:
    """Say what a channel error means for the one message that was on the channel.

    Too large, or to a recipient this party may not write to: the message's own fault. A missing exchange, a missing
    right on it or a login under another name would hit every message: the operator's fault, and no recipient's.
    """
    text = str(error)
    is_too_large = isinstance(error, ChannelPreconditionFailed) and "user_id" not in text
    is_foreign_key = isinstance(error, ChannelAccessRefused) and "to topic" in text
    if is_too_large or is_foreign_key:
        return PublishOutcome.FAULTY
    _log.error("broker-refuses-every-message", outcome=type(error).__name__)
    return PublishOutcome.UNKNOWN
