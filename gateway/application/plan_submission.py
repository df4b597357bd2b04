"""Plan what a record from the back office would do to a case: pure, so that checking and submitting agree."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.application.perform_act import refused
from gateway.application.refer_case import may_reach
from gateway.domain import steps as s
from gateway.domain.case import Case, Triage, apply, fold
from gateway.domain.identity import NOT_THE_PERSON
from gateway.domain.people import Organisation
from gateway.domain.policy import Policy
from gateway.domain.protocol import OPINION_STATES, BusinessStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.restatement import Doubt, Restatement, keys_of, restate
from gateway.domain.rules import recipient as choice
from gateway.domain.rules.decisions import counted, may_record
from gateway.domain.rules.reassessment import advice_in_time
from gateway.domain.rules.referral import may_refer, may_start_referral, recorded_breaches
from gateway.domain.rules.refusal import PERMIT, Refusal, Ruling, decide, refuse
from gateway.domain.rules.rights import not_restricted
from gateway.domain.rules.statement import Defect, Statement, directory_for, judge
from gateway.domain.unexplained import NOT_EXPLAINED, is_unexplained
from gateway.ports.store import Partner


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a record is judged by, besides what is on record of its case.

    Attributes:
        organisation: The arbodienst.
        policy: Its choices.
        now: The moment of submission.
        partners: Who was onboarded; None where that is not known, and no route is asked for.
        by: Who submits.
        unsent: Referrals whose message waits here, and that nobody tried to deliver so far.
    """

    organisation: Organisation
    policy: Policy
    now: datetime
    by: s.Actor
    partners: Sequence[Partner] | None = None
    unsent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """What submitting the record does.

    Attributes:
        before: The case as it is.
        after: The case with what the record adds.
        steps: To be appended.
        refusals: Why no referral goes out; empty when one may.
        defects: Decisions of the record that break a rule.
        doubts: Why the record, or a part of it, is not taken at its word.
        left_out: Keys of what an earlier record named and this one does not.
        breaches: What went out and should not have, as far as the record now shows.
        unsent: What would have been one, but has not left.
    """

    before: Case
    after: Case
    steps: tuple[s.Step, ...]
    refusals: tuple[Refusal, ...]
    defects: tuple[Defect, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    left_out: tuple[str, ...] = ()
    breaches: tuple[Refusal, ...] = ()
    unsent: tuple[Refusal, ...] = ()

    @property
    def added(self) -> int:
        """How many steps of the record are new."""
        return sum(not isinstance(step, s.CaseStated) for step in self.steps)

    @property
    def is_refused(self) -> bool:
        """Whether nothing of the record counts."""
        return any(doubt.code in NOT_THE_PERSON for doubt in self.doubts)


def plan_submission(
    around: Surroundings, case_id: str, known: Sequence[s.Step], said: Sequence[s.Step], doubts: Iterable[Doubt] = ()
) -> Plan:
    """Judge a record, merge it into what is on record, and judge the outcome.

    Args:
        around: By what it is judged.
        case_id: The case.
        known: Its steps on record.
        said: Steps of the record; those of referrals are left out: such facts come by message, or did not happen here.
        doubts: What the reader did not understand.

    Raises:
        RefusedError: ``case-of-another-organisation``, or ``dated-in-future`` for a request that is no case yet.
    """
    before = fold(case_id, known)
    statement = _judged(around, before, said, doubts)
    if statement.is_ahead and not known:
        raise refused(refuse("dated-in-future"))
    own = [step for step in statement.steps if not isinstance(step, s.ReferralStep)]
    restated = restate(known, own, around.now, around.by, keys_of(said))
    kept, defects, more = _against_record(around.policy, before, restated) if known else (restated.steps, (), ())
    elsewhere = (*_ended_elsewhere(before, statement), *_held_elsewhere(before, said))
    others = (*_unfounded(known, before, statement), *_superseded(before, statement), *elsewhere)
    found = tuple(dict.fromkeys((*statement.doubts, *restated.doubts, *more, *others)))
    is_lost = not {doubt.code for doubt in found}.issuperset(before.doubts)
    if is_lost and is_unexplained(known, own, around.now, around.by):
        found = (*found, Doubt(NOT_EXPLAINED))
    stated = s.CaseStated(
        at=around.now,
        by=around.by,
        named=restated.named,
        missing=restated.missing,
        doubts=tuple(dict.fromkeys(doubt.code for doubt in found)),
    )
    broken = (*statement.defects, *defects)
    word = tuple(_unless_stated(before, stated))
    added = (*kept, *_refused_acts(broken, known))
    steps = (*word, *added) if known else (*added, *word)  # a doubt is older than what came with it
    after = apply(before, steps)
    _belongs_here(around, after)
    known_breaches = recorded_breaches(before, around.policy)
    every = tuple(b for b in recorded_breaches(after, around.policy) if b not in known_breaches)
    left = recorded_breaches(_as_it_left(after, around.unsent), around.policy)
    breaches = tuple(breach for breach in every if breach in left)
    unsent = (refuse("referral-not-left"),) if len(breaches) < len(every) else ()
    return Plan(before, after, steps, _in_the_way(around, after), broken, found, restated.missing, breaches, unsent)


def _as_it_left(case: Case, unsent: Collection[str]) -> Case:
    return replace(case, referrals=tuple(r for r in case.referrals if r.referral_id not in unsent))


def _judged(around: Surroundings, before: Case, said: Sequence[s.Step], doubts: Iterable[Doubt]) -> Statement:
    directory = directory_for(said, around.organisation, known_as(around.partners or ()), before)
    return judge(said, around.policy, directory, around.now, doubts)


def known_as(partners: Iterable[Partner]) -> list[tuple[str, str, tuple[str, ...]]]:
    """List by which id, name and recipients a record may name partners."""
    return [(partner.party.party_id, partner.party.name, partner.recipients) for partner in partners]


OVER = frozenset({"opinion-already-held", "ended-elsewhere", "running-elsewhere"})
"""Doubts of a record that is understood and tells of a referral that did not go from here."""

_LOST = frozenset({BusinessStatus.WITHDRAWN, BusinessStatus.SO_DECLINED, BusinessStatus.STOPPED})


def _ended_elsewhere(before: Case, statement: Statement) -> Iterator[Doubt]:
    """R27, R37: a referral of the record, which did not go from here, ended at whom the next one would go to, or runs.

    No two referrals are active at once.
    """
    if before.referrals:
        return
    referrals = fold("", statement.steps).referrals
    if any(r.is_open for r in referrals) and not any(map(_completes, statement.steps)):
        yield Doubt("running-elsewhere", s.ReferralRequested.code)
    own = fold("", [step for step in statement.steps if not isinstance(step, s.ReferralStep)])
    target = choice.intended_recipient(own)
    if any(r.state in _LOST and r.recipient == target for r in referrals):
        yield Doubt("ended-elsewhere", s.ReferralWithdrawn.code)


def _completes(step: s.Step) -> bool:
    """Whether a step tells that the opinion is over; the employer's word does not (R41)."""
    return isinstance(step, _ENDS) or (isinstance(step, s.CompletionReported) and step.is_confirmed)


_ENDS = (s.ReportReleased, s.ReportWithheld, s.AdviceWeighed)
_FOLLOWS = (s.DraftDiscussed, s.CompletionReported, s.GuidanceDecided, s.FollowUpPlanned, s.EmployerInvoiced)
"""What follows on an opinion that began somewhere, when no referral of the record leads to it."""
_ASKS = (s.ReferralRequested, s.AvailabilityAsked, s.AvailabilityAnswered)
_SECOND = frozenset({"second-physician", "second-opinion-bedrijfsarts"})


def _held_elsewhere(before: Case, said: Sequence[s.Step]) -> Iterator[Doubt]:
    """R37: a record tells, in whatever part of it, of an opinion that no referral from here led to.

    An opinion that took place is not had again. What tells of a referral that the record does not name keeps another
    one from going out beside it. What this gateway carries itself is told by its own messages.
    """
    if any(r.is_open or r.state in OPINION_STATES for r in _carried(before)):
        return
    named = {step.referral_id for step in said if isinstance(step, s.ReferralRequested)}
    is_unnamed = not named and not before.referrals
    over = [step for step in said if _completes(step) or (is_unnamed and isinstance(step, _FOLLOWS))]
    if over:
        yield Doubt("opinion-already-held", over[0].code)
    elif any(_belongs_elsewhere(step, named) for step in said):
        yield Doubt("running-elsewhere", s.ReferralRequested.code)


def _belongs_elsewhere(step: s.Step, named: AbstractSet[str]) -> bool:
    """Whether a step tells of a referral that the record does not name."""
    if isinstance(step, s.QuestionSettled):
        return not named and step.settled_with in _SECOND
    return isinstance(step, s.ReferralStep) and not isinstance(step, _ASKS) and step.referral_id not in named


def _unfounded(known: Sequence[s.Step], before: Case, statement: Statement) -> Iterator[Doubt]:
    """R10: the record says that somebody else accepted what the case stands on.

    An acceptance that was recorded here after the record had said so is the answer to it.
    """
    if before.triage is not Triage.ACCEPTED or any(isinstance(step, s.RequestAccepted) for step in statement.steps):
        return
    for defect in statement.defects:
        if isinstance(defect.step, s.RequestAccepted):
            said = _refused_act(defect)
            after = known[known.index(said) :] if said in known else ()
            if not any(isinstance(step, s.RequestAccepted) for step in after):
                yield Doubt(defect.refusals[0].code, defect.step.code)


def _superseded(before: Case, statement: Statement) -> Iterator[Doubt]:
    """R12, R13: a new advice that came too late for a referral of the record, which is over, is the one that stands."""
    told = fold("", statement.steps)
    newest = max((case.advice.given_at for case in (before, told) if case.advice is not None), default=None)
    for defect in statement.defects:
        is_left_out = isinstance(defect.step, s.AdviceRenewed) and not defect.counts
        is_newer = newest is not None and defect.step.at > newest
        if is_left_out and is_newer and all(advice_in_time(case) is PERMIT for case in (before, told)):
            yield Doubt("advice-superseded", defect.step.code)


def _against_record(
    policy: Policy, before: Case, restated: Restatement
) -> tuple[list[s.Step], list[Defect], list[Doubt]]:
    """Ask of every new decision what the live command would ask, on the case as it is here."""
    case, kept = before, list[s.Step]()
    defects, doubts = list[Defect](), list[Doubt]()
    for step in restated.steps:
        refusals = _objections(policy, case, step)
        counting: s.Step | None = step
        if refusals:
            counting = None if _is_overtaken(case, step) else counted(case, step)
            defects.append(Defect(step, refusals, counting is not None))
            doubts += [Doubt(refusal.code, step.code) for refusal in refusals if refusal.code == "decision-contradicts"]
        if counting is not None:
            kept.append(counting)
            case = apply(case, (counting,))
    return kept, defects, doubts


_REFUSING = (s.RequestDeclined, s.RequestRedirected, s.RequestFoundInadmissible)
_COURSE = (s.CompletionReported, s.FollowUpPlanned, s.AdviceWeighed, s.GuidanceDecided)


def _objections(policy: Policy, case: Case, step: s.Step) -> tuple[Refusal, ...]:
    if _is_overtaken(case, step):
        return (refuse("decision-contradicts" if isinstance(step, _REFUSING) else "course-contradicts"),)
    if isinstance(step, _COURSE) and not _carried(case):
        return ()  # The record tells of its own referral, by which it was judged.
    return may_record(policy, case, step).refusals


def _is_overtaken(case: Case, step: s.Step) -> bool:
    """Whether a referral that this gateway carries says otherwise: its messages count, not a record of its course."""
    carried = _carried(case)
    if not carried or not isinstance(step, (*_REFUSING, *_COURSE)):
        return False
    return isinstance(step, _REFUSING) or step.at < _ended_at(carried[-1])


def _carried(case: Case) -> list[ReferralState]:
    """Referrals that went from here, besides those that were withdrawn."""
    return [r for r in case.referrals if r.referral is not None and r.state is not BusinessStatus.WITHDRAWN]


def _ended_at(referral: ReferralState) -> datetime:
    """When the opinion had come; an open referral has not ended yet."""
    latest = datetime.max.replace(tzinfo=referral.requested_at.tzinfo)
    return latest if referral.is_open else referral.reported_at or referral.requested_at


def _refused_acts(defects: Iterable[Defect], known: Sequence[s.Step]) -> Iterator[s.Step]:
    """Write down, once, what was said to be decided and does not count (R49)."""
    for defect in defects:
        step = _refused_act(defect)
        if not defect.counts and step not in known:
            yield step


def _refused_act(defect: Defect) -> s.ActionRefused:
    first, said = defect.refusals[0], defect.step
    return s.ActionRefused(at=said.at, by=said.by, action=said.code, reason=first.code, because_of=first.rules)


def _unless_stated(before: Case, stated: s.CaseStated) -> Iterator[s.Step]:
    if (before.stated, before.missing, before.doubts) != (stated.named, stated.missing, stated.doubts):
        yield stated


def _belongs_here(around: Surroundings, case: Case) -> None:
    if case.dossier is not None and case.dossier.organisation != around.organisation.organisation_id:
        raise refused(refuse("case-of-another-organisation"))


def _in_the_way(around: Surroundings, case: Case) -> tuple[Refusal, ...]:
    decision = may_refer(case, around.policy, around.now)
    another = may_start_referral(case, around.now)
    rulings = decide(not_restricted(case), _route(around, case))
    return tuple(dict.fromkeys((*decision.refusals, *another.refusals, *rulings.refusals)))


def _route(around: Surroundings, case: Case) -> Ruling:
    """R8, R25: one partner serves whom the employee chose, and may hear of them."""
    target = choice.intended_recipient(case)
    if around.partners is None or target is None:
        return PERMIT
    return may_reach(case, around.partners, target, around.now)
