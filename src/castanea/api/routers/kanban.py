"""Kanban boards: cards that are moved, edited and talked about while others look. Each change is told to all who look, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.kanban_models import (
    Brought,
    BroughtBoard,
    KanbanPerson,
    KanbanTemplate,
    NewComment,
    NewKanban,
    OpenedKanban,
)
from castanea.api.problems import locale_of
from castanea.api.schemas import body_of
from castanea.api.streaming.response import StreamResponse
from castanea.api.streaming.wire import event
from castanea.kanban import (
    TEMPLATES,
    Board,
    BoardChange,
    BoardLine,
    CardChange,
    CardStory,
    Change,
    NewCard,
    Told,
    read_board,
    to_csv,
    to_trello,
)
from castanea.kit.errors import Busy, Conflict, NotFound, Unavailable

MOST = 2**53  # of a number in an address: what JSON can say exactly
router = APIRouter(prefix="/api/v1/kanban", route_class=GuardedRoute, tags=["kanban"])
Body = TypeVar("Body")
_turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()


def share_name(board: str) -> str:
    """The name of a kanban board among the shares of boards, and of its topic on the stream."""
    return f"kanban-{board}"


@router.get("", operation_id="kanbanBoards")
@needs(Permission.BOARDS_READ)
async def boards(request: Request) -> list[BoardLine]:
    """All kanban boards that the reader may see, archived ones too."""
    principal = principal_of(request)
    kept = await run_sync(services_of(request).kanban.all)
    return [board for board in kept if principal.sees(share_name(board.id))]


@router.get("/templates", operation_id="kanbanTemplates")
@needs(Permission.BOARDS_READ)
async def templates(request: Request) -> list[KanbanTemplate]:  # noqa: ARG001
    """What a board can begin with."""
    return [KanbanTemplate(name=name, title=title) for name, title in TEMPLATES.items()]


@router.post("", operation_id="makeKanban", status_code=201)
@needs(Permission.BOARDS_EDIT)
async def make(request: Request, body: NewKanban) -> Board:
    """Make a board of a template, in the language of who asks."""
    by = principal_of(request).id
    kanban, language = services_of(request).kanban, locale_of(request)
    return await run_sync(kanban.make, body.title, body.template, language, by)


@router.post("/import", operation_id="bringKanban", status_code=201, openapi_extra=body_of(BroughtBoard))
@needs(Permission.BOARDS_EDIT)
async def bring(request: Request) -> Brought:
    """Make a board of Trello's JSON export, or of CSV with a line per card. What is left out is counted."""
    settings, by = services_of(request).settings, principal_of(request).id
    asked = await decode_body(request, BroughtBoard, settings.max_events_body)
    outside = await run_sync(read_board, asked.text, asked.title)
    made = await run_sync(services_of(request).kanban.bring, outside, by)
    return Brought(made, len(outside.cards), outside.left_out)


@router.get("/{board}/export", operation_id="exportKanban")
@needs(Permission.BOARDS_READ)
async def export(request: Request, board: str, form: Literal["csv", "trello"] = "csv") -> Response:
    """All cards of a board, archived ones too: CSV with a line per card, or the form of Trello's JSON export."""
    _check_shown(request, board)
    told, cards = await run_sync(services_of(request).kanban.open, board)
    if form == "trello":
        return _file(await run_sync(to_trello, told, cards), "application/json", "board.json")
    names = await _names(request)
    return _file((await run_sync(to_csv, told, cards, names)).encode(), "text/csv; charset=utf-8", "board.csv")


@router.get("/{board}", operation_id="kanban")
@needs(Permission.BOARDS_READ)
async def opened(request: Request, board: str) -> OpenedKanban:
    """A board with all its cards, archived ones too."""
    _check_shown(request, board)
    told, cards = await run_sync(services_of(request).kanban.open, board)
    names = await _names(request)
    if not principal_of(request).may(Permission.PEOPLE_READ):
        on_it = {person for card in cards for person in (*card.assignees, card.created_by)}
        names = {number: name for number, name in names.items() if number in on_it}
    people = [KanbanPerson(id=number, name=name) for number, name in names.items()]
    return OpenedKanban(told, cards, people, share_name(board))


