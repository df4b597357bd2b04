"""One transaction as its parts use it: statements, the clock, and sealing under the keys of cases."""

import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Database
from adapters.sql.failures import plain_failures
from adapters.sql.tables import case_keys, cases, former_numbers, storage_key
from gateway.domain.case_number import kept_as, sought_as
from gateway.domain.errors import OperatorError
from gateway.ports.clock import Clock
from gateway.ports.store import GATEWAY_CASE
from gateway.ports.vault import Vault

_CASE_REF_BYTES = 16
_REWRAP = update(case_keys).where(case_keys.c.case_ref == bindparam("of_case")).values(wrapped_key=bindparam("anew"))
_KEYS = (
    select(cases.c.case_index, cases.c.case_ref, case_keys.c.wrapped_key)
    .join(case_keys)
    .where(cases.c.case_index.in_(bindparam("indexes", expanding=True)))
)
"""Statements that every unit of work needs are built once: building one costs as much as running it."""
_FORMER = select(former_numbers.c.number_index).where(
    former_numbers.c.number_index.in_(bindparam("indexes", expanding=True))
)
_INDEXES_AT_ONCE = 900
_OPEN = insert(cases)
_KEEP = insert(case_keys)


@dataclass(frozen=True, slots=True)
class CaseKey:
    """What seals a case.

    Attributes:
        case_ref: Random pseudonym of the case; stays the same under another KEK.
        wrapped: Its key, wrapped by the vault.
    """

    case_ref: str
    wrapped: bytes


