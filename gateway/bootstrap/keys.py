"""The keys: ours with what guards them, and whom we believe when a certificate vouches for a partner's."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.domain.errors import OperatorError
from gateway.secret_files import read_secret
from gateway.sections import Pkcs11Section
from gateway.settings import Settings

if TYPE_CHECKING:
    from adapters.keyrings import FileKeyring
    from adapters.x509 import VouchingTerms
    from gateway.ports.custody import KeyCustody


def load_keyring(settings: Settings) -> "FileKeyring":
    """Our own keys, from the settings' folder and by the settings' custody.

    Raises:
        OperatorError: They are not there, do not open, or were made for another party than the settings name.
    """
    from adapters.keyrings import FileKeyring

    keyring = FileKeyring.load(settings.path(settings.keys.folder), key_custody(settings))
    if keyring.manifest().party_id != settings.party.id:
        raise _of_another("id")
    if keyring.made_for_role not in {"", settings.party.role.value}:
        raise _of_another("role")
    return keyring


def _of_another(key: str) -> OperatorError:
    return OperatorError(
        "keyring-of-another",
        f"The keys were made for a party with another {key} than the settings name.",
        where=f"[party] {key}",
        remedy=f"Put back the {key} that was given to 'sogw init' (SOGW_PARTY__{key.upper()} overrides it)."
        f" Another {key} is another party: make it a folder of its own with 'sogw init'.",
    )


def key_custody(settings: Settings, work_factor: int | None = None) -> "KeyCustody":
    """What guards the keys, as the settings choose.

    Args:
        settings: Checked settings.
        work_factor: scrypt's N for what is wrapped from now on; the strong default when None.

    Raises:
        OperatorError: Passphrase, credential or PIN cannot be read, or others can.
    """
    from adapters.keyrings import PassphraseCustody, ScryptCost, read_credential

    keys = settings.keys
    if keys.custody == "pkcs11" and keys.pkcs11 is not None:
        return _token_custody(settings, keys.pkcs11)
    if keys.custody == "systemd-credential":
        passphrase = read_credential(keys.passphrase_credential)
    else:
        passphrase = _passphrase(settings, keys.passphrase_file, "[keys] passphrase_file")
    return PassphraseCustody(passphrase, ScryptCost() if work_factor is None else ScryptCost(work_factor))


def _token_custody(settings: Settings, token: Pkcs11Section) -> "KeyCustody":
    from adapters.keyrings import read_credential

    try:
        from adapters.keyrings.pkcs11 import Pkcs11Custody, TokenAddress
    except ImportError:
        raise OperatorError(
            "key-token-unsupported",
            "This installation cannot speak to PKCS#11 tokens.",
            where="[keys] custody",
            remedy="Install the gateway with its extra pkcs11.",
        ) from None
    if token.pin_file is None:
        pin = read_credential(token.pin_credential)
    else:
        pin = _passphrase(settings, token.pin_file, "[keys.pkcs11] pin_file")
    return Pkcs11Custody(TokenAddress(token.module, token.token, pin.decode("utf-8", "replace")))


def _passphrase(settings: Settings, relative: Path, setting: str) -> bytes:
    file = settings.path(relative)
    try:
        return read_secret(file, settings.secret_mounts()).strip()
    except OSError:
        raise OperatorError(
            "passphrase-missing",
            "The passphrase of the keyring cannot be read.",
            where=str(file),
            remedy=f"Put it there (mode 0600), or name another file in {setting}.",
        ) from None


def vouching_terms(settings: Settings, authorities: bytes) -> "VouchingTerms":
    """Whom we believe when a certificate vouches: these authorities (PEM), and the lists in the settings' folder."""
    from adapters.x509 import read_terms

    trust = settings.trust
    return read_terms(authorities, settings.path(trust.crl_folder), timedelta(hours=trust.crl_grace_hours))
