"""A film behind the presenter, played again and again; its end fades into its beginning, so that no jump shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from pipelines.errors import InputInvalidError
from pipelines.intake.film import open_film
from pipelines.media import ByteArray

SUFFIXES = frozenset({".mp4", ".mov", ".webm", ".mkv", ".m4v"})
_FADE_S = 0.6


class FilmBackdrop:
    """A backdrop that moves. The film is decoded anew by each call of ``frames`` and never kept."""

    is_moving = True

    def __init__(self, path: Path, *, width: int, height: int, fps: int) -> None:
        """Open the film.

        Raises:
            InputInvalidError: it cannot be used; says what to give instead.
        """
        self._film = open_film(path)
        self._width, self._height, self._fps = width, height, fps

    @cached_property
    def first(self) -> ByteArray:
        """The picture that the film begins with."""
        return next(self._once())

    def frames(self) -> Iterator[ByteArray]:
        """Yield pictures without end; the caller owns each one."""
        count = self._film.frame_count(self._fps)
        return looped(self._once, count=count, fade=min(round(_FADE_S * self._fps), count // 3))

    def _once(self) -> Iterator[ByteArray]:
        return self._film.frames(width=self._width, height=self._height, fps=self._fps)


def looped(once: Callable[[], Iterator[ByteArray]], *, count: int, fade: int) -> Iterator[ByteArray]:
    """Play ``count`` pictures again and again; the last ``fade`` of each round turn into the first of the next."""
    playing = once()
    held = 0  # pictures of this round that were already shown
    while True:
        alone = list_count = count - fade - held
        for picture in islice(playing, alone):
            list_count -= 1
            yield picture
        if list_count:
            raise InputInvalidError(f"the film has fewer than its {count} pictures; export it again")
        following = once()
        for step in range(fade):
            share = (step + 1) / (fade + 1)
            share = share * share * (3 - 2 * share)
            yield np.asarray(cv2.addWeighted(next(following), share, next(playing), 1 - share, 0), dtype=np.uint8)
        playing, held = following, fade
