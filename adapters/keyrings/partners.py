"""Pinned partners, held in memory: what the wiring reads from the store or the settings ends up here."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from typing_extensions import override

from adapters.keyrings.manifests import verify_manifest
from gateway.domain.errors import RefusedError
from gateway.ports.keyring import Manifest, PartnerKeys


class PinnedPartners(PartnerKeys):
    """Manifests that were verified, and the dated exceptions for partners without the hybrid suite.

    Args:
        manifests: Already verified manifests, from ``verify_manifest`` or one's own keyring.
        classical_until: Party id to the end (aware) of its exception.
    """

    def __init__(
        self, manifests: Iterable[Manifest] = (), classical_until: Mapping[str, datetime] | None = None
    ) -> None:
        self._manifests = {manifest.party_id: manifest for manifest in manifests}
        self._classical_until = dict(classical_until or {})

    @override
    def manifest_of(self, party_id: str) -> Manifest | None:
        """The pinned manifest, or None."""
        return self._manifests.get(party_id)

    @override
    def classical_suite_until(self, party_id: str) -> datetime | None:
        """End of the exception, or None."""
        return self._classical_until.get(party_id)

    def pin(self, token: str, fingerprint: str) -> Manifest:
        """Onboard a partner whose fingerprint a person compared.

        Raises:
            RefusedError: Not such a manifest, or another identity is pinned already for this party.
        """
        manifest = verify_manifest(token, fingerprint=fingerprint)
        pinned = self.manifest_of(manifest.party_id)
        if pinned is not None:
            manifest = verify_manifest(token, fingerprint=fingerprint, pinned=pinned)
        self._manifests[manifest.party_id] = manifest
        return manifest

    def update(self, party_id: str, token: str) -> Manifest:
        """Take a newer manifest of a partner that is pinned.

        Raises:
            RefusedError: The partner is unknown, or the manifest is not its successor.
        """
        pinned = self.manifest_of(party_id)
        if pinned is None:
            raise RefusedError(
                "partner-unknown",
                f"No manifest is pinned for '{party_id}'.",
                remedy="Onboard the partner first: pin its manifest by fingerprint.",
            )
        self._manifests[party_id] = verify_manifest(token, pinned=pinned)
        return self._manifests[party_id]

    def forget(self, party_id: str) -> None:
        """Unpin a partner, so that it can be pinned under another identity."""
        self._manifests.pop(party_id, None)

    def allow_classical(self, party_id: str, until: datetime) -> None:
        """Allow the suite that is not quantum-safe for one partner, until an aware instant."""
        self._classical_until[party_id] = until
