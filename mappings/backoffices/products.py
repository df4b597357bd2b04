"""Feature table: which back-office products we read, by the ``schema`` key each line carries."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from typing_extensions import override

from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices import lines as reading
from mappings.backoffices.arbodienst_export import SCHEMA as ARBODIENST_EXPORT
from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.canonical import SCHEMA as CANONICAL
from mappings.backoffices.canonical_reader import CanonicalFormat
from mappings.backoffices.profile import NO_PROFILE, Profile, read_profile

__all__ = ["PRODUCTS", "AnyProduct", "Profile", "RecordReader", "read_profile"]


class RecordReader(Protocol):
    """Reads one record that is JSON already."""

    def read_record(self, number: int, record: reading.Record) -> Iterator[CaseImport | ImportProblem]:
        """The case of one record, or its problems."""
        ...


PRODUCTS: dict[str, Callable[[Profile], RecordReader]] = {
    ARBODIENST_EXPORT: ArbodienstExport,
    CANONICAL: lambda _: CanonicalFormat(),
}
"""To connect a product: one module with a reader, and one row here; the profile holds the back office's own words."""


class AnyProduct(BackOffice):
    """Reads every product of the table; each line says which it is, so a file may hold several.

    Args:
        profile: The back office's own words, when it has any; see ``read_profile``.
    """

    def __init__(self, profile: Profile | None = None) -> None:
        self._readers = {schema: make(profile or NO_PROFILE) for schema, make in PRODUCTS.items()}

    @override
    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read an export; see the port."""
        for number, record in reading.records(lines):
            if isinstance(record, ImportProblem):
                yield record
                continue
            product = record.get("schema")
            reader = self._readers.get(product) if isinstance(product, str) else None
            if reader is None:
                yield ImportProblem(
                    number,
                    "$.schema",
                    "The line does not say that it is in a format we read.",
                    f"Set the key to one of: {', '.join(PRODUCTS)}.",
                    reading.case_id_of(record),
                )
            else:
                yield from reader.read_record(number, record)
