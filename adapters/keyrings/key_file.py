"""The one file of a file keyring: written whole or not at all, readable for its owner only."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.keyrings import jwk
from gateway.domain.errors import OperatorError
from gateway.secret_files import read_secret

NAME = "keyring.json"
_FORMAT = "so-keyring/1"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What stands in the file; nothing in it is readable that must stay secret.

    Attributes:
        party_id: Whose keys.
        kek: The key-encryption key as its custody wrapped it (``gateway.ports.custody``).
        sealed: Every secret under the key-encryption key, by name.
        manifest: The current manifest token; carries all public keys and their life-cycle data, signed.
        role: What the party was when the keys were made; empty when nobody said so then.
    """

    party_id: str
    kek: Mapping[str, Any]
    sealed: Mapping[str, bytes]
    manifest: str
    role: str = ""

    def to_json(self) -> str:
        """The text of the file."""
        sealed = {name: jwk.encode(value) for name, value in self.sealed.items()}
        members: dict[str, Any] = {"format": _FORMAT, "party_id": self.party_id}
        members |= {"role": self.role} if self.role else {}
        members |= {"kek": dict(self.kek), "sealed": sealed, "manifest": self.manifest}
        return json.dumps(members, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "KeyFile":
        """Read the text of the file.

        Raises:
            ValueError, KeyError, TypeError: It is not such a file.
        """
        members = json.loads(text)
        if members["format"] != _FORMAT:
            raise ValueError("another format")
        return cls(
            party_id=str(members["party_id"]),
            kek=dict(members["kek"]),
            sealed={name: jwk.decode(value) for name, value in members["sealed"].items()},
            manifest=str(members["manifest"]),
            role=str(members.get("role", "")),
        )


def read(folder: Path) -> KeyFile:
    """The key file in a folder.

    Raises:
        OperatorError: ``keyring-missing``, ``keyring-damaged``, or others can read or change it.
    """
    path = folder / NAME
    try:
        return KeyFile.from_json(read_secret(path).decode("ascii"))
    except OSError:
        raise OperatorError(
            "keyring-missing",
            "The keyring cannot be read.",
            where=str(path),
            remedy="Create the keys first, or correct the folder in the settings.",
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged(folder) from None


def write(folder: Path, content: KeyFile) -> None:
    """Replace the key file atomically: after a crash there is the old one or the new one.

    Raises:
        OperatorError: ``keyring-not-writable``.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(folder / NAME, content.to_json().encode("ascii"))
    except OSError:
        raise OperatorError(
            "keyring-not-writable",
            "The keyring cannot be written.",
            where=str(folder),
            remedy="Give this user the right to write in the folder, and look at the free space.",
        ) from None


def damaged(folder: Path) -> OperatorError:
    """The error for a file whose parts do not belong together."""
    return OperatorError(
        "keyring-damaged",
        "The keyring is damaged: its parts do not belong together.",
        where=str(folder / NAME),
        remedy="Put back the last good copy of this file.",
    )


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
