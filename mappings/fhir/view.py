"""A checked bundle while it is being read."""

from dataclasses import dataclass
from datetime import datetime

from mappings.fhir.datatypes import read_instant
from mappings.fhir.exact import Json
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal


@dataclass(frozen=True, slots=True)
class View:
    """The entries of a bundle by type and address.

    Attributes:
        entries: One node per entry resource, in order.
        addresses: ``fullUrl`` of each, in the same order.
        sent_at: The bundle's timestamp.
    """

    entries: tuple[Node, ...]
    addresses: tuple[str, ...]
    sent_at: datetime

    @classmethod
    def of(cls, bundle: Json) -> "View":
        """The view of a bundle whose shape was checked."""
        entries = bundle["entry"]
        nodes = (Node(entry["resource"], f"Bundle.entry[{i}].resource") for i, entry in enumerate(entries))
        sent_at = read_instant(bundle["timestamp"], "Bundle.timestamp")
        return cls(tuple(nodes), tuple(entry["fullUrl"] for entry in entries), sent_at)

    @property
    def header(self) -> Node:
        """The MessageHeader."""
        return self.entries[0]

    @property
    def task(self) -> Node:
        """The Task of kinds that have one."""
        return self.one("Task")

    def every(self, resource_type: str) -> list[Node]:
        """All resources of a type, in order."""
        return [node for node in self.entries if node.value["resourceType"] == resource_type]

    def one(self, resource_type: str) -> Node:
        """The only resource of a type."""
        found = self.every(resource_type)
        if len(found) != 1:
            raise refusal("entry-count", f"Bundle.entry.resource.ofType({resource_type})")
        return found[0]

    def target(self, reference: Node, resource_type: str) -> Node:
        """The resource behind a reference, of the type it must have."""
        return self.at(reference.plain("reference"), resource_type, f"{reference.path}.reference")

    def at(self, address: str, resource_type: str, where: str) -> Node:
        """The resource at an address, of the type it must have."""
        for known, node in zip(self.addresses, self.entries, strict=True):
            if known == address and node.value["resourceType"] == resource_type:
                return node
        raise refusal("reference-unresolved", where)
