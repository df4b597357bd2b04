"""The page of permissions: the table of the domain, a row a permission, a column a role."""

from gateway.domain.permissions import PERMISSIONS, ROLES_OF_SIDE, Bond, Naming, Permission
from gateway.domain.steps import ActorRole
from gateway.entrypoints.reference.commands import commands, needs_of
from gateway.entrypoints.reference.markdown import code, codes, page, section, table

_INTRODUCTION = """\
Who may do and see what, at every door. It is asked in one place (`gateway/application/permit_act.py`), and what it does
not grant is refused. The roles `employer` and `management` have no column: they can do and see nothing, at either side,
in any command (R35, R51); the answer is the same whether or not there is such a case. Nobody can act as `system`.

**A typed role is no authentication.** Until there are accounts, whoever may run `sogw` on a home folder can type any
role and any name; the table keeps honest people apart and writes down what they said. The operating system keeps others
out: see the [threat model](../explanation/threat-model.md) and the [limits](../explanation/limits.md)."""
_BONDS = {
    Bond.NONE: "refused, with `role-not-permitted`",
    Bond.ANY: "permitted",
    Bond.STATUS: "where the case or referral stands, whose it is, and the consents; no question, doubt or document",
    Bond.OF_CASE: "a physician of the case, or who says with `--on-behalf-of` to act for that physician;"
    " the employee's log shows the latter as *waarnemer van*",
    Bond.DELEGATED: "by delegation: `--on-behalf-of` names the physician of the case",
    Bond.DELEGATED_BY_POLICY: "the same, where the policy has `praktijkondersteuner` in `follow_up_by` (R42)",
    Bond.OWN: "the employee, or the representative on record with a signed mandate",
    Bond.CONSENTING: "the same representative, when the mandate covers consent",
    Bond.COMPLAINT: "once the employee complained, when not involved (R21); where the case stands, and the log",
}
_NAMINGS = {
    Naming.FREE: "whose relation to the case is asked: C and D; without a name it cannot be known",
    Naming.ACTS: "everybody, except the employee whose own case it is",
    Naming.LOOKS: "everybody: it shows content, or is about a person",
}
_RELATION = """\
Of the case is: at the arbodienst the first physician, the supervising one of a practice assistant, and the colleague to
whom a transfer was granted; at the pool who accepted the referral, before that whom the employee chose, and where the
employee chose a pool any named physician of it. People are compared by BIG number where both sides have one (`--actor
'dr. J. Voorbeeld, BIG 99990001101'`), else by family name and first initial. Who judges a complaint is compared with
the physicians and with whoever did anything in the case, in any role: by BIG number, else by any part of the family
name, for in doubt somebody is involved. Who judged acts for no physician of the case afterwards."""


def permissions_page() -> str:
    """Make the page."""
    roles = [role for role in ActorRole if any(role in row.grants for row in PERMISSIONS.values())]
    rows = [
        (code(permission), row.what, *(row.grants.get(role, Bond.NONE).value for role in roles), row.naming)
        for permission, row in PERMISSIONS.items()
    ]
    sides = [(code(side), codes(role for role in roles if role in known)) for side, known in ROLES_OF_SIDE.items()]
    return page(
        "Permissions",
        _INTRODUCTION,
        table(["Permission", "To", *(role.value for role in roles), "Named"], rows),
        section("What a cell says", table(["Cell", "Means"], list(_BONDS.items()))),
        section("Who is close to a case", _RELATION),
        section("Who must be named", table(["Named", "Who gives --actor"], list(_NAMINGS.items()))),
        section("Roles at each side", table(["Party", "Roles"], sides)),
        section("Commands", table(["Command", "Permission"], _commands())),
    )


def _commands() -> list[tuple[str, str]]:
    needs = [(path, needs_of(verb)) for path, verb in commands()]
    return [
        (code(path), code(Permission(need)) if need else "none: it shows nothing of a gateway") for path, need in needs
    ]
