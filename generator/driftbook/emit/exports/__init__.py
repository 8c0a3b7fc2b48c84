"""What other tools read: the model and the alerts as JSON, and entities for Backstage.

`catalog.json` and `alerts.json` lie at the root of the site, with their schemas in `schema/`. Keys
are only ever added within a `version`. No receiver's content gets in, only names and kinds.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import orjson

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.exports import alerts, backstage, catalog
from driftbook.emit.exports.alerts import alert_index
from driftbook.model import Catalog

__all__ = ["alert_index", "backstage", "emit"]

SCHEMAS = ("catalog-export", "alerts-export")
"""Names of the published schemas."""


def emit(made_of: Catalog, digests: Mapping[str, str]) -> Iterator[Artifact]:
    """The files below `site/pages`. digests: path of a rule file -> SHA-256 of its bytes."""
    yield _json(names.CATALOG_EXPORT, catalog.exported(made_of, digests))
    yield _json(names.ALERTS_EXPORT, alerts.exported(made_of))
    for name in SCHEMAS:
        text = (files("driftbook") / "schema" / f"{name}.schema.json").read_text("utf-8")
        yield Artifact(f"{names.PAGES}/schema/{name}.schema.json", text)


def _json(path: str, data: Mapping[str, Any]) -> Artifact:
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return Artifact(path, orjson.dumps(data, option=option).decode())
