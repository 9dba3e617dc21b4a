"""Pictures fetched ahead, so that decoding in another process and the work on them here go side by side."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Final

from pipelines.media import ByteArray

AHEAD: Final = 4  # pictures; 4K ones are 25 MB each
_LOOK_S: Final = 0.2  # how soon a stop is noticed


def fetched_ahead(pictures: Iterator[ByteArray], *, ahead: int = AHEAD) -> Iterator[ByteArray]:
    """The same pictures in the same order; what their source raises is raised here.

    Whoever stops early stops the source, too.
    """
    fetcher = _Fetcher(pictures, ahead)
    thread = threading.Thread(target=fetcher.run, name="pictures ahead", daemon=True)
    thread.start()
    try:
        while (one := fetcher.waiting.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        fetcher.stopped.set()
        thread.join()


class _Fetcher:
    """Fills ``waiting``; None is the end."""

    def __init__(self, pictures: Iterator[ByteArray], ahead: int) -> None:
        self._pictures = pictures
        self.waiting: queue.Queue[ByteArray | BaseException | None] = queue.Queue(ahead)
        self.stopped = threading.Event()

    def run(self) -> None:
        try:
            for picture in self._pictures:
                if not self._put(picture):
                    return
            self._put(None)
        except BaseException as e:  # noqa: BLE001 - handed over: it is raised where the pictures are wanted
            self._put(e)
        finally:
            close = getattr(self._pictures, "close", None)
            if close is not None:
                close()

    def _put(self, one: ByteArray | BaseException | None) -> bool:
        while not self.stopped.is_set():
            try:
                self.waiting.put(one, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False
