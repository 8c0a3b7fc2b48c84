"""What promtool says of a case, and how it is shown where the model says otherwise."""

import itertools
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import yaml

from driftbook.prove import engines
from models.case import ROOT, Case, Timeline, drawn, rules
from models.series import selector
from models.world import Place


def differences(case: Case, wanted: Timeline, folder: Path) -> str:
    """Empty where promtool agrees with the model, else both, drawn, for each place that differs."""
    (folder / "drift.rules.yaml").write_text(rules(case, folder))
    (folder / "drift.test.yaml").write_text(yaml.dump(_test(case, wanted), Dumper=yaml.CSafeDumper))
    promtool = engines.require(ROOT).promtool.path
    command = [promtool, "test", "rules", str(folder / "drift.test.yaml")]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode == 0:
        return ""
    heard = _heard(run.stdout + run.stderr, case)
    assert heard, f"promtool failed for another reason:\n{run.stdout}{run.stderr}"
    return _shown(case, wanted, heard)


def _test(case: Case, wanted: Timeline) -> dict[str, Any]:
    labels = sorted({name for place in wanted for name, _ in place})
    query = f'count by ({", ".join(labels)}) (ALERTS{{alertstate="firing",stage="{case.stage}"}})'
    asked = [n for n in range(case.ticks) if all(t[n] is not None for t in wanted.values())]
    return {
        "rule_files": ["drift.rules.yaml"],
        "evaluation_interval": f"{case.tick}s",
        "tests": [
            {
                "interval": f"{case.step}s",
                "input_series": [{"series": s.selector, "values": s.values} for s in case.series],
                "promql_expr_test": [
                    {
                        "expr": query,
                        "eval_time": f"{n * case.tick}s",
                        "exp_samples": [
                            {"labels": selector(dict(place)), "value": 1}
                            for place, timeline in wanted.items()
                            if timeline[n]
                        ],
                    }
                    for n in asked
                ],
            }
        ],
    }


_FAILED = re.compile(r"time: (\S+),\s+exp: .*\n\s+got: (.*)")
_GOT = re.compile(r"\{(.*?)\} (\S+?)(?:,|$)")


def _heard(output: str, case: Case) -> dict[int, dict[Place, float]]:
    """By tick: what promtool says of those ticks at which it differs."""
    found = {}
    for time, got in _FAILED.findall(output):
        seconds = sum(
            float(n) * {"h": 3600, "m": 60, "s": 1}[u]
            for n, u in re.findall(r"([\d.]+)([hms])", time)
        )
        found[round(seconds / case.tick)] = {
            tuple(sorted(re.findall(r'(\w+)="([^"]*)"', labels))): float(value)
            for labels, value in _GOT.findall(got)
        }
    return found


def _shown(case: Case, wanted: Timeline, heard: dict[int, dict[Place, float]]) -> str:
    first = min(heard)
    lines = [f"first at tick {first}, {first * case.tick} s; a tick is {case.tick} s"]
    for place in sorted({*wanted, *itertools.chain.from_iterable(heard.values())}):
        model = wanted.get(place, [False] * case.ticks)
        real = [
            heard[n].get(place, 0.0) == 1 if n in heard else verdict
            for n, verdict in enumerate(model)
        ]
        twice = [n for n in heard if heard[n].get(place, 0.0) > 1]
        if real != model:
            lines += [selector(dict(place)), f"  model    {drawn(model)}"]
            lines += [f"  promtool {drawn(real)}" + (f"  (several at {twice})" if twice else "")]
    return "\n".join(lines) + "\n" + textwrap.indent(case.text(wanted), "    ")