@router.patch("/{board}", operation_id="changeKanban", openapi_extra=body_of(BoardChange))
@needs(Permission.BOARDS_EDIT)
async def change(request: Request, board: str) -> Told:
    """Change title, lists and labels, or put the board into the archive. 409 when somebody else changed them since `base`."""
    _check_shown(request, board)
    asked, by = await _body(request, BoardChange), principal_of(request).id
    return await _change(request, board, lambda: services_of(request).kanban.change_board(board, asked, by))


@router.post("/{board}/cards", operation_id="addCard", status_code=201, openapi_extra=body_of(NewCard))
@needs(Permission.KANBAN_EDIT)
async def add(request: Request, board: str) -> Told:
    """Put a card at the end of a list."""
    _check_shown(request, board)
    asked, by, people = await _body(request, NewCard), principal_of(request).id, await _names(request)
    return await _change(request, board, lambda: services_of(request).kanban.add_card(board, asked, by, people))


@router.patch("/{board}/cards/{card}", operation_id="changeCard", openapi_extra=body_of(CardChange))
@needs(Permission.KANBAN_EDIT)
async def change_card(request: Request, board: str, card: str) -> Told:
    """Change or move a card. Where somebody else changed the same since `base`: 409 with the card as it is (`values.card`)."""
    _check_shown(request, board)
    asked, by, people = await _body(request, CardChange), principal_of(request).id, await _names(request)
    return await _change(
        request, board, lambda: services_of(request).kanban.change_card(board, card, asked, by, people)
    )


@router.get("/{board}/cards/{card}", operation_id="card")
@needs(Permission.BOARDS_READ)
async def story(request: Request, board: str, card: str) -> CardStory:
    """A card with what was said of it and what was done to it."""
    _check_shown(request, board)
    return await run_sync(services_of(request).kanban.story, board, card)


@router.post("/{board}/cards/{card}/comments", operation_id="commentCard", status_code=201)
@needs(Permission.KANBAN_EDIT)
async def comment(request: Request, board: str, card: str, body: NewComment) -> Told:
    """Say something about a card."""
    _check_shown(request, board)
    by, names = principal_of(request).id, await _names(request)
    return await _change(request, board, lambda: services_of(request).kanban.comment(board, card, body.text, by, names))


@router.get("/{board}/changes", operation_id="kanbanChanges")
@needs(Permission.BOARDS_READ)
async def changes(request: Request, board: str, after: int = Query(0, ge=0, le=MOST)) -> list[Change]:
    """The changes after a number, oldest first, up to 1,000."""
    _check_shown(request, board)
    return await run_sync(services_of(request).kanban.changes, board, after)


@router.get("/{board}/stream", operation_id="kanbanStream", response_class=StreamResponse)
@needs(Permission.BOARDS_READ)
async def stream(request: Request, board: str) -> StreamResponse:
    """Server-sent events: `change` (a Told, numbered without gaps), `here` (who looks), `bye` (with the reason).

    A change that is missing (its number is not the next) means: read the board again."""
    _check_shown(request, board)
    await run_sync(services_of(request).kanban.open, board)
    hub = request.app.state.hub
    if hub.stopping:
        raise Unavailable("the server is stopping", code="server.stopping")
    if hub.viewers >= services_of(request).settings.max_streams:
        raise Busy("too many open streams", retry_after=10, code="server.too_many_streams")
    return StreamResponse(hub, principal_of(request), (), "", topic=share_name(board))


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=media_type, headers=headers)


def _check_shown(request: Request, board: str) -> None:
    """Raises NotFound for a board that is shown to others alone, as for one that is not."""
    if not principal_of(request).sees(share_name(board)):
        raise NotFound(f"there is no kanban board {board!r}", code="kanban.not_shown", values={"board": board})


async def _body(request: Request, kind: type[Body]) -> Body:
    return await decode_body(request, kind, services_of(request).settings.max_body)


async def _change(request: Request, board: str, work: Callable[[], Told]) -> Told:
    """Make a change and tell it. Changes of one board take turns, so that they are told in their order."""
    turn = _turns.setdefault((id(request.app), board), asyncio.Lock())
    try:
        async with turn:
            told = await run_sync(work)
            request.app.state.hub.tell_topic(
                share_name(board), event("change", msgspec.json.encode(told), str(told.sequence))
            )
            return told
    except Conflict as conflict:
        conflict.values["by"] = (await _names(request)).get(str(conflict.values.get("by", "")), "")
        raise


async def _names(request: Request) -> dict[str, str]:
    people: list[Any] = await run_sync(services_of(request).people.all)
    return {person.id: person.name for person in people}
