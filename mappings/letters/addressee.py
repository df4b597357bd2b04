"""The employee as addressee: a name in the chosen use and, when it is not protected, an address."""

from gateway.domain.case import Case
from gateway.domain.people import Address, NameUse, PersonName


def full_name(name: PersonName) -> str:
    """Initials (or the name somebody is called by) and surname, as the person goes by it."""
    first = name.initials or name.call_name or name.given
    return f"{first} {surname(name)}" if first else surname(name)


def surname(name: PersonName) -> str:
    """The surname in the chosen use; without a partner's name it is always the own one."""
    own = _joined(name.prefix, name.family)
    if not name.partner_family:
        return own
    partner = _joined(name.partner_prefix, name.partner_family)
    return {
        NameUse.OWN: own,
        NameUse.PARTNER: partner,
        NameUse.OWN_PARTNER: f"{own}-{partner}",
        NameUse.PARTNER_OWN: f"{partner}-{own}",
    }[name.use]


def salutation(case: Case) -> str:
    """``Geachte J. de Vries``; without a dossier ``Geachte heer, mevrouw``."""
    return f"Geachte {full_name(case.dossier.employee.name)}" if case.dossier else "Geachte heer, mevrouw"


def address_lines(case: Case) -> list[str]:
    """Lines for an envelope window; a protected address is never written by us."""
    if case.dossier is None:
        return []
    employee = case.dossier.employee
    lines = [full_name(employee.name)]
    if employee.address is not None and not employee.is_address_protected:
        lines += _postal(employee.address)
    return lines


def _postal(address: Address) -> list[str]:
    country = None if (address.country or "NL").upper() in {"NL", "NEDERLAND"} else address.country
    lines = [
        _joined(address.street, address.house_number, address.addition),
        _joined(address.postal_code, address.city),
        country or "",
    ]
    return [line for line in lines if line]


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
