"""Partners as onboarded, sealed: a recipient may be a person."""

from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from typing_extensions import override

from adapters.sql.tables import partners
from adapters.sql.transaction import CaseKey, Transaction
from gateway.ports.store import Partner, Partners

_PARTNER = TypeAdapter(Partner)

_ALL = select(partners).order_by(partners.c.party_id)


class PartnerPart(Partners):
    """What a unit of work does with partners."""

    _transaction: Transaction
    _partners: list[Partner] | None = None

    @override
    async def save_partner(self, partner: Partner) -> None:
        self._partners = None
        party_id = partner.party.party_id
        key = await self._transaction.ledger_key()
        sealed = self._transaction.seal(key, _PARTNER.dump_json(partner), "partners", party_id)
        changed = await self._transaction.execute(
            update(partners).where(partners.c.party_id == party_id).values(sealed=sealed)
        )
        if not changed.rowcount:
            await self._transaction.execute(insert(partners), [{"party_id": party_id, "sealed": sealed}])

    @override
    async def partners(self) -> list[Partner]:
        """Open the rows once in a transaction."""
        if self._partners is None:
            found = await self._transaction.rows(_ALL)
            key = await self._transaction.ledger_key()
            self._partners = [_opened(self._transaction, key, row.party_id, row.sealed) for row in found]
        return list(self._partners)


@lru_cache(maxsize=1000)
def _read(content: bytes) -> Partner:
    """Partners seldom change and are asked for with every message."""
    return _PARTNER.validate_json(content)


def _opened(transaction: Transaction, key: CaseKey, party_id: str, sealed: bytes) -> Partner:
    return _read(transaction.open(key, sealed, "partners", party_id))
