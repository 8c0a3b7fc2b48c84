"""Which alerts hide which, in Alertmanager's words.

Inhibition is made per pair of label sets. Two alerts of one invariant with the same set are covered
by one rule per stage for the whole catalog: its `equal` names every identity label that the catalog
has, and a label that is missing on both sides counts as equal in Alertmanager. An aggregated alert
(breadth) has fewer labels than those it explains, so it gets a rule of its own, whose `equal` names
just the labels that it has, and whose targets are the alerts at the places that it judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from driftbook import conditions, names
from driftbook.conditions.scope import Scope, quoted, scopes
from driftbook.model import STAGES, Catalog, Condition, StageName

Rule = dict[str, Any]
Pair = tuple[Condition, Scope]


def rules(catalog: Catalog) -> list[Rule]:
    """Worse stages hide milder ones of the same invariant and the same divergence."""
    external = catalog.prometheus.external_labels
    plans = [scopes(invariant, catalog.prometheus) for invariant in catalog.compiled()]
    every = sorted({label for plan in plans for pair in plan for label in _labels(pair)})
    ours, equal = [names.ROOT_MATCHER], ["invariant", *every, *external]
    made = [_rule(equal, stage, ours, ours) for stage in STAGES[:0:-1]]
    for plan in plans:
        for source in plan:
            made += [rule for rule in _aggregated(source, plan, external) if rule not in made]
    return made


def _labels(pair: Pair) -> frozenset[str]:
    """The labels that tell an alert from its siblings."""
    condition, scope = pair
    return frozenset(conditions.of(condition).labels(condition, scope)) | frozenset(scope.match)


def _aggregated(source: Pair, plan: Sequence[Pair], external: tuple[str, ...]) -> Iterator[Rule]:
    """What an alert explains that stands for several places, by the labels it has."""
    condition, scope = source
    own, stage = _labels(source), condition.stage
    kinds = {
        target.kind
        for target, at in plan
        if STAGES.index(target.stage) < STAGES.index(stage)
        and own < _labels((target, at))
        and conditions.explains(condition, target)
    }
    if not kinds:
        return
    siblings = [pair for pair in plan if (pair[0].stage, pair[0].kind) == (stage, condition.kind)]
    more = sorted(frozenset().union(*map(_labels, siblings)) - own)
    mine = f'invariant="{scope.invariant.name}"'
    fixed = [f"{label}={quoted(value)}" for label, value in scope.match.items()]
    sources = [mine, f'condition="{condition.kind}"', *fixed, *(f'{label}=""' for label in more)]
    equal = ["invariant", *sorted(own), *external]
    for places in _elsewhere(scope.excluded):
        targets = [mine, f'condition=~"{"|".join(sorted(kinds))}"', *places]
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
