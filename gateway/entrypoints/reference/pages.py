"""Which pages there are."""

from collections.abc import Callable, Mapping

from gateway.entrypoints.reference.alerts import alerts_page
from gateway.entrypoints.reference.asyncapi import asyncapi
from gateway.entrypoints.reference.commands import commands_page
from gateway.entrypoints.reference.errors import errors_page
from gateway.entrypoints.reference.permissions import permissions_page
from gateway.entrypoints.reference.policies import policies_page
from gateway.entrypoints.reference.processing import processing_page
from gateway.entrypoints.reference.protocol import protocol_page
from gateway.entrypoints.reference.retention import retention_page
from gateway.entrypoints.reference.settings import settings_page
from gateway.entrypoints.reference.steps import steps_page
from mappings.backoffices.canonical import json_schema
from mappings.backoffices.policies import json_schema as policies_schema
from mappings.backoffices.profile import json_schema as profile_schema
from mappings.copies.document import json_schema as copy_schema

PAGES: Mapping[str, Callable[[], str]] = {
    "protocol.md": protocol_page,
    "asyncapi.json": asyncapi,
    "cli.md": commands_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "alerts.md": alerts_page,
    "permissions.md": permissions_page,
    "steps.md": steps_page,
    "processing.md": processing_page,
    "retention.md": retention_page,
    "case.schema.json": json_schema,
    "copy.schema.json": copy_schema,
    "policies.md": policies_page,
    "policies.schema.json": policies_schema,
    "profile.schema.json": profile_schema,
}
"""File name in ``docs/reference`` and what makes its text."""
