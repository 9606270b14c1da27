"""The OpenAPI 3.1 document, and the schemas of bodies that are read without pydantic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from castanea import __version__
from castanea.alerts import AlertDeed, RuleEdit
from castanea.api.board_models import ChangedBoard, NewBoard
from castanea.api.decision_models import Approval, AskedDecision, Saying
from castanea.api.kanban_models import BroughtBoard
from castanea.api.models import Problem
from castanea.boards.remarks import NewRemark
from castanea.contracts.alert import AlertRule
from castanea.contracts.analysis import AnalysisWish
from castanea.contracts.behind import BehindQuestion
from castanea.contracts.board import View
from castanea.contracts.buyers import BuyerQuestion
from castanea.contracts.channel import ChannelEdit, ChannelTerms, SilenceTerms
from castanea.contracts.importing import ImportWish
from castanea.contracts.query import Query
from castanea.contracts.sentence import Sentence
from castanea.contracts.watching import NewWatch
from castanea.decisions import DecisionChange, DecisionStep
from castanea.kanban import BoardChange, CardChange, NewCard
from castanea.targets import NewTarget, TargetEdit

# Bodies that are read without pydantic; their schemas come from the contracts all the same.
_BODIES: tuple[type, ...] = (
    View,
    Query,
    Sentence,
    BehindQuestion,
    BuyerQuestion,
    ImportWish,
    NewBoard,
    ChangedBoard,
    NewCard,
    CardChange,
    BoardChange,
    BroughtBoard,
    NewRemark,
    NewTarget,
    TargetEdit,
    AlertRule,
    RuleEdit,
    AlertDeed,
    ChannelTerms,
    ChannelEdit,
    SilenceTerms,
    AskedDecision,
    DecisionChange,
    DecisionStep,
    Approval,
    Saying,
    NewWatch,
    AnalysisWish,
)
_REF = "#/components/schemas/{model}"


def body_of(kind: type) -> dict[str, Any]:
    """`openapi_extra` of a route that reads its own JSON body of a contract's dataclass."""
    schema = {"$ref": _REF.format(model=f"{kind.__name__}-Input")}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of all API routes: operations with their permission, problems as the answer to every error."""
    if app.openapi_schema is None:
        made = get_openapi(title="Castanea", version=__version__, summary=app.summary, routes=app.routes)
        schemas = made["components"]["schemas"]
        for name, schema in _contract_schemas():
            schemas.setdefault(name, schema)
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        made["components"]["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": "castanea_session"},
            "writeKey": {"type": "http", "scheme": "bearer"},
        }
        for operation in _operations(made):
            _add_errors(operation)
        app.openapi_schema = made
    return app.openapi_schema


def _contract_schemas() -> Iterable[tuple[str, dict[str, Any]]]:
    for kind in _BODIES:
        schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}-Input", mode="validation")
        for name, part in schema.pop("$defs", {}).items():
            yield f"{name}-Input", part
        yield f"{kind.__name__}-Input", schema
    schema = TypeAdapter(Problem).json_schema(ref_template=_REF, mode="serialization")
    yield "Problem", schema


def _operations(made: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for path in made["paths"].values():
        yield from path.values()


def _add_errors(operation: dict[str, Any]) -> None:
    permission = operation["x-permission"]
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {"description": "A problem document (RFC 9457).", "content": content}
    if permission == "public":
        operation["security"] = []
    else:
        operation["security"] = [{"writeKey": []}] if permission == "events:write" else [{"session": []}]
