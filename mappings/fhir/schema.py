"""One compiled validator per resource type of a kind: the closed list and the R4 models in one pass.

The closed list says what may be in a bundle; the models of ``fhir.resources`` (R4B) say what is valid of it: which
elements repeat, which are required, which exclude each other, of which type they are. Both are data, so they are
compiled once into pydantic-core schemas over plain dicts. Nothing is built, and nothing that is not listed costs
anything: at run time the models are not used at all.

What is compiled, per element of the tree:
    - an object: exactly the listed members, the required ones among them, at least one, one of each choice;
    - a list: at least one item, at most so many (``mappings.fhir.bounds``), and no nulls;
    - ``extension``: one alternative per listed address, with its value;
    - ``_name`` beside a string: the exact text of it (``mappings.fhir.exact``), wherever the string is listed;
    - Coding: one of ours, display included (R28: no free text where a code belongs);
    - Reference and Attachment: what they point to is noted in the context, for the check that it is in the bundle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args, get_origin

from fhir.resources.R4B import get_fhir_model_class
from fhir_core.constraints import FHIR_PRIMITIVES_MAPS
from fhir_core.fhirabstractmodel import FHIRAbstractModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, SchemaValidator, core_schema
from pydantic_core.core_schema import CoreSchema, ValidationInfo, ValidatorFunctionWrapHandler

from gateway.domain.messages import Kind
from mappings.fhir.bounds import MOST, most_of
from mappings.fhir.closed_list import FRAME, Element, closed_list
from mappings.fhir.exact import Json
from mappings.fhir.primitives import PRIMITIVES
from mappings.terminology.codes import OPEN_SYSTEMS, VOCABULARY
from mappings.terminology.systems import EXACT_TEXT

_Model = type[FHIRAbstractModel]

NOT_LISTED, UNKNOWN_CODING = "not_listed", "unknown_coding"
"""Error types of our own."""
_NEVER_ABSENT = {"resourceType", "fullUrl"}
_CHECKED_BEFORE = "checked-before"
_BESIDE = "beside"
_CODING = {"system", "code", "display"}
_EXACT = Element(members={"url": Element(json_type="string"), "valueBase64Binary": Element(json_type="string")})
_EXACT_EXTENSIONS = {EXACT_TEXT: _EXACT}


@dataclass(frozen=True, slots=True)
class KindSchema:
    """What holds for the bundles of one kind.

    Attributes:
        frame: Validator of the bundle without its resources.
        resources: Validator by resource type; the context is a set that takes the addresses it refers to.
    """

    frame: SchemaValidator
    resources: Mapping[str, SchemaValidator]


@cache
def schema_of(kind: Kind) -> KindSchema:
    """The validators of a kind, compiled at their first use."""
    trees = dict(closed_list(kind))
    frame = trees.pop(FRAME)
    frame.members["entry"].members["resource"] = Element(json_type=_CHECKED_BEFORE)
    return KindSchema(_compiled(FRAME, frame), {name: _compiled(name, tree) for name, tree in trees.items()})


def compile_all() -> None:
    """Compile the validators of every kind; less than half a second, once."""
    for kind in Kind:
        schema_of(kind)


def _compiled(name: str, tree: Element) -> SchemaValidator:
    """Validator of a resource type; what stands beside nearly every string is compiled once, and referred to."""
    shared = [
        _named(EXACT_TEXT, _object(_extension_model(), _EXACT)),
        _named(_BESIDE, _only(_EXACT_EXTENSIONS)),
    ]
    return SchemaValidator(core_schema.definitions_schema(_object(get_fhir_model_class(name), tree), shared))


def _named(name: str, made: CoreSchema) -> CoreSchema:
    return cast("CoreSchema", {**made, "ref": name})


def _extension_model() -> _Model:
    return get_fhir_model_class("Extension")


def _object(model: _Model, tree: Element) -> CoreSchema:
    """An object of a model, with the listed members only."""
    infos = {info.alias or name: info for name, info in model.model_fields.items()}
    needed = _required(model, infos, tree)
    fields = {
        name: core_schema.typed_dict_field(_member(name, infos, element), required=name in needed)
        for name, element in (tree.members | _exact_members(infos, tree)).items()
    }
    made: CoreSchema = core_schema.typed_dict_schema(fields, strict=True, extra_behavior="forbid")
    for names, is_needed in _choices(model, infos, tree):
        made = core_schema.no_info_after_validator_function(_one_of(names, is_needed=is_needed), made)
    hook = _HOOKS.get(model.get_resource_type(), _keep if needed else _full)
    return hook(made, tree)


def _member(name: str, infos: Mapping[str, FieldInfo], element: Element) -> CoreSchema:
    """One member, repeated when the model says so."""
    if element.json_type == _CHECKED_BEFORE or name == "resourceType":
        return core_schema.any_schema()
    if name == "extension":
        return _extensions(element.extensions)
    if name.startswith("_"):
        made = _beside(element)
    else:
        is_list, type_ = _type_of(infos[name])
        if is_list != element.is_list:
            raise TypeError(f"'{name}' repeats in the closed list or in the model, but not in both")
        made = PRIMITIVES[type_] if isinstance(type_, str) else _object(type_, element)
    return _repeated(made, most_of(name)) if element.is_list else made


def _exact_members(infos: Mapping[str, FieldInfo], tree: Element) -> dict[str, Element]:
    """``_name`` beside every listed string that the model lets have extensions."""
    strings = {name: element for name, element in tree.members.items() if element.json_type == "string"}
    beside = {f"_{name}": Element(is_list=element.is_list) for name, element in strings.items()}
    return {name: element for name, element in beside.items() if name in infos and name not in tree.members}


def _beside(element: Element) -> CoreSchema:
    """The extensions of a primitive: the listed ones, and its exact text."""
    if not element.members:
        return core_schema.definition_reference_schema(_BESIDE)
    return _only(element.members["extension"].extensions | _EXACT_EXTENSIONS)


def _only(extensions: Mapping[str, Element]) -> CoreSchema:
    """An object that holds extensions and nothing else."""
    field = core_schema.typed_dict_field(_extensions(extensions), required=True)
    return core_schema.typed_dict_schema({"extension": field}, strict=True, extra_behavior="forbid")


def _extensions(listed: Mapping[str, Element]) -> CoreSchema:
    """Extensions by address; where one has a text, its exact text may follow."""
    if any("valueString" in element.members for element in listed.values()):
        listed = {**listed, **_EXACT_EXTENSIONS}
    choices: dict[Any, CoreSchema] = {
        url: core_schema.definition_reference_schema(url) if url == EXACT_TEXT else _object(_extension_model(), element)
        for url, element in listed.items()
    }
    return _repeated(core_schema.tagged_union_schema(choices, "url", strict=True))


def _repeated(made: CoreSchema, most: int | None = MOST) -> CoreSchema:
    return core_schema.list_schema(made, min_length=1, max_length=most, strict=True, fail_fast=True)


def _type_of(info: FieldInfo) -> tuple[bool, str | _Model]:
    """Whether a field repeats, and its FHIR primitive's name or its model."""
    annotation: Any = info.annotation
    is_list = False
    while annotation not in FHIR_PRIMITIVES_MAPS and get_origin(annotation) is not None:
        is_list = is_list or get_origin(annotation) is list
        annotation = get_args(annotation)[0]
    if annotation in FHIR_PRIMITIVES_MAPS:
        return is_list, FHIR_PRIMITIVES_MAPS[annotation]
    return is_list, annotation.get_model_klass()


