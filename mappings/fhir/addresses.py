"""Postal addresses: nl-core-AddressInformation, also for other countries and postal boxes."""

import re

from gateway.domain.people import Address
from mappings.fhir.datatypes import concept, text_extensions
from mappings.fhir.exact import Json, put, shown
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.terminology.systems import (
    CODE_SPECIFICATION,
    COUNTRY,
    HOUSE_NUMBER,
    HOUSE_NUMBER_SUFFIX,
    STREET_NAME,
)

_COUNTRY_CODE = re.compile(r"[A-Z]{2}")


def write_address(address: Address) -> Json:
    """The Address: a readable line, its parts in ADXP extensions."""
    made: Json = {"use": "home"}
    parts = (
        (STREET_NAME, address.street),
        (HOUSE_NUMBER, address.house_number),
        (HOUSE_NUMBER_SUFFIX, address.addition),
    )
    extensions = [made for url, text in parts for made in text_extensions(url, text)]
    if extensions:
        made["line"] = [_line(address)]
        made["_line"] = [{"extension": extensions}]
    put(made, "city", address.city)
    put(made, "postalCode", address.postal_code)
    put(made, "country", address.country)
    if address.country and _COUNTRY_CODE.fullmatch(address.country):
        specification = {"url": CODE_SPECIFICATION, "valueCodeableConcept": concept(COUNTRY, address.country)}
        made["_country"] = {"extension": [specification]}
    return made


def read_address(address: Node) -> Address:
    """The address again; what the line shows must follow from its parts."""
    line = address.only("_line") if "_line" in address.value else Node({}, address.path)
    read = Address(
        street=line.extension_text(STREET_NAME),
        house_number=line.extension_text(HOUSE_NUMBER),
        addition=line.extension_text(HOUSE_NUMBER_SUFFIX),
        postal_code=address.text_or_none("postalCode"),
        city=address.text_or_none("city"),
        country=address.text_or_none("country"),
    )
    if address.value.get("line", [_line(read)]) != [_line(read)]:
        raise refusal("text-contradicts", f"{address.path}.line")
    return read


def _line(address: Address) -> str:
    """Street, house number and addition as one writes them."""
    return shown(" ".join(text for text in (address.street, address.house_number, address.addition) if text))
