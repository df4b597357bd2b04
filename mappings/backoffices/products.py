"""Feature table: which back-office products we read, by the ``schema`` key each line carries."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices import lines as reading
from mappings.backoffices.arbodienst_export import SCHEMA as ARBODIENST_EXPORT
from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.canonical import SCHEMA as CANONICAL
from mappings.backoffices.canonical_reader import CanonicalFormat


class RecordReader(Protocol):
    """Reads one record that is JSON already."""

    def read_record(self, number: int, record: reading.Record) -> Iterator[CaseImport | ImportProblem]:
        """The case of one record, or its problems."""
        ...


PRODUCTS: dict[str, RecordReader] = {ARBODIENST_EXPORT: ArbodienstExport(), CANONICAL: CanonicalFormat()}
"""To connect a product: one module with a reader, and one row here."""


class AnyProduct(BackOffice):
    """Reads every product of the table; each line says which it is, so a file may hold several."""

    def read(self, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
        """Read an export; see the port."""
        for number, record in reading.records(lines):
            if isinstance(record, ImportProblem):
                yield record
                continue
            product = record.get("schema")
            reader = PRODUCTS.get(product) if isinstance(product, str) else None
            if reader is None:
                yield ImportProblem(
                    number,
                    "$.schema",
                    "The line does not say that it is in a format we read.",
                    f"Set the key to one of: {', '.join(PRODUCTS)}.",
                )
            else:
                yield from reader.read_record(number, record)
