"""A server of files: parts of them on request, and a mark of their version."""

import hashlib
from collections.abc import Mapping

from tests.services.server import Answer, Handler, Question


def file_handler(files: Mapping[str, bytes], kind: str = "application/octet-stream") -> Handler:
    """Return what answers with `files`, by path; `files` may change while it runs."""

    def handle(question: Question) -> Answer:
        content = files.get(question.path)
        if content is None:
            return Answer(b"{}", status=404)
        version = f'"{hashlib.sha256(content).hexdigest()[:12]}"'
        asked = question.headers.get("range", "")
        if not asked or question.headers.get("if-range", version) != version:
            return Answer(content, kind, headers={"ETag": version, "Accept-Ranges": "bytes"})
        begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        if begin >= len(content):
            return Answer(b"", kind, 416)
        span = f"bytes {begin}-{len(content) - 1}/{len(content)}"
        return Answer(content[begin:], kind, 206, {"ETag": version, "Content-Range": span})

    return handle
