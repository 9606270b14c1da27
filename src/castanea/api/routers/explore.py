"""From a number further: the rows behind it, on the screen and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.routers.boards import check_shown
from castanea.api.schemas import body_of
from castanea.contracts.behind import MOST_EXPORTED, MOST_ROWS, BehindColumn, BehindQuestion, RowsBehind
from castanea.contracts.changes import BoardChanges
from castanea.contracts.query import Cell
from castanea.kit.errors import InputError

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["explore"])
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.post("/rows", operation_id="rowsBehind", response_model=RowsBehind, openapi_extra=body_of(BehindQuestion))
@needs(Permission.NUMBERS_ASK)
async def rows_behind(request: Request) -> Response:
    """A page of the rows that a number is made of, newest first, under the reader's rules; personal columns are never among them."""
    services = services_of(request)
    asked = _paged(await decode_body(request, BehindQuestion, services.settings.max_body), MOST_ROWS)
    return Response(await services.link.behind(asked, principal_of(request).rights), media_type="application/json")


@router.get("/boards/{board}/changes", operation_id="boardChanges", response_model=BoardChanges)
@needs(Permission.BOARDS_READ)
async def board_changes(request: Request, board: str) -> Response:
    """The three things of yesterday that were unlike a usual day, under the reader's rules."""
    services, principal = services_of(request), principal_of(request)
    check_shown(principal, board)
    kept = await run_sync(services.boards.get, board)
    told = await services.link.changes(board if kept is None else kept.spec, principal.rights)
    return Response(told, media_type="application/json")


@router.post(
    "/rows/csv", operation_id="rowsBehindAsFile", response_class=Response, openapi_extra=body_of(BehindQuestion)
)
@needs(Permission.NUMBERS_ASK)
async def rows_behind_as_file(request: Request) -> Response:
    """The same rows as CSV (UTF-8 with its mark, for spreadsheets). Cells that a spreadsheet would run as a formula are guarded. The header
    `X-Castanea-Rows` says how many of how many rows the file holds."""
    services = services_of(request)
    asked = _paged(await decode_body(request, BehindQuestion, services.settings.max_body), MOST_EXPORTED)
    told = await services.link.behind(asked, principal_of(request).rights)
    found = msgspec.json.decode(told, type=RowsBehind)
    english = request.headers.get("accept-language", "").lower().startswith("en")
    body = "\ufeff" + as_csv(found, "en" if english else "zh-CN")
    name = f'attachment; filename="castanea-{found.metric}-rows.csv"'
    headers = {"Content-Disposition": name, "X-Castanea-Rows": f"{len(found.rows)}/{found.total}"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _paged(asked: BehindQuestion, most: int) -> BehindQuestion:
    if not 1 <= asked.limit <= most or not 0 <= asked.offset <= 10_000_000:
        raise InputError(
            f"limit {asked.limit} from row {asked.offset} is out of range; ask for 1 to {most} rows at a time",
            code="query.limit",
        )
    return asked


def as_csv(found: RowsBehind, language: str) -> str:
    """The rows under their columns' labels; a member's name stands in a column of its own behind its code."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    cells = list(_columns(found))
    writer.writerow([_label(column, named, language) for column, named in cells])
    for row in found.rows:
        writer.writerow([_guarded(row.get(f"{c.name}_name" if named else c.name), c) for c, named in cells])
    return out.getvalue()


def _columns(found: RowsBehind) -> Iterable[tuple[BehindColumn, bool]]:
    for column in found.columns:
        yield column, False
        if any(f"{column.name}_name" in row for row in found.rows[:1]):
            yield column, True


def _label(column: BehindColumn, named: bool, language: str) -> str:
    name = column.labels.get(language) or column.name
    return (f"{name}名称" if language == "zh-CN" else f"{name} name") if named else name


def _guarded(cell: Cell, column: BehindColumn) -> Cell:
    if column.role in ("value", "quantity", "time") or not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