def _required(model: _Model, infos: Mapping[str, FieldInfo], tree: Element) -> set[str]:
    """Names that must be there: the model's own, its primitives', and the only listed one of a required choice.

    Also what the models leave open: the type of a resource, the address of an entry, the value of an extension
    (ext-1: without it an extension says nothing).
    """
    names = {name for name, info in infos.items() if info.is_required()}
    names |= {name for name, _ in model.model_construct().get_required_fields()}
    names |= tree.members.keys() & _NEVER_ABSENT
    for choice, is_needed in _choice_names(model, infos):
        found = tree.members.keys() & choice
        names |= found if is_needed and len(found) == 1 else set()
    if missing := names - tree.members.keys():
        raise TypeError(f"{model.__name__} needs {sorted(missing)}, which the closed list does not have")
    return names


def _choice_names(model: _Model, infos: Mapping[str, FieldInfo]) -> list[tuple[frozenset[str], bool]]:
    """The names of each ``value[x]``, and whether one of them must be there."""
    made = model.model_construct()
    return [
        (frozenset(names), model.__name__ == "Extension" or bool(_extra(infos[names[0]])["one_of_many_required"]))
        for names in made.get_one_of_many_fields().values()
    ]


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _choices(model: _Model, infos: Mapping[str, FieldInfo], tree: Element) -> list[tuple[frozenset[str], bool]]:
    """Choices of which more than one name is listed."""
    every = ((names & tree.members.keys(), is_needed) for names, is_needed in _choice_names(model, infos))
    return [(names, is_needed) for names, is_needed in every if len(names) > 1]


