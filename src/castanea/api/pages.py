"""The built pages: files by a table made from the folder, so that no path can lead out of it; any other page is the application's."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from castanea.api.problems import locale_of, problem
from castanea.kit.messages import say

IMMUTABLE = "public, max-age=31536000, immutable"
_OURS = ("api/", "healthz", "readyz", "metrics")
_TEXT = (".html", ".js", ".css", ".json", ".svg", ".webmanifest", ".map", ".txt")
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Page:
    content: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Pages:
    """Files are read into memory as they are asked for; the table is made anew when `index.html` was built again."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._built = -1
        self._files: dict[str, Path] = {}
        self._pages: dict[str, Page] = {}

    def answer(self, request: Request) -> Response:
        """The file of a path, or the application's page. Paths of the API are never answered by a page."""
        path = request.url.path.lstrip("/")
        if path.startswith(_OURS):
            return problem(request, 404, "castanea.not_found")
        if request.method not in ("GET", "HEAD"):
            values = {"method": request.method, "allowed": "GET, HEAD"}
            return problem(request, 405, "request.method", values=values, headers={"Allow": "GET, HEAD"})
        self._look()
        if path in self._files and path != "index.html":
            return self._file(request, path)
        if path.startswith("assets/") or "index.html" not in self._files:
            return problem(request, 404, "castanea.not_found") if self._files else _unbuilt(request)
        return self._file(request, "index.html")

    def _look(self) -> None:
        if self._folder is None:
            return
        index = self._folder / "index.html"
        built = index.stat().st_mtime_ns if index.is_file() else -1
        if built == self._built:
            return
        root = self._folder.resolve()
        found = (path for path in root.rglob("*") if path.is_file() and path.resolve().is_relative_to(root))
        files = {path.relative_to(root).as_posix(): path for path in found}
        self._files = {
            name: path for name, path in files.items() if not any(part.startswith(".") for part in name.split("/"))
        }
        self._pages.clear()
        self._built = built

    def _file(self, request: Request, name: str) -> Response:
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = _load(self._files[name])
        hashed = name.startswith("assets/")
        headers = {"Cache-Control": IMMUTABLE if hashed else "no-cache", "ETag": page.etag, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == page.etag:
            return Response(None, 304, headers)
        if page.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(page.packed, 200, {**headers, "Content-Encoding": "gzip"}, page.media_type)
        return Response(page.content, 200, headers, page.media_type)


def _load(path: Path) -> Page:
    content = path.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 6, mtime=0) if path.suffix in _TEXT and len(content) > 1024 else None
    return Page(content, packed, media_type, etag)


def _unbuilt(request: Request) -> Response:
    sentence = say("pages.missing", locale_of(request))
    return HTMLResponse(f"<!doctype html><meta charset=utf-8><title>Castanea</title><p>{sentence}</p>", 503)
