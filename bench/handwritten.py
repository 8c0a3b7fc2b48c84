"""The alerts of a compiled rule file as people write them: no recorded series, the expression of
the signal repeated wherever it is looked at.

Made mechanically, so that what is compared raises the same alerts: a recorded series becomes the
expression that records it, in parentheses; a window over one becomes a subquery at the evaluation
interval; matchers on labels of a place move into the selectors of the expression, which is where
people write them and where they cost least.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

Rule = Mapping[str, Any]

_RECORDED = re.compile(r"(?P<name>drift:[a-z_:]+)\{(?P<matchers>[^{}]*)\}(?:\[(?P<window>\w+)\])?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)("(?:[^"\\]|\\.)*")')
_SELECTOR_END = re.compile(r"(?<=[\w\"])\}")


def by_hand(text: str) -> str:
    """The rule file with the same alerts and nothing recorded. Raises ValueError."""
    body = yaml.load(text, Loader=yaml.CSafeLoader)
    for group in body["groups"]:
        recorded = [rule for rule in group["rules"] if "record" in rule]
        group["rules"] = [
            {**rule, "expr": written_out(rule["expr"], recorded, group["interval"])}
            for rule in group["rules"]
            if "alert" in rule
        ]
    return yaml.dump(body, Dumper=yaml.CSafeDumper, sort_keys=False, width=10**6)


def written_out(expr: str, recorded: Sequence[Rule], interval: str) -> str:
    """An expression without recorded series, which are made by the rules given."""

    def replaced(found: re.Match[str]) -> str:
        matchers = _MATCHER.findall(found["matchers"])
        rule = _maker(found["name"], matchers, recorded)
        rest = [f"{n}{op}{value}" for n, op, value in matchers if n not in rule["labels"]]
        inner = _narrowed(written_out(rule["expr"].strip(), recorded, interval), rest)
        return f"({inner})" + (f"[{found['window']}:{interval}]" if found["window"] else "")

    made = _RECORDED.sub(replaced, expr)
    if "drift:" in made:
        raise ValueError(f"a recorded series is left in: {made}")
    return made


def _maker(name: str, matchers: Sequence[tuple[str, str, str]], recorded: Sequence[Rule]) -> Rule:
    """The one rule that records what a selector asks for."""
    stated = {label: value for label, op, value in matchers if op == "="}
    found = [
        rule
        for rule in recorded
        if rule["record"] == name
        and all(stated.get(k) == f'"{v}"' for k, v in rule["labels"].items())
    ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} rules record {name}{dict(stated)}")
    return found[0]


def _narrowed(expr: str, matchers: Sequence[str]) -> str:
    """The expression with matchers in each of its selectors, which all have braces."""
    if not matchers:
        return expr
    made, count = _SELECTOR_END.subn("," + ",".join(matchers) + "}", expr)
    if not count:
        raise ValueError(f"no selector to put {matchers} into: {expr}")
    return made