class Transaction:
    """Statements and keys within one ``BEGIN``; keys are looked up once per transaction.

    Args:
        connection: In a transaction.
        database: Whose connection it is.
        vault: Seals and indexes.
        clock: Tells when something is recorded.
        may_write: Otherwise it only reads, and holds nothing.
    """

    def __init__(
        self, connection: AsyncConnection, database: Database, vault: Vault, clock: Clock, *, may_write: bool
    ) -> None:
        self._connection = connection
        self._database = database
        self._may_write = may_write
        self._known: dict[str, CaseKey | None] = {}
        self._kek: str | None = None
        self._indexes: dict[str, str] = {}
        self._opened: list[tuple[str, CaseKey]] = []
        self._held: set[int] = set()
        self.vault = vault
        self.clock = clock
        self.has_erased = False

    async def execute(
        self, statement: Executable, rows: Sequence[dict[str, Any]] | dict[str, Any] | None = None
    ) -> CursorResult[Any]:
        """Run one statement, with values or once per row of them when given; raises our errors only."""
        if not statement.is_select:
            self.expect_to_write()
        with plain_failures(UnicodeError, OverflowError):
            return cast("CursorResult[Any]", await self._connection.execute(statement, rows))

    def expect_to_write(self) -> None:
        """Raises OperatorError when this transaction only reads."""
        if not self._may_write:
            raise OperatorError(
                "store-only-read",
                "This unit of work only reads.",
                remedy="Report this as a defect; nothing was changed.",
            )

    async def rows(self, statement: Executable, values: dict[str, Any] | None = None) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return (await self.execute(statement, values)).all()

    async def row(self, statement: Executable, values: dict[str, Any] | None = None) -> Row[Any] | None:
        """The first row of a query, if any."""
        return (await self.execute(statement, values)).first()

    @property
    def holds_all(self) -> bool:
        """Whether nobody else can change anything until we commit."""
        return self._may_write and self._database.holds_all

    async def hold(self, case_ids: Iterable[str]) -> None:
        """Hold cases until the end; everybody takes several in the same order."""
        if self.holds_all:
            return
        indexes = (self.case_index(case_id) for case_id in case_ids if case_id != GATEWAY_CASE)
        keys = sorted({_lock_key(index) for index in indexes} - self._held)
        if keys and self._may_write:
            with plain_failures():
                await self._database.hold(self._connection, keys)
            self._held.update(keys)
            self._known = {case_id: key for case_id, key in self._known.items() if key}  # others may be open by now

    async def hold_free(self, case_indexes: Collection[str]) -> set[str]:
        """Hold those of these cases that nobody else holds; returns them."""
        keys = {_lock_key(index): index for index in case_indexes}
        with plain_failures():
            free = await self._database.hold_free(self._connection, sorted(keys)) if keys else ()
        self._held.update(free)
        return {keys[key] for key in free}

    def case_index(self, case_id: str) -> str:
        """The blind index of a case id."""
        return self._index(f"case:{case_id}")

    def referral_index(self, referral_id: str | None) -> str | None:
        """The blind index of a referral id."""
        return None if referral_id is None else self._index(f"referral:{referral_id}")

    def blind(self, purpose: str, value: str) -> str:
        """The blind index of a value for a purpose."""
        return self._index(f"{purpose}:{value}")

    def _index(self, value: str) -> str:
        if value not in self._indexes:
            self._indexes[value] = self.vault.index(value)
        return self._indexes[value]

    async def find_key(self, case_id: str) -> CaseKey | None:
        """The key of a case; None when it is unknown or erased."""
        return (await self.find_keys([case_id])).get(case_id)

    async def find_keys(self, case_ids: Collection[str]) -> dict[str, CaseKey]:
        """The same for several, without those that have none; the gateway's own, which all need, comes along."""
        unknown = {case_id for case_id in case_ids if case_id not in self._known}
        if unknown:
            unknown |= {GATEWAY_CASE} - self._known.keys()
            names = {self.case_index(case_id): case_id for case_id in unknown}
            found = await self.rows(_KEYS, {"indexes": list(names)})
            keys = {row.case_index: CaseKey(row.case_ref, row.wrapped_key) for row in found}
            self._known.update({case_id: keys.get(index) for index, case_id in names.items()})
        known = ((case_id, self._known[case_id]) for case_id in case_ids)
        return {case_id: key for case_id, key in known if key is not None}

    async def key(self, case_id: str) -> CaseKey:
        """The key of a case, opened when it is new."""
        return await self.find_key(case_id) or await self._open_case(case_id)

    async def _open_case(self, case_id: str) -> CaseKey:
        key = CaseKey(os.urandom(_CASE_REF_BYTES).hex(), self.vault.new_key(await self._kek_id()))
        self._known[case_id] = key
        self._opened.append((case_id, key))
        return key

    async def write_cases(self) -> None:
        """Write the cases that were opened; what refers to them comes after."""
        if not self._opened:
            return
        opened, self._opened = self._opened, []
        rows = [
            {
                "case_ref": key.case_ref,
                "case_index": self.case_index(case_id),
                "sealed_id": self.seal(key, case_id.encode(), "cases", "id"),
                "opened_at": self.clock.now(),
            }
            for case_id, key in opened
        ]
        await self.execute(_OPEN, rows)
        keys = [{"case_ref": key.case_ref, "wrapped_key": key.wrapped} for _, key in opened]
        await self.execute(_KEEP, keys)

    async def _kek_id(self) -> str:
        """Which KEK is in force, until we commit: nothing is ever wrapped under one that another process replaced."""
        if self._kek is None:
            row = await self.row(select(storage_key.c.kek_id).with_for_update(read=True))
            self._kek = self.vault.kek_id() if row is None else str(row.kek_id)
            if row is None:
                await self.execute(insert(storage_key), [{"only": 1, "kek_id": self._kek}])
        return self._kek

    async def change_kek(self, kek_id: str) -> int:
        """Wrap every living key anew, and have later ones wrapped alike; returns how many there are."""
        await self._kek_id()
        await self.execute(update(storage_key).values(kek_id=kek_id))
        self._kek = kek_id
        found = await self.rows(select(case_keys))
        rows = [{"of_case": row.case_ref, "anew": self.vault.rewrap(row.wrapped_key, kek_id)} for row in found]
        if rows:
            await self.execute(_REWRAP, rows)
        self._known.clear()
        self.has_erased = True
        return len(rows)

    async def destroy_key(self, case_id: str) -> None:
        """Forget the key of a case; who knows its id can still find its pseudonymous log."""
        await self.write_cases()
        key = await self.find_key(case_id)
        if key is None:
            return
        await self.execute(delete(case_keys).where(case_keys.c.case_ref == key.case_ref))
        names = {"case_index": None, "former_index": self.case_index(case_id)}
        await self.execute(update(cases).where(cases.c.case_ref == key.case_ref).values(names))
        indexes = sorted(self._number_index(spelling) for spelling in kept_as(case_id))
        await self.execute(
            insert(former_numbers), [{"case_ref": key.case_ref, "number_index": index} for index in indexes]
        )
        self._known[case_id] = None
        self.has_erased = True

    async def erased_like(self, case_ids: Collection[str]) -> set[str]:
        """Those of these numbers that read like one of an erased case."""
        sought = {case_id: {self._number_index(spelling) for spelling in sought_as(case_id)} for case_id in case_ids}
        indexes = sorted(set().union(*sought.values()))
        found: set[str] = set()
        for start in range(0, len(indexes), _INDEXES_AT_ONCE):
            part = indexes[start : start + _INDEXES_AT_ONCE]
            found.update(row.number_index for row in await self.rows(_FORMER, {"indexes": part}))
        return {case_id for case_id, known in sought.items() if not found.isdisjoint(known)}

    def _number_index(self, spelling: str) -> str:
        return self._index(f"number:{spelling}")

    async def ledger_key(self) -> CaseKey:
        """The gateway's own key: for what must outlive a case, as the record of deliveries does."""
        return await self.key(GATEWAY_CASE)

    def seal(self, key: CaseKey, value: bytes, *place: str | int) -> bytes:
        """Seal a value for one place: table, row, field."""
        return self.vault.seal(key.wrapped, value, _aad(key, place))

    def open(self, key: CaseKey, sealed: bytes, *place: str | int) -> bytes:
        """Open a value of that place."""
        return self.vault.open(key.wrapped, sealed, _aad(key, place))

    def seal_values(self, key: CaseKey, values: Sequence[str | None], *place: str | int) -> bytes:
        """Seal several texts as one."""
        return self.seal(key, json.dumps(values).encode("ascii"), *place)

    def open_values(self, key: CaseKey, sealed: bytes, *place: str | int) -> list[Any]:
        """The texts that were sealed as one."""
        return cast("list[Any]", json.loads(self.open(key, sealed, *place)))


def _lock_key(case_index: str) -> int:
    """64 bits of a blind index as PostgreSQL counts them; a collision only makes two cases wait for each other."""
    return int.from_bytes(bytes.fromhex(case_index[:16]), signed=True)


def _aad(key: CaseKey, place: tuple[str | int, ...]) -> bytes:
    return json.dumps(["so-store/1", key.case_ref, *place]).encode("ascii")