def _one_of(names: frozenset[str], *, is_needed: bool) -> Callable[[Json], Json]:
    counts = {1} if is_needed else {0, 1}

    def check(value: Json) -> Json:
        if len(names & value.keys()) not in counts:
            raise PydanticCustomError("one_of_many", "one value of a choice")
        return value

    return check


def _keep(made: CoreSchema, _: Element) -> CoreSchema:
    return made


def _full(made: CoreSchema, _: Element) -> CoreSchema:
    """Refuse the empty object, where nothing that is required does."""

    def check(value: Json) -> Json:
        if not value:
            raise PydanticCustomError(NOT_LISTED, "an empty object")
        return value

    return core_schema.no_info_after_validator_function(check, made)


def _is_of_open_system(system: str | None, code: str | None, display: str | None) -> bool:
    looks = OPEN_SYSTEMS.get(system or "")
    return looks is not None and display is None and looks.fullmatch(code or "") is not None


def _coding(made: CoreSchema, tree: Element) -> CoreSchema:
    """Every coding is one of ours, display included; the codes of an open system come without a display.

    Most are recognised whole, and cost a look into a table; any other is taken apart first.
    """
    known: set[tuple[str, str, str | None]] = set()
    for system, codes in VOCABULARY.items():
        known.update(*(((system, code, None), (system, code, display)) for code, display in codes.items()))
    whole = {coding for coding in known if coding[2] is not None} if tree.members.keys() == _CODING else set()

    def check(value: Json) -> Json:
        coding = (value.get("system"), value.get("code"), value.get("display"))
        if coding not in known and not _is_of_open_system(*coding):
            raise PydanticCustomError(UNKNOWN_CODING, "not a coding of ours")
        return value

    def recognise(value: Any, take_apart: ValidatorFunctionWrapHandler) -> Any:
        try:
            if (value["system"], value["code"], value["display"]) in whole and len(value) == len(_CODING):
                return value
        except (KeyError, TypeError):
            pass
        return take_apart(value)

    checked = core_schema.no_info_after_validator_function(check, made)
    return core_schema.no_info_wrap_validator_function(recognise, checked)


def _pointer(name: str) -> Callable[[CoreSchema, Element], CoreSchema]:
    """Note where an object points to, when it points into the bundle."""

    def hook(made: CoreSchema, _: Element) -> CoreSchema:
        def note(value: Json, info: ValidationInfo) -> Json:
            if not value:
                raise PydanticCustomError(NOT_LISTED, "an empty object")
            if name in value and info.context is not None:
                info.context.add(value[name])
            return value

        return core_schema.with_info_after_validator_function(note, made)

    return hook


_HOOKS: Mapping[str, Callable[[CoreSchema, Element], CoreSchema]] = {
    "Coding": _coding,
    "Reference": _pointer("reference"),
    "Attachment": _pointer("url"),
}
