"""Katakana readings in Kokoro's alphabet, as the net learned Japanese.

The sound values are those of misaki 0.7 (Apache-2.0, after polm/cutlet, MIT), the romanizer of Kokoro v1.0's training.
"""

from __future__ import annotations

_ROWS = {
    "": "ア a イ i ウ ɯ エ e オ o ァ a ィ i ゥ ɯ ェ e ォ o",
    "k": "カ ka キ kʲi ク kɯ ケ ke コ ko ガ ɡa ギ ɡʲi グ ɡɯ ゲ ɡe ゴ ɡo ヵ ka ヶ ke",
    "s": "サ sa シ ɕi ス sɨ セ se ソ so ザ ʣa ジ ʥi ズ zɨ ゼ ʣe ゾ ʣo",
    "t": "タ ta チ ʨi ツ ʦɨ テ te ト to ダ da ヂ ʥi ヅ zɨ デ de ド do",
    "n": "ナ na ニ ɲi ヌ nɯ ネ ne ノ no",
    "h": "ハ ha ヒ çi フ ɸɯ ヘ he ホ ho バ ba ビ bʲi ブ bɯ ベ be ボ bo パ pa ピ pʲi プ pɯ ペ pe ポ po",
    "m": "マ ma ミ mʲi ム mɯ メ me モ mo",
    "y": "ヤ ja ユ jɯ ヨ jo ャ ja ュ jɯ ョ jo",
    "r": "ラ ɾa リ ɾʲi ル ɾɯ レ ɾe ロ ɾo",
    "w": "ワ βa ヮ βa ヰ i ヱ e ヲ o ヴ vɯ ヷ va ヸ vʲi ヹ ve ヺ vo",
    "pairs": (
        "イェ je ウィ βi ウェ βe ウォ βo キェ kʲe キャ kʲa キュ kʲɨ キョ kʲo ギャ ɡʲa ギュ ɡʲɨ "
        "ギョ ɡʲo ギェ ɡʲe クァ kᵝa クィ kᵝi クェ kᵝe クォ kᵝo グァ ɡᵝa グィ ɡᵝi グェ ɡᵝe グォ ɡᵝo "
        "シェ ɕe シャ ɕa シュ ɕɨ ショ ɕo ジェ ʥe ジャ ʥa ジュ ʥɨ ジョ ʥo スィ sʲi ズィ zʲi チェ ʨe "
        "チャ ʨa チュ ʨɨ チョ ʨo ヂャ ʥa ヂュ ʥɨ ヂョ ʥo ツァ ʦa ツィ ʦʲi ツェ ʦe ツォ ʦo ティ tʲi "
        "テュ tʲɨ ディ dʲi デュ dʲɨ トゥ tɯ ドゥ dɯ ニェ ɲe ニャ ɲa ニュ ɲɨ ニョ ɲo ヒェ çe "
        "ヒャ ça ヒュ çɨ ヒョ ço ビャ bʲa ビュ bʲɨ ビョ bʲo ピャ pʲa ピュ pʲɨ ピョ pʲo ファ ɸa "
        "フィ ɸʲi フェ ɸe フォ ɸo フュ ɸʲɨ フョ ɸʲo ミャ mʲa ミュ mʲɨ ミョ mʲo リャ ɾʲa リュ ɾʲɨ "
        "リョ ɾʲo ヴァ va ヴィ vʲi ヴェ ve ヴォ vo ヴュ bʲɨ ヴョ bʲo"
    ),
}
_CELLS = " ".join(_ROWS.values()).split()
_SOUNDS = dict(zip(_CELLS[::2], _CELLS[1::2], strict=True))

_BEFORE_N = (("mpb", "m"), ("kɡ", "ŋ"), ("ɲʨʥ", "ɲ"), ("ntdɾz", "n"))  # ン takes the place of what follows


def is_kana(reading: str) -> bool:
    """Whether a reading is katakana that this table knows."""
    return bool(reading) and all(c in _SOUNDS or c in "ンッー" for c in reading)


def to_symbols(reading: str) -> str:
    """Return the symbols of a katakana reading."""
    moras = _moras(reading)
    said: list[str] = []
    for mora, following in zip(moras, [*moras[1:], ""], strict=True):
        if mora == "ー":
            said.append("ː")
        elif mora == "ッ":
            said.append("ʔ")
        elif mora == "ン":
            said.append(_nasal(_SOUNDS.get(following, "")))
        else:
            said.append(_SOUNDS[mora])
    return "".join(said)


def _moras(reading: str) -> list[str]:
    moras: list[str] = []
    for kana in reading:
        if moras and moras[-1] + kana in _SOUNDS:
            moras[-1] += kana
        else:
            moras.append(kana)
    return moras


def _nasal(following: str) -> str:
    return next((nasal for firsts, nasal in _BEFORE_N if following[:1] and following[0] in firsts), "ɴ")
