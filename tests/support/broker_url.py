"""A broker that somebody runs already, named in the environment."""

import os
from typing import Any
from urllib.parse import urlsplit

from adapters.rabbitmq.provisioning import ManagementApi
from tests.support.broker_handle import BrokerUnavailable, TestBroker


class _ManagementControl:
    def __init__(self, api: ManagementApi | None) -> None:
        self._api = api

    def _reach(self) -> ManagementApi:
        if self._api is None:
            raise BrokerUnavailable(
                "SOGW_TEST_AMQP_URL alone cannot create users and policies; "
                "set SOGW_TEST_MANAGEMENT_URL as well, such as http://127.0.0.1:15672"
            )
        return self._api

    def import_definitions(self, wanted: dict[str, Any]) -> None:
        self._reach().import_definitions(wanted)

    def export_definitions(self) -> dict[str, Any]:
        return self._reach().export_definitions()

    def ctl(self, *args: str) -> str:
        raise BrokerUnavailable(f"rabbitmqctl {args[0]} cannot reach a broker known by its URL only.")


def url_broker() -> TestBroker:
    """Use SOGW_TEST_AMQP_URL, an administrator's URL."""
    url = os.environ.get("SOGW_TEST_AMQP_URL")
    if not url:
        raise BrokerUnavailable("SOGW_TEST_AMQP_URL is not set")
    parts = urlsplit(url)
    management = os.environ.get("SOGW_TEST_MANAGEMENT_URL")
    api = ManagementApi(management, parts.username or "guest", parts.password or "guest") if management else None
    return TestBroker(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 5672,
        control=_ManagementControl(api),
        stop=lambda: None,
        how=f"the broker of SOGW_TEST_AMQP_URL at {parts.hostname}",
        admin_url=url.rstrip("/"),
        has_ctl=False,
    )
