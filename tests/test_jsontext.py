"""The JSON writer, held to Python's own."""

import json

import pytest
from hypothesis import given

from driftbook.emit import jsontext
from test_yamltext import TREES


@given(TREES)
def test_the_bytes_are_those_of_the_standard_library(tree: object) -> None:
    assert jsontext.dump(tree) == json.dumps(tree, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        jsontext.dump({"bound": [number]})
