from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import castanea
from castanea.kit.errors import NotFound
from castanea.kit.messages import LOCALES, catalogue, negotiate, placeholders, say, say_error

SOURCE = Path(castanea.__file__).parent


def test_both_locales_have_the_same_codes_with_the_same_values() -> None:
    zh, en = (catalogue(locale) for locale in LOCALES)
    assert set(zh) == set(en)
    own = {code for code in en if en[code] == "{message}"}
    assert [code for code in en if code not in own and placeholders(zh[code]) != placeholders(en[code])] == []
    assert [code for code in en if "message" in placeholders(zh[code])] == []


def test_chinese_sentences_are_chinese_and_english_ones_have_no_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [code for code, text in catalogue("zh-CN").items() if not chinese.search(text)] == []
    assert [code for code, text in catalogue("en").items() if chinese.search(text)] == []


def codes_in_source() -> dict[str, str]:
    """Codes of errors as they stand in the source: class attributes named `code`, and `code="…"` in calls of errors."""
    found: dict[str, str] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for value in _codes(node):
                if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", value):
                    found[value] = f"{path.relative_to(SOURCE)}"
    return found


def _codes(node: ast.AST) -> list[str]:
    values: list[ast.expr] = []
    if isinstance(node, ast.ClassDef):
        lines = [line for line in node.body if isinstance(line, ast.Assign)]
        values = [line.value for line in lines if any(isinstance(t, ast.Name) and t.id == "code" for t in line.targets)]
    elif isinstance(node, ast.Call):
        values = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
    return [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]


def test_every_code_that_is_raised_has_a_sentence() -> None:
    known = catalogue("en")
    missing = {code: where for code, where in codes_in_source().items() if code not in known}
    assert missing == {}


def test_an_error_speaks_chinese_from_the_catalogue_and_english_itself() -> None:
    error = NotFound(
        "there is no board 'slaes', did you mean sales?",
        code="board.not_found",
        values={"board": "slaes", "boards": "sales"},
    )
    assert say_error(error, "en") == "there is no board 'slaes', did you mean sales?"
    assert say_error(error, "zh-CN") == "没有看板“slaes”。现有看板：sales。"


def test_values_are_filled_in_and_a_missing_one_stays_readable() -> None:
    assert (
        say("request.method", "en", {"method": "PUT", "allowed": "GET"}) == "PUT is not possible here. Possible: GET."
    )
    assert "{allowed}" in say("request.method", "en", {"method": "PUT"})


def test_values_cannot_reach_into_objects() -> None:
    assert say("nothing.such", "en", {}, otherwise="{name.__class__}") == "{name.__class__}"
    assert "class" not in say("write_key.name_taken", "en", {"name": "{name.__class__}"}).replace("__class__", "")


@pytest.mark.parametrize(
    ("setting", "header", "locale"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "zh-Hant-TW", "zh-CN"),
        ("", "fr, de;q=0.9, en;q=0.1, zh;q=0.5", "zh-CN"),
        ("", "zh;q=0, en;q=0.1", "en"),
        ("en", "zh-CN", "en"),
        ("zh-CN", "en", "zh-CN"),
        ("", ";;;q=x,,", "en"),
    ],
)
def test_the_readers_setting_wins_over_the_browsers(setting: str, header: str, locale: str) -> None:
    assert negotiate(setting, header) == locale
