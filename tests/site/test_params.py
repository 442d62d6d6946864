"""`# @param`: the same cases the client's reader is held to."""

import json
from pathlib import Path

import pytest

from engineroom_site.cells import params

CASES = json.loads((Path(__file__).parent / "params_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_params(case):
    if "error_line" in case:
        with pytest.raises(params.ParamErrors) as caught:
            params.parse(case["code"])
        assert [line for line, _ in caught.value.errors] == [case["error_line"]]
    else:
        found = params.parse(case["code"])
        assert found == case["params"]
        assert json.dumps(found) == json.dumps(case["params"])  # 1, 1.0 and True are equal in Python
