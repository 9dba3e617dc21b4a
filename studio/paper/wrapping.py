"""Where a line of Chinese or Japanese may end: after almost any character, but a full stop never begins a line.

fpdf2 breaks at spaces, which these scripts do not have. Source: the rules for the start and end of lines of
https://www.w3.org/TR/jlreq/#line_composition, for the characters that our texts hold.
"""

from __future__ import annotations

import re
from typing import Final

_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_NOT_FIRST: Final = (
    "、。，．,.）)」』】〕〉》〗］｝！!？?：:；;・ー々〻ゝゞ…‥”’％%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NOT_LAST: Final = "（(「『【〔〈《〖［｛“‘￥€$"
_PIECE: Final = re.compile(
    rf"[{re.escape(_NOT_LAST)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_NOT_FIRST)}{re.escape(_NOT_LAST)}]+|.)"
    rf"[{re.escape(_NOT_FIRST)}]*[^\S\n]*"
)


def pieces(text: str) -> tuple[str, ...]:
    """Cut one line into what must stay together; put together they are the line again."""
    return tuple(_PIECE.findall(text))
