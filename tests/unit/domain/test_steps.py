"""Every kind of step is known, once, under a code of its own."""

from gateway.domain import steps as s
from gateway.domain.steps import step_classes


def test_every_step_of_the_domain_has_its_own_code():
    named = {
        kind
        for kind in vars(s).values()
        if isinstance(kind, type) and issubclass(kind, s.Step) and kind not in {s.Step, s.ReferralStep}
    }
    found = list(step_classes())
    assert set(found) == named
    assert len({kind.code for kind in found}) == len(found) > 50
