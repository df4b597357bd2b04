"""The wiring: the only room that names concrete adapters.

``build`` makes a gateway from settings; every part can be replaced (tests and the demo pass a clock and a transport).
"""

from gateway.bootstrap.keys import key_custody, load_keyring, vouching_terms
from gateway.bootstrap.servers import (
    broker_login,
    broker_topology_audit,
    broker_transport,
    certificate_lines,
    sql_store,
    store_file,
)
from gateway.bootstrap.wiring import Gateway, LazyMapper, SystemClock, build, policy_of

__all__ = [
    "Gateway",
    "LazyMapper",
    "SystemClock",
    "broker_login",
    "broker_topology_audit",
    "broker_transport",
    "build",
    "certificate_lines",
    "key_custody",
    "load_keyring",
    "policy_of",
    "sql_store",
    "store_file",
    "vouching_terms",
]
