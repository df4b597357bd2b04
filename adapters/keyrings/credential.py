"""Secrets as systemd hands them to a service: one file per credential, in a folder only that service can read.

``LoadCredentialEncrypted=NAME`` decrypts at start (bound to the machine, or its TPM) into memory that is never
written to disk; ``$CREDENTIALS_DIRECTORY`` names the folder (systemd.exec(5), CREDENTIALS). To a service with a user
of its own systemd gives access by an access list, of which the mode shows a readable group.
"""

import os
import re
from pathlib import Path

from gateway.domain.errors import OperatorError
from gateway.secret_files import read_secret

_FOLDER = "CREDENTIALS_DIRECTORY"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")


def read_credential(name: str) -> bytes:
    """The credential's content, without white space around it.

    Raises:
        OperatorError: ``credential-missing``: not run by systemd, or not with this credential; or as ``read_secret``.
    """
    folder = os.environ.get(_FOLDER)
    if folder is None:
        raise _missing(name, f"${_FOLDER} is not set: this process was not started by systemd with credentials.")
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise _missing(name, "That is not the name of a credential.")
    try:
        return read_secret(Path(folder, name), (Path(folder),)).strip()
    except OSError:
        raise _missing(name, "The service was started without it.") from None


def _missing(name: str, why: str) -> OperatorError:
    return OperatorError(
        "credential-missing",
        f"The credential '{name}' cannot be read. {why}",
        remedy=f"Add LoadCredentialEncrypted={name}:FILE to the unit (make FILE with systemd-creds encrypt), or "
        "choose another custody in [keys].",
    )
