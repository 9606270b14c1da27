"""Every error code and what it says to a reader, from the message catalogue."""

from __future__ import annotations

from castanea.kit.messages import catalogue
from reference import GENERATED, row

INTRODUCTION = """# Errors

The `code` of a problem document is stable; its sentence comes in the reader's language. `{name}` stands for a value.
"""


def page() -> str:
    """Return the page of all codes, by their first word."""
    english, chinese = catalogue("en"), catalogue("zh-CN")
    text = GENERATED + INTRODUCTION
    for room in sorted({code.split(".", 1)[0] for code in english} - {"title"}):
        text += f"\n## {room}\n\n" + row("code", "English", "中文") + row("---", "---", "---")
        for code in sorted(code for code in english if code.split(".", 1)[0] == room):
            text += row(f"`{code}`", english[code], chinese.get(code, ""))
    return text
