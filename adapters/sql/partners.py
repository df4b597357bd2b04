"""Partners as onboarded, sealed: a recipient may be a person."""

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update

from adapters.sql.tables import partners
from adapters.sql.transaction import Transaction
from gateway.ports.store import Partner

_PARTNER = TypeAdapter(Partner)


class PartnerPart:
    """What a unit of work does with partners."""

    _transaction: Transaction

    async def save_partner(self, partner: Partner) -> None:
        """As the port says."""
        party_id = partner.party.party_id
        key = await self._transaction.ledger_key()
        sealed = self._transaction.seal(key, _PARTNER.dump_json(partner), "partners", party_id)
        changed = await self._transaction.execute(
            update(partners).where(partners.c.party_id == party_id).values(sealed=sealed)
        )
        if not changed.rowcount:
            await self._transaction.execute(insert(partners), [{"party_id": party_id, "sealed": sealed}])

    async def partners(self) -> list[Partner]:
        """As the port says."""
        found = await self._transaction.rows(select(partners).order_by(partners.c.party_id))
        if not found:
            return []
        key = await self._transaction.ledger_key()
        opened = (self._transaction.open(key, row.sealed, "partners", row.party_id) for row in found)
        return [_PARTNER.validate_json(content) for content in opened]
