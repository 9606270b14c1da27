"""Boards from and to other programs: Trello's JSON export, and CSV with one card per line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

import msgspec

from castanea.kanban.checking import NAME, TEXT, TITLE, wrong
from castanea.kanban.model import Board, Card, Colour, Label, Lane, NewCard, Outside, Step

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "list": ("list", "列表", "状态", "status"),
    "title": ("title", "标题", "name", "名称"),
    "description": ("description", "描述", "说明"),
    "labels": ("labels", "标签"),
    "due": ("due", "到期", "截止"),
    "people": ("people", "负责人", "assignees"),
    "steps": ("steps", "步骤", "checklist"),
    "archived": ("archived", "归档"),
}
_COLOURS = get_args(Colour)
_OF_TRELLO = dict(zip(_COLOURS, ("orange", "blue", "yellow", "green", "purple", "lime", "sky", "black"), strict=True))
_TRELLO = {**{name: colour for colour, name in _OF_TRELLO.items()}, "red": "c1", "pink": "c5"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a cell that begins so


def read_board(text: str, title: str) -> Outside:
    """A board from Trello's JSON export or from CSV; `title`: of a file that has none. Raises InputError."""
    body = text.lstrip("\ufeff \n\r\t")
    return from_trello(body, title) if body.startswith("{") else from_csv(body, title)


def from_trello(text: str, title: str) -> Outside:
    """Open lists with their cards, labels, checklists; archived cards into the archive. Comments, members and attachments are left out
    and counted. Raises InputError for a file that is no Trello export."""
    try:
        told = msgspec.json.decode(text)
        lists = [x for x in _by_place(told["lists"]) if not x.get("closed")]
        cards = _by_place(told["cards"])
        open_lists = {x["id"] for x in lists}
        labels = [x for x in told.get("labels", ()) if x.get("id")]
        steps: dict[str, list[Step]] = {}
        for checklist in _by_place(told.get("checklists", ())):
            items = _by_place(checklist.get("checkItems", ()))
            own = [Step(str(i["name"])[:TITLE].strip() or "–", i.get("state") == "complete") for i in items]
            steps.setdefault(str(checklist.get("idCard")), []).extend(own)
        here = [card for card in cards if card["idList"] in open_lists]
        known = {x["id"] for x in labels}
        made = tuple(
            NewCard(
                list=card["idList"], title=str(card["name"])[:TITLE].strip() or "–", description=str(card.get("desc") or "")[:TEXT],
                labels=tuple(x for x in card.get("idLabels", ()) if x in known), due=str(card.get("due") or "")[:10],
                steps=tuple(steps.get(card["id"], ())[:200]),
            )
            for card in here
        )  # fmt: skip
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as bad:
        raise wrong("file", str(bad)[:80], "Trello's export (Menu → Print, export and share → Export as JSON)") from bad
    archived = frozenset(n for n, card in enumerate(here) if card.get("closed"))
    comments = sum(1 for action in told.get("actions", ()) if action.get("type") == "commentCard")
    left_out = {
        "cards_of_closed_lists": len(cards) - len(here), "comments": comments,
        "attachments": sum(len(card.get("attachments", ())) for card in here),
        "members": sum(len(card.get("idMembers", ())) for card in here),
    }  # fmt: skip
    return Outside(
        str(told.get("name") or title)[:200], tuple(Lane(x["id"], str(x["name"])[:NAME].strip() or "–") for x in lists),
        tuple(_label(x["id"], str(x.get("name") or x.get("color") or "–"), _TRELLO.get(str(x.get("color")), "c8")) for x in labels),
        made, archived, {name: count for name, count in left_out.items() if count},
    )  # fmt: skip


