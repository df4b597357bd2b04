"""Check cases: judge every case of an export by its policy, without changing or sending anything."""

import re
from collections.abc import Iterable, Iterator, Mapping

from gateway.domain.case import fold
from gateway.domain.policy import Policy
from gateway.domain.rules.verdict import Verdict, assess
from gateway.ports.backoffice import CaseImport, ImportProblem

_PRINTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def check_cases(
    imports: Iterable[CaseImport | ImportProblem], policies: Mapping[str, Policy]
) -> Iterator[Verdict | ImportProblem]:
    """Judge cases as of their last event.

    Args:
        imports: What a back office's reader gave.
        policies: By policy id.

    Yields:
        For every case its verdict, in the order of the export; problems pass through, and a case whose policy is
        not known becomes one.
    """
    for item in imports:
        yield item if isinstance(item, ImportProblem) else check_case(item, policies)


def check_case(case: CaseImport, policies: Mapping[str, Policy]) -> Verdict | ImportProblem:
    """Judge one case."""
    policy = policies.get(case.policy_id)
    if policy is None:
        return _unknown_policy(case, policies)
    return assess(fold(case.case_id, case.steps), policy)


def _unknown_policy(case: CaseImport, policies: Mapping[str, Policy]) -> ImportProblem:
    named = f"'{case.policy_id}'" if _PRINTABLE.fullmatch(case.policy_id) else "the record names"
    known = ", ".join(sorted(policies)) or "none"
    return ImportProblem(
        case.line, "policy", f"The policy {named} is not known.", f"Add it to the policies; known are: {known}."
    )
