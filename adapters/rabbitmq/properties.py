"""Read the properties of a delivery so that nothing its sender wrote there ends the connection.

The driver decodes all fourteen properties before anybody sees the message, and what it cannot decode (a time beyond all
calendars, a text that is no UTF-8, a table a thousand levels deep) ends the connection with everything under way on it.
The broker passes on whatever a partner writes there. Each property has a length that can be told without decoding it
(AMQP 0-9-1, section 4.2.5): one that cannot be decoded is left out, and the next is read.
"""

import struct
from collections.abc import Callable, Mapping

from pamqp import decode
from pamqp.commands import Basic

_LENGTHS: Mapping[str, Callable[[bytes], int]] = {
    "shortstr": lambda data: 1 + data[0],
    "octet": lambda _: 1,
    "timestamp": lambda _: 8,
    "table": lambda data: 4 + int(struct.unpack(">I", data[:4])[0]),
}
"""Bytes that a value takes, by the types that properties have."""


def read_properties(properties: Basic.Properties, flags: int, data: bytes) -> None:
    """Set the properties that are there and can be decoded; the others stay None.

    Args:
        properties: Of the content header that is read.
        flags: Which properties are there.
        data: Their values, one after the other.
    """
    for name in properties.__slots__:
        if not flags & properties.flags[name]:
            continue
        kind = properties.amqp_type(name)
        try:
            length = _LENGTHS[kind](data)
        except (IndexError, struct.error):
            return  # Cut off: nothing more is there.
        try:
            _, value = decode.by_type(data[:length], kind)
        except Exception:  # noqa: BLE001  (whatever it is that the driver cannot read, the sender wrote it)
            value = None
        setattr(properties, name, value)
        data = data[length:]


def forgive_properties() -> None:
    """Have the driver read properties with ``read_properties``, on every connection of this process."""
    Basic.Properties.unmarshal = read_properties  # type: ignore[method-assign, assignment]
