"""Pictures within pages: SVG as HTML on one line, which every builder hands on as it is.

The page's style sheet colours them, so that they follow its switch for the dark scheme and its
print; see `svg.frame`. The search leaves them out: what they say stands beside them as text.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from driftbook import svg
from driftbook.alerts import Alert
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.markdown import attribute
from driftbook.emit.pages.related import Ref, Relations
from driftbook.model import Catalog, Invariant, Scenario
from driftbook.timeline import Timeline

LADDER = (
    "Upwards: how bad the signal is. To the right: how long it lasts. Neither is to scale. "
    "Hatched: the alert waits; filled: it fires."
)
_LADDER_DOWN = LADDER.replace("Upwards", "Downwards")
STRIPS = "Hatched: the alert waits; filled: it fires. Evaluated by promtool with these rules."
NO_ENGINE = (
    "There is no picture, because driftbook found no promtool. `driftbook engines` fetches it, "
    "and `driftbook build` draws the picture."
)


def figure(picture: svg.Picture, caption: str = "") -> Markup:
    """A block of HTML. caption: plain text."""
    below = f"<figcaption>{attribute(caption)}</figcaption>" if caption else ""
    start = '<figure class="db-picture" data-search-exclude="">'
    return Markup(f"{start}{picture.within()}{below}</figure>")


def ladder(invariant: Invariant, plan: Sequence[Alert]) -> Markup | str:
    """When which stage fires, as a picture; "" where there is nothing to draw."""
    picture = svg.ladder(invariant, plan)
    up = invariant.signal.worse == "above"
    return figure(picture, LADDER if up else _LADDER_DOWN) if picture else ""


def of_invariant(
    catalog: Catalog, invariant: Invariant, relations: Relations, evidence: Evidence, ref: Ref
) -> dict[str, Any]:
    """Its scenarios for a template: links with verdicts, and all in small."""
    named = [catalog.scenarios[name] for name in relations.by_scenario[invariant.name]]
    drawn = [
        found
        for scenario in named
        if isinstance(found := evidence.pictures.get((scenario.name, invariant.name)), Timeline)
    ]
    title = f"Scenarios of {invariant.title}"
    return {
        "rows": [
            {
                "link": ref(scenario.title, f"scenarios/{scenario.name}"),
                "says": _outcome(scenario, invariant, evidence),
            }
            for scenario in named
        ],
        "strips": figure(svg.strips(title, drawn), STRIPS) if drawn else "",
        "lacking": "" if evidence.pictures or not named else Markup(NO_ENGINE),
    }


def _outcome(scenario: Scenario, invariant: Invariant, evidence: Evidence) -> str:
    """`as expected; early from 1h5m`, or what is wrong."""
    found = evidence.pictures.get((scenario.name, invariant.name), "not evaluated")
    if isinstance(found, str):
        return found
    came = all(came for _, _, came in found.expected)
    return f"{'as expected' if came else 'NOT as expected'}: {svg.reached(found)}"
