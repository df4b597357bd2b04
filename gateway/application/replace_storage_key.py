"""Replace the key-encryption key of the store, so that what was erased opens in no old copy either (R57, R58).

Three things in this order, each of which may be the last before a crash: the new key is kept beside the former one;
one unit of work wraps every living case anew; the former key is destroyed. Both keys open in between, and who begins
again goes on where it ended.
"""

from gateway.application.permit_act import permit_role
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, StorageKeyReplaced
from gateway.ports.keyring import StorageKeyring
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE


async def replace_storage_key(services: Services, keyring: StorageKeyring, by: Actor) -> int:
    """Wrap every living case under a new key and destroy the former one; returns how many keys were wrapped anew."""
    permit_role(services, by, Permission.KEY_MANAGE)
    kek_id = keyring.add_storage_key()
    async with services.store.begin() as work:
        keys = await work.change_storage_key(kek_id)
        await work.append(GATEWAY_CASE, (StorageKeyReplaced(at=services.clock.now(), by=by, keys=keys),))
    keyring.keep_storage_key(kek_id)
    return keys
