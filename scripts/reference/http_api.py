"""The HTTP API, from its OpenAPI document."""

from __future__ import annotations

import json
from typing import Any

from castanea.api import openapi
from reference import GENERATED, row

INTRODUCTION = """# HTTP API

The whole document, OpenAPI 3.1, is printed by `python -m castanea.api.openapi`; this page is written from it. Every error is a problem
document (RFC 9457) with a stable `code`. Routes for people want the session's cookie, and on unsafe methods the header
`X-Castanea-CSRF`; `POST /api/v1/events` wants a write key.
"""
CALLERS = {"session": "a signed-in person", "writeKey": "a write key"}


def page() -> str:
    """Return the page of all routes and the shapes that they speak of."""
    document: dict[str, Any] = json.loads(openapi.text())
    routes = [(path, method, route) for path, methods in document["paths"].items() for method, route in methods.items()]
    text = GENERATED + INTRODUCTION + "\n" + row("route", "who may call it", "permission") + row("---", "---", "---")
    for path, method, route in routes:
        text += row(
            f"[`{method.upper()} {path}`](#{route['operationId'].lower()})",
            _callers(route),
            f"`{route['x-permission']}`",
        )
    text += "".join(_section(path, method, route) for path, method, route in routes)
    text += "\n## Shapes\n"
    return text + "".join(_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))


def _callers(route: dict[str, Any]) -> str:
    wanted = [CALLERS[name] for choice in route.get("security", []) for name in choice]
    return " or ".join(wanted) or "anybody"


def _section(path: str, method: str, route: dict[str, Any]) -> str:
    text = f"\n## {route['operationId']}\n\n`{method.upper()} {path}`\n\n{route.get('description', '').strip()}\n"
    parameters = route.get("parameters", [])
    if parameters:
        text += "\n" + row("parameter", "in", "type", "what it is") + row("---", "---", "---", "---")
        for one in parameters:
            name = f"`{one['name']}`" + (" (required)" if one.get("required") else "")
            text += row(
                name, one["in"], _type(one["schema"]), one.get("description", one["schema"].get("description", ""))
            )
    if "requestBody" in route:
        bodies = _contents(route["requestBody"]["content"])
        text += f"\nTakes {'; '.join(bodies)}.\n"
    text += "\n"
    for status, answer in route["responses"].items():
        if status != "default":
            text += f"- **{status}**: {', '.join(_contents(answer.get('content', {}))) or 'nothing in the body'}\n"
    return text


def _contents(content: dict[str, Any]) -> list[str]:
    return [f"{_type(body.get('schema', {}))} as `{kind}`" for kind, body in content.items()]


def _shape(name: str, schema: dict[str, Any]) -> str:
    text = f"\n### {name} shape\n\n{schema.get('description', '').strip()}\n"
    if "enum" in schema:
        return text + f"\nOne of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"
    if not schema.get("properties"):
        return text
    text += "\n" + row("field", "type", "what it is") + row("---", "---", "---")
    for field, inner in schema["properties"].items():
        required = " (required)" if field in schema.get("required", []) else ""
        text += row(f"`{field}`{required}", _type(inner), inner.get("description", ""))
    return text


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()}-shape)"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(_type(inner) for inner in schema[key])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
