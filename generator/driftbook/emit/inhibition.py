"""Which alerts hide which, in Alertmanager's words.

Inhibition is made per pair of label sets. Two alerts of one invariant with the same set are covered
by one rule per stage for the whole catalog: its `equal` names every identity label that the catalog
has, and a label that is missing on both sides counts as equal in Alertmanager. An aggregated alert
(breadth) has fewer labels than those it explains, so it gets a rule of its own, whose `equal` names
just the labels that it has, and whose targets are the alerts at the places that it judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from driftbook import conditions, names
from driftbook.conditions.scope import Scope, quoted, scopes
from driftbook.model import STAGES, Catalog, Condition, StageName

Rule = dict[str, Any]
Pair = tuple[Condition, Scope]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An alert that stands for several places, and what it hides there.

    labels: the identity labels that it has. finer: those that alerts of the same stage and
    condition have beyond them. targets: conditions and stages of what it hides.
    """

    condition: Condition
    scope: Scope
    labels: tuple[str, ...]
    finer: tuple[str, ...]
    targets: tuple[tuple[str, StageName], ...]


def rules(catalog: Catalog) -> list[Rule]:
    """Worse stages hide milder ones of the same invariant and the same divergence."""
    external = catalog.prometheus.external_labels
    plans = [scopes(invariant, catalog.prometheus) for invariant in catalog.compiled()]
    every = sorted({label for plan in plans for pair in plan for label in _labels(pair)})
    ours, equal = [names.ROOT_MATCHER], ["invariant", *every, *external]
    made = [_rule(equal, stage, ours, ours) for stage in STAGES[:0:-1]]
    for plan in plans:
        own: list[Rule] = []  # they name their invariant: none is like one of another plan
        for found in _aggregates(plan):
            own += [rule for rule in _explained(found, external) if rule not in own]
        made += own
    return made


def aggregates(catalog: Catalog) -> Iterator[Aggregate]:
    """Every alert that hides more than its own place, by the name of its invariant."""
    for invariant in catalog.compiled():
        yield from _aggregates(scopes(invariant, catalog.prometheus))


def _labels(pair: Pair) -> frozenset[str]:
    """The labels that tell an alert from its siblings."""
    condition, scope = pair
    return frozenset(conditions.of(condition).labels(condition, scope)) | frozenset(scope.match)


def _aggregates(plan: Sequence[Pair]) -> Iterator[Aggregate]:
    for condition, scope in plan:
        own, stage = _labels((condition, scope)), condition.stage
        targets = {
            (target.kind, target.stage)
            for target, at in plan
            if STAGES.index(target.stage) < STAGES.index(stage)
            and own < _labels((target, at))
            and conditions.explains(condition, target)
        }
        if targets:
            like = [
                pair for pair in plan if (pair[0].stage, pair[0].kind) == (stage, condition.kind)
            ]
            finer = frozenset().union(*map(_labels, like)) - own
            order = sorted(targets, key=lambda t: (STAGES.index(t[1]), t[0]))
            yield Aggregate(
                condition, scope, tuple(sorted(own)), tuple(sorted(finer)), tuple(order)
            )


def _explained(found: Aggregate, external: tuple[str, ...]) -> Iterator[Rule]:
    """The rules of an alert that stands for several places, by the labels it has."""
    scope, stage = found.scope, found.condition.stage
    kinds = sorted({kind for kind, _ in found.targets})
    mine = f'invariant="{scope.invariant.name}"'
    fixed = [f"{label}={quoted(value)}" for label, value in scope.match.items()]
    less = [f'{label}=""' for label in found.finer]
    sources = [mine, f'condition="{found.condition.kind}"', *fixed, *less]
    equal = ["invariant", *found.labels, *external]
    for places in _elsewhere(scope.excluded):
        targets = [mine, f'condition=~"{"|".join(kinds)}"', *places]
        yield _rule(equal, stage, sources, targets)


def _elsewhere(matches: Sequence[Mapping[str, str]]) -> Iterator[list[str]]:
    """Sets of matchers that select, each a part and all together, the places outside the matches.

    No single set can say "not both", so the places are told apart by one label after the other.
    """
    if not matches:
        yield []
        return
    label = min(label for match in matches for label in match)
    values = sorted({match[label] for match in matches if label in match})
    anywhere = [match for match in matches if label not in match]
    for rest in _elsewhere(anywhere):
        yield [*(f"{label}!={quoted(value)}" for value in values), *rest]
    for value in values:
        here = [m for m in matches if m.get(label) == value]
        if all(len(match) > 1 for match in here):
            others = [{k: v for k, v in match.items() if k != label} for match in here]
            for rest in _elsewhere([*others, *anywhere]):
                yield [f"{label}={quoted(value)}", *rest]


def _rule(equal: list[str], stage: StageName, source: list[str], target: list[str]) -> Rule:
    milder = "|".join(STAGES[: STAGES.index(stage)])
    return {
        "source_matchers": [f'stage="{stage}"', *source],
        "target_matchers": [f'stage=~"{milder}"', *target],
        "equal": equal,
    }