def from_csv(text: str, title: str) -> Outside:
    """A line per card: list, title; if there: description, labels (with ;), due, steps (a line each, [x] = done), archived. Raises InputError
    with the line."""
    rows = list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ","))
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    header = [known.get(cell.strip().lower()) for cell in rows[0]] if rows else []
    if not {"list", "title"} <= set(header):
        raise wrong(
            "file",
            ", ".join(rows[0])[:80] if rows else "",
            "a header with list, title, and what else there is of " + ", ".join(COLUMNS),
        )
    lists: dict[str, Lane] = {}
    labels: dict[str, Label] = {}
    cards: list[NewCard] = []
    archived: set[int] = set()
    people = 0
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        row = {name: _plain(cells[at]) for at, name in enumerate(header) if name and at < len(cells)}
        if not row.get("title") or not row.get("list"):
            raise wrong(f"line {number}", ", ".join(cells)[:60], "a list and a title")
        own = tuple(
            dict.fromkeys(x.strip()[:NAME] for x in row.get("labels", "").replace("；", ";").split(";") if x.strip())
        )
        for name in own:
            labels.setdefault(name, _label(name, name, _COLOURS[len(labels) % len(_COLOURS)]))
        where = row["list"][:NAME]
        lists.setdefault(where, Lane(where, where))
        if row.get("archived", "").lower() in ("yes", "true", "1", "是"):
            archived.add(len(cards))
        people += bool(row.get("people"))
        cards.append(
            NewCard(where, row["title"][:TITLE], row.get("description", "")[:TEXT], (), own, _due(row.get("due", ""), number), _steps(row.get("steps", "")))
        )  # fmt: skip
    if not cards:
        raise wrong("file", "", "at least one card")
    left_out = {"members": people} if people else {}
    return Outside(title, tuple(lists.values()), tuple(labels.values()), tuple(cards), frozenset(archived), left_out)


def to_csv(board: Board, cards: Sequence[Card], people: Mapping[str, str]) -> str:
    """A line per card, in the order of the board, with the board's own fields behind. Cells that a spreadsheet would compute are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *(_cell(own.title) for own in board.fields)])
    labels = {each.id: each.title for each in board.labels}
    for lane, card in _in_order(board, cards):
        writer.writerow(
            [
                _cell(lane), _cell(card.title), _cell(card.description), _cell("; ".join(labels[x] for x in card.labels if x in labels)), card.due,
                _cell("; ".join(people.get(x, "?") for x in card.assignees)),
                "\n".join(f"[{'x' if step.done else ' '}] {step.text}" for step in card.steps), "yes" if card.archived else "",
                *(_cell(card.values.get(own.id, "")) for own in board.fields),
            ]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def to_trello(board: Board, cards: Sequence[Card]) -> bytes:
    """The form of Trello's export, which this and other programs read."""
    told = {
        "name": board.title,
        "lists": [{"id": x.id, "name": x.title, "closed": False, "pos": n} for n, x in enumerate(board.lists)],
        "labels": [{"id": x.id, "name": x.title, "color": _OF_TRELLO[x.colour]} for x in board.labels],
        "cards": [
            {
                "id": card.id, "name": card.title, "desc": card.description, "idList": card.list, "closed": card.archived, "pos": n,
                "due": f"{card.due}T00:00:00.000Z" if card.due else None, "idLabels": card.labels,
                "idChecklists": [f"s{card.id}"] if card.steps else [],
            }
            for n, (_, card) in enumerate(_in_order(board, cards))
        ],
        "checklists": [
            {
                "id": f"s{card.id}", "idCard": card.id, "name": "Checklist", "pos": 0,
                "checkItems": [
                    {"name": x.text, "state": "complete" if x.done else "incomplete", "pos": n} for n, x in enumerate(card.steps)
                ],
            }
            for card in cards
            if card.steps
        ],
    }  # fmt: skip
    return msgspec.json.encode(told)


def _in_order(board: Board, cards: Sequence[Card]) -> list[tuple[str, Card]]:
    order = {lane.id: n for n, lane in enumerate(board.lists)}
    titles = {lane.id: lane.title for lane in board.lists}
    there = sorted(cards, key=lambda card: (order.get(card.list, len(order)), card.rank, card.id))
    return [(titles.get(card.list, board.lists[0].title), card) for card in there]


def _by_place(items: Any) -> list[dict[str, Any]]:
    return sorted(items, key=lambda x: float(x.get("pos") or 0) if isinstance(x.get("pos"), int | float) else 0.0)


def _label(number: str, title: str, colour: str) -> Label:
    return Label(number, title.strip()[:NAME] or "–", colour)  # type: ignore[arg-type]


def _steps(text: str) -> tuple[Step, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(
        Step(line.removeprefix("[x]").removeprefix("[ ]").strip()[:TITLE] or "–", line.startswith("[x]"))
        for line in lines
    )[:200]


def _due(text: str, line: int) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError as bad:
        raise wrong(f"line {line}, due", text[:40], "a day such as 2026-11-20, or empty") from bad


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(text: str) -> str:
    told = text.strip()
    return told[1:] if told[:1] == "'" and told[1:].startswith(_FORMULA) else told
