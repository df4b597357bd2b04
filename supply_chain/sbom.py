"""State what an installation consists of, as a CycloneDX 1.6 bill of materials made from the lock.

The lock holds every file's hash and who asks for whom, so the same lock gives the same bytes on every machine.
"""

import tomllib
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from supply_chain.lock import FOLDER, ITSELF, ROOT, Pin, read_lock


def bill_of_materials(lock: Path = FOLDER / "gateway.txt") -> str:
    """Make the bill of materials of what a lock file installs, checked against the schema.

    Raises:
        ValueError: It is not as the schema wants it.
    """
    pins = read_lock(lock)
    bom = Bom()
    bom.serial_number = uuid5(NAMESPACE_URL, lock.read_text(encoding="utf-8"))
    bom.metadata.timestamp = None  # type: ignore[assignment]
    ourselves = _ourselves()
    bom.metadata.component = ourselves
    parts = {pin.name: _component(pin) for pin in pins}
    for part in parts.values():
        bom.components.add(part)
    for name, component in ((ITSELF, ourselves), *parts.items()):
        bom.register_dependency(component, [parts[pin.name] for pin in pins if name in pin.asked_by])
    text = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise ValueError(f"not as the schema wants it: {problem}")
    return text


def _ourselves() -> Component:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    licence = LicenseFactory().make_from_string(project["license"])
    return Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        description=project["description"],
        licenses=[licence],
        bom_ref=project["name"],
    )


def _component(pin: Pin) -> Component:
    page = f"https://pypi.org/project/{pin.name}/{pin.version}/"
    files = [HashType(alg=HashAlgorithm.SHA_256, content=value) for value in pin.hashes]
    return Component(
        type=ComponentType.LIBRARY,
        name=pin.name,
        version=pin.version,
        purl=PackageURL("pypi", None, pin.name, pin.version),
        bom_ref=str(pin),
        external_references=[ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(page), hashes=files)],
    )
