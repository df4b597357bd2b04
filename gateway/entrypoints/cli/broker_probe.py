"""Looking at our own inbox at the broker without taking anything out of it."""

from typing import TYPE_CHECKING

from gateway.domain.errors import OperatorError

if TYPE_CHECKING:
    from gateway.settings import Settings


async def waiting_in_inbox(settings: "Settings", vhost: str) -> int:
    """How many messages wait in our inbox in a virtual host.

    Raises:
        OperatorError: We are not let in, or there is no inbox for us.
        TemporaryError: Nobody answers.
    """
    from aio_pika.exceptions import AMQPChannelError

    from adapters.rabbitmq.endpoint import Endpoint
    from adapters.rabbitmq.topology import inbox_name
    from gateway.bootstrap import broker_login

    link = await Endpoint.parse(settings.party.id, **broker_login(settings)).connect(vhost, "check")
    try:
        channel = await link.connection.channel(publisher_confirms=False)
        queue = await channel.get_queue(inbox_name(settings.party.id), ensure=True)
    except AMQPChannelError:
        raise OperatorError(
            "broker-inbox-refused",
            f"Our inbox in virtual host '{vhost}' is missing or not readable for us.",
            remedy="Let the operator run: sogw broker apply",
        ) from None
    finally:
        await link.close()
    return queue.declaration_result.message_count or 0
