"""Names of people: nl-core-NameInformation and its GivenName (call name).

The official name has the family name as people write it, its parts in extensions, given names (qualifier BR) and
initials (IN); the call name is a second name of use ``usual``, as nl-core has it. A mononym has a family only.

nl-core allows no partner prefix without a partner name (zib-NameInformation-2); exports have such names, and theirs
travels in an extension of our own.
"""

from gateway.domain.people import NameUse, PersonName
from mappings.fhir.datatypes import extension, text_extensions
from mappings.fhir.exact import Json, exact, exact_extension, shown
from mappings.fhir.node import Node, looked_up
from mappings.fhir.refusals import refusal
from mappings.terminology.systems import (
    ASSEMBLY_ORDER,
    LONE_PARTNER_PREFIX,
    NAME_QUALIFIER,
    OWN_NAME,
    OWN_PREFIX,
    PARTNER_NAME,
    PARTNER_PREFIX,
)

_ORDERS = {
    NameUse.OWN: "NL1",
    NameUse.PARTNER: "NL2",
    NameUse.PARTNER_OWN: "NL3",
    NameUse.OWN_PARTNER: "NL4",
}
_QUALIFIERS = frozenset({"BR", "IN", "CL"})
_USES = {code: use for use, code in _ORDERS.items()}


def write_names(name: PersonName) -> list[Json]:
    """The HumanNames of a person: the official one, and a usual one when there is a call name."""
    parts = ((OWN_PREFIX, name.prefix), (OWN_NAME, name.family))
    is_lone = name.partner_family is None
    lone = text_extensions(LONE_PARTNER_PREFIX, name.partner_prefix) if is_lone else []
    partner = ((PARTNER_PREFIX, None if is_lone else name.partner_prefix), (PARTNER_NAME, name.partner_family))
    official: Json = {
        "extension": [extension(ASSEMBLY_ORDER, valueCode=_ORDERS[name.use]), *lone],
        "use": "official",
        "text": _rendered(name),
        "family": shown(_family(name)),
        "_family": {"extension": [made for url, text in parts + partner for made in text_extensions(url, text)]},
    }
    given = [(word, "BR") for word in _words(name.given)] + [(part, "IN") for part in _initials(name.initials)]
    if given:
        official["given"] = [shown(word) for word, _ in given]
        official["_given"] = [{"extension": _given_extensions(word, code)} for word, code in given]
    return [official] if name.call_name is None else [official, _usual(name.call_name)]


def read_names(person: Node) -> PersonName:
    """The name of a person, from its HumanNames."""
    names = {node.plain("use"): node for node in person.children("name")}
    if (
        len(names) != len(person.children("name"))
        or "official" not in names
        or not names.keys() <= {"official", "usual"}
    ):
        raise refusal("entry-count", f"{person.path}.name")
    official = names["official"]
    family = official.optional("_family") or Node({}, official.path)
    own = family.extension_text(OWN_NAME)
    lone = official.extension_text(LONE_PARTNER_PREFIX)
    order = official.extension(ASSEMBLY_ORDER)
    given = _read_given(official)
    name = PersonName(
        family=own if own is not None else official.text("family"),
        prefix=family.extension_text(OWN_PREFIX),
        initials=_joined("", given, "IN"),
        given=_joined(" ", given, "BR"),
        call_name=_joined(" ", _read_given(names["usual"]) if "usual" in names else given, "CL"),
        partner_prefix=lone if lone is not None else family.extension_text(PARTNER_PREFIX),
        partner_family=family.extension_text(PARTNER_NAME),
        use=looked_up(_USES, order.plain("valueCode"), order.path) if order else NameUse.OWN,
    )
    for key, text in (("family", shown(_family(name))), ("text", _rendered(name))):
        if official.value.get(key, text) != text:
            raise refusal("text-contradicts", f"{official.path}.{key}")
    return name


def _family(name: PersonName) -> str:
    """The family name as people write it, by the use the person chose."""
    own = " ".join(part for part in (name.prefix, name.family) if part)
    partner = " ".join(part for part in (name.partner_prefix, name.partner_family) if part)
    orders = {
        NameUse.OWN: (own,),
        NameUse.PARTNER: (partner,),
        NameUse.PARTNER_OWN: (partner, own),
        NameUse.OWN_PARTNER: (own, partner),
    }
    return "-".join(part for part in orders[name.use] if part) or own


def _rendered(name: PersonName) -> str:
    """The whole name in one line, for systems that show no parts."""
    return shown(" ".join(part for part in (name.given or name.initials, _family(name)) if part))


def _words(given: str | None) -> list[str]:
    """Given names one by one, when joining them by single spaces gives the same text again."""
    if given is None:
        return []
    words = given.split(" ")
    return words if all(words) else [given]


def _initials(initials: str | None) -> list[str]:
    """Initials one by one, each with its full stop."""
    if initials is None:
        return []
    parts = [f"{part}." for part in initials.split(".")[:-1]] + [initials.split(".")[-1]]
    parts = [part for part in parts if part]
    return parts if parts and all(shown(part) == part for part in parts) else [initials]


def _given_extensions(word: str, qualifier: str) -> list[Json]:
    extensions = [extension(NAME_QUALIFIER, valueCode=qualifier)] if qualifier else []
    return extensions if shown(word) == word else [*extensions, exact_extension(word)]


def _usual(call_name: str) -> Json:
    made: Json = {"use": "usual", "given": [shown(call_name)]}
    extensions = _given_extensions(call_name, "")
    return made | ({"_given": [{"extension": extensions}]} if extensions else {})


def _read_given(name: Node) -> list[tuple[str, str]]:
    """Given names with their qualifier; without one, as in a usual name, it is a call name."""
    words = name.value.get("given", [])
    beside = name.value.get("_given", [])
    if beside and len(beside) != len(words):
        raise refusal("entry-count", f"{name.path}.given")
    found = []
    for i, word in enumerate(words):
        node = Node(beside[i] if beside else {}, f"{name.path}.given[{i}]")
        qualifier = node.extension(NAME_QUALIFIER)
        text = exact(word, node.value.get("extension", []), node.path)
        code = qualifier.plain("valueCode") if qualifier else "CL"
        if code not in _QUALIFIERS:
            raise refusal("code-unknown", f"{node.path}.extension")
        found.append((text, code))
    return found


def _joined(glue: str, given: list[tuple[str, str]], qualifier: str) -> str | None:
    words = [word for word, code in given if code == qualifier]
    return glue.join(words) if words else None
