"""A road: one publishing channel in confirm mode, and what an error on it means for whom.

A broker answers one bad message by closing the channel, and then every message in flight on it fails with the same
error. So a road counts who was on it when it broke: alone, the error is about that message; in company it is about
nobody yet, and each message is tried again alone.
"""

import asyncio
from types import TracebackType
from typing import Self

import structlog
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractMessage
from aio_pika.exceptions import (
    AMQPChannelError,
    ChannelInvalidStateError,
    ChannelPreconditionFailed,
    DeliveryError,
    PublishError,
)
from aiormq.exceptions import ChannelAccessRefused
from pamqp.commands import Basic

from adapters.rabbitmq.endpoint import Link
from adapters.rabbitmq.topology import EXCHANGE
from gateway.ports.transport import PublishOutcome

_log = structlog.get_logger(__name__)


class CrowdedError(Exception):
    """The channel broke while several messages were on it; nobody knows whose fault it was."""


class Road:
    """One channel of a link, with a strong reference to it.

    Attributes:
        link: The connection it belongs to.
        is_usable: False after any error that leaves the channel closed or a message without its answer.
        travellers: Messages in flight.
    """

    def __init__(self, link: Link, channel: AbstractChannel, exchange: AbstractExchange) -> None:
        self.link = link
        self._channel = channel
        self._exchange = exchange
        self._lost = 0
        self._was_crowded = False
        self._is_idle = asyncio.Event()
        self.travellers = 0
        self.is_usable = True

    @classmethod
    async def open(cls, link: Link) -> Self:
        """Open a channel on which a return is an error and not a silent success."""
        channel = link.connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.initialize()
        return cls(link, channel, await channel.get_exchange(EXCHANGE, ensure=False))

    async def send(self, message: AbstractMessage, key: str) -> PublishOutcome:
        """Publish and wait for the broker's word.

        Raises:
            CrowdedError: The channel broke and others were on it.
            Exception: The connection is gone (the driver's errors), or the task is cancelled.
        """
        with self:
            try:
                answer = await self._exchange.publish(message, key, mandatory=True)
            except PublishError:
                return PublishOutcome.UNROUTABLE
            except DeliveryError as error:
                is_nack = isinstance(error.frame, Basic.Nack)
                return PublishOutcome.REFUSED if is_nack else PublishOutcome.UNKNOWN
            except AMQPChannelError as error:
                return self._broken(error)
            except ChannelInvalidStateError:
                self.is_usable = False
                raise CrowdedError from None
        # Anything else that comes back without an exception is not a confirm.
        return PublishOutcome.CONFIRMED if isinstance(answer, Basic.Ack) else PublishOutcome.UNKNOWN

    def _broken(self, error: AMQPChannelError) -> PublishOutcome:
        if self.is_usable:
            self.is_usable = False
            self._was_crowded = self.travellers + self._lost > 1
        if self._was_crowded:
            raise CrowdedError from None
        return verdict(error)

    def __enter__(self) -> Self:
        self.travellers += 1
        self._is_idle.clear()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.travellers -= 1
        if not self.travellers:
            self._is_idle.set()
        if error is not None and not isinstance(error, CrowdedError):
            # Its answer may still come. A second publish with the same message id on this channel could be
            # given that answer (the driver matches returns by message id), so nobody uses this channel again.
            self._lost += 1
            self.is_usable = False

    async def close(self) -> None:
        """Close the channel once everybody on it has an answer."""
        self.is_usable = False
        if self.travellers:
            await self._is_idle.wait()
        await self._channel.close()


def verdict(error: AMQPChannelError) -> PublishOutcome:
    """Say what a channel error means for the one message that was on the channel.

    Too large, or to a recipient this party may not write to: the message's own fault. A missing exchange, a missing
    right on it or a login under another name would hit every message: the operator's fault, so it is "for now".
    """
    text = str(error)
    is_too_large = isinstance(error, ChannelPreconditionFailed) and "user_id" not in text
    is_foreign_key = isinstance(error, ChannelAccessRefused) and "to topic" in text
    if is_too_large or is_foreign_key:
        return PublishOutcome.FAULTY
    _log.error("broker-refuses-every-message", outcome=type(error).__name__)
    return PublishOutcome.REFUSED
