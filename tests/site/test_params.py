"""`# @param`: the same cases the client's reader is held to."""

import ast
import json
import math
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engineroom_site.cells import params
from typescript import Module

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


@pytest.fixture(scope="module")
def page():
    module = Module("cell/params.ts")
    yield module
    module.close()


def same(a, b) -> bool:
    return type(a) is type(b) and repr(a) == repr(b)


ESCAPES = st.sampled_from(
    [
        "\\n",
        "\\t",
        "\\\\",
        "\\'",
        '\\"',
        "\\x41",
        "\\xe9",
        "\\u00e9",
        "\\u2028",
        "\\U0001f98a",
        "\\ud83e",
        "\\0",
        "\\101",
        "\\N{BULLET}",
        "\\q",
        "\\a",
        "\\",
        "{",
        "}",
        "#",
        "'",
        '"',
        "@param",
    ]
)
INSIDE = st.lists(st.one_of(ESCAPES, st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")), max_size=6).map("".join)
STRINGS = st.tuples(st.sampled_from(["", "", "", "r", "b", "f", "u"]), st.sampled_from(['"', "'", '"""']), INSIDE).map(
    lambda part: part[0] + part[1] + part[2] + part[1]
)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr), st.integers().map(str), st.integers(0, 10**9).map("{:_}".format), st.integers(0, 999).map(hex), st.integers(0, 99).map(oct),
    st.text("0123456789._eE+-jx() ", min_size=1, max_size=8), st.from_regex(r"[-+]?[0-9]{1,3}\.?[0-9]{0,2}(e[-+]?[0-9]{1,3})?", fullmatch=True),
)  # fmt: skip
WRITTEN = st.one_of(
    STRINGS,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6).map(repr),
    NUMBERS,
    st.sampled_from(["True", "False", "None", "(1)", "[]", "1 if 1 else 2", "-True", "''''''"]),
)
NAMES = st.one_of(
    st.sampled_from(
        ["x", "größe", "u\u0308", "_1", "ℨ", "x: int", 'x: "int"', "x: list[int]", " x", "x.y", "x, y", "a = x", "if 1: x", "y = 2; x"]
    ),
    st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nl", "Mn", "Nd"]), min_size=1, max_size=3).filter(str.isidentifier),
)
FORMS = st.one_of(
    st.sampled_from(
        [
            '{type:"string"}',
            '{type:"number"}',
            "{type:'integer'}",
            '{type:"boolean",}',
            '{"type":"slider", min:-10, max:10.0, step:0.5}',
            '{type:"number", min:0x1}',
            "{type:'toString'}",
            "{}",
            "[]",
            "[",
            "{",
            '{type:"string"} # more',
        ]
    ),
    st.lists(WRITTEN, max_size=2).map(", ".join),
)


@settings(max_examples=500, deadline=None)
@given(NAMES, WRITTEN, FORMS, st.sampled_from(["", "", " ", "\u00a0", "\t", ";", "\x0c"]), st.booleans())
@example("text", r'"caf\u00e9"', '{type:"string"}', "", False)
@example("text", 'r"a"', '{type:"string"}', "", False)
@example("n", "0x10", '{type:"integer"}', "", False)
@example("k", "1", "[1, 2.5]", "", False)
@example("x", "-0.0", '{type:"number"}', "", False)
@example("x", "1e22", '{type:"number"}', "", False)
def test_the_page_reads_and_writes_what_python_does(page, name, literal, form, space, listed):
    code = f"{name} = {literal}{space}  # @param {f'[{literal}, {form}]' if listed else form}"
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return  # the cell fails
    try:
        [param] = params.parse(code)
    except params.ParamErrors:
        return
    [found] = page("readParams", code)
    value = ast.literal_eval(literal.strip())
    assert same(param["value"], value) and found["name"] == param["name"] and found["type"] == param["type"]
    assert (found["value"] if isinstance(value, str) else float(found["value"])) == value and isinstance(
        found["value"], str | bool
    ) == isinstance(value, str | bool)  # one kind of number there
    names: dict = {}
    exec(page("writeParam", code, param["name"], found["value"]), names)
    assert same(names[param["name"]], value)
    for option, shown in zip(param.get("options", ()), found.get("options", ())):
        exec(page("writeParam", code, param["name"], shown), names)
        assert same(names[param["name"]], option)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53) + 1, 2**53 - 1), st.booleans()),
    st.sampled_from(['"a"', "'a'", "1", "1.5", "1e3", "True"]),
)
@example('say "it\'s"', '"a"')
@example('it\'s "said"', "'a'")
@example("a\\n", '"a"')
def test_whatever_a_control_gives_is_written_as_python_has_it(page, value, old):
    kind = "string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"
    if (kind == "string") != (old[0] in "\"'") or (kind == "boolean") != (old == "True"):
        return
    names: dict = {}
    exec(page("writeParam", f'x = {old}  # @param {{type:"{kind}"}}', "x", value), names)
    assert names["x"] == value and (kind != "number" or old == "1" or math.copysign(1, names["x"]) == math.copysign(1, value))
