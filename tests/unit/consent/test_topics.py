"""Topic words: what a script touches, whatever its letters look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent.errors import FileInvalidError
from consent.topics import load_topics, mentions

REPO = Path(__file__).resolve().parents[3]
TOPICS = REPO / "assets" / "topics"
GOOD = 'topic = "politics"\n[words]\n' + "".join(
    f'{language} = ["x"]\n' for language in ("en", "fr", "es", "it", "pt", "ja", "zh", "hi", "de")
)

MATCHES = {
    "a word": ("vote", "Please vote today.", True),
    "not inside a word": ("vote", "A devoted voter", False),
    "capitals": ("vote", "VOTE", True),
    "a phrase": ("prime minister", "the Prime  Minister's cup", True),
    "a broken phrase": ("prime minister", "prime coffee minister", False),
    "a beginning": ("elect*", "the election", True),
    "not a middle": ("elect*", "reelect", False),
    "an end": ("*politik", "Klimapolitik!", True),
    "not a beginning": ("*politik", "Politiker", False),
    "a middle": ("*politik*", "Außenpolitiker", True),
    "accents missing in the script": ("élection", "ELECTION", True),
    "accents missing in the list": ("election", "élection", True),
    "sharp s": ("straße", "STRASSE", True),
    "full width": ("vote", "ｖｏｔｅ", True),
    "zero-width space inside": ("vote", "vo\u200bte", True),
    "soft hyphen inside": ("vote", "vo\u00adte", True),
    "combining marks piled up": ("vote", "v\u0301o\u0302te", True),
    "apostrophe before": ("élection", "l'élection", True),
    "Chinese inside": ("选举", "今天选举日", True),
    "Chinese with spaces": ("选举", "选 举", True),
    "Japanese half width": ("ギャンブル", "ｷﾞｬﾝﾌﾞﾙはダメ", True),
    "Hindi word": ("वोट", "आज वोट दें", True),
    "Hindi inside a word": ("वोट", "वोटर", False),
    "Hindi vowel signs matter": ("दवा", "दवाई", False),
    "nothing": ("", "anything", False),
    "only a star": ("*", "anything", False),
    "empty script": ("vote", "", False),
}


@pytest.mark.parametrize(("pattern", "script", "found"), MATCHES.values(), ids=MATCHES.keys())
def test_pattern_matches(pattern: str, script: str, *, found: bool) -> None:
    assert mentions(script, [pattern]) == ((pattern,) if found else ())


def test_all_nine_topics_are_listed() -> None:
    topics = load_topics(TOPICS)
    assert set(topics) == {
        "adult",
        "alcohol",
        "finance",
        "gambling",
        "health",
        "politics",
        "religion",
        "tobacco",
        "weapons",
    }


FORBIDDEN = {
    "politics en": ("politics", "Vote for change this November."),
    "politics de": ("politics", "Die Bundestagswahl steht vor der Tür."),
    "politics hi": ("politics", "इस चुनाव में मतदान करें।"),
    "health en": ("health", "It cures headaches."),
    "health fr": ("health", "Bon pour votre santé."),
    "health ja": ("health", "健康にいいコーヒー。"),
    "finance es": ("finance", "Invierte tus ahorros con nosotros."),
    "finance pt": ("finance", "Peça já o seu empréstimo."),
    "adult it": ("adult", "Una pausa molto sexy."),
    "gambling zh": ("gambling", "来我们的赌场。"),
    "alcohol fr": ("alcohol", "Un café avec un cognac."),
    "alcohol de": ("alcohol", "Ein Glas Rotwein dazu."),
    "tobacco es": ("tobacco", "Un café y un cigarrillo."),
    "weapons en": ("weapons", "Faster than a bullet."),
    "religion pt": ("religion", "Graças a Deus, é café."),
    "religion hi": ("religion", "भगवान का शुक्र है।"),
}


@pytest.mark.parametrize(("topic", "script"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_sentence_on_a_topic_is_found(topic: str, script: str) -> None:
    assert mentions(script, load_topics(TOPICS)[topic])


HARMLESS = {
    "en": "Meet Coffee One: your best coffee, in ten seconds. No machine, no mess, only the taste. Try it today!",
    "fr": "Votre café, en dix secondes. Sans machine, sans attente : rien que le goût. Essayez-le dès aujourd'hui !",
    "es": "Tu café, en diez segundos. Sin máquina, sin esperas: solo el sabor. ¡Pruébalo hoy! Nos dio la vida.",
    "it": "Il tuo caffè, in dieci secondi. Fatto con cura, dei migliori chicchi: prova oggi e risparmi tempo.",
    "pt": "O seu café, em dez segundos. Sem máquina, sem espera: só o sabor. Experimente hoje!",
    "ja": "あなたのコーヒーを、十秒で。イエローのドローンがお届け。ヌードルやモスクワ、プロトタイプとは違います。",
    "zh": "十秒钟，一杯好咖啡。无需机器，无需等待，只有好味道。今天就来试试吧！",
    "hi": "आपकी कॉफ़ी, दस सेकंड में। न मशीन, न इंतज़ार, सिर्फ़ स्वाद। आज ही आज़माएँ!",
    "de": "Dein Kaffee, in zehn Sekunden. Sie haben die Wahl: mild oder kräftig. Schwein gehabt! Auch mit Powerbank.",
}


@pytest.mark.parametrize("script", HARMLESS.values(), ids=HARMLESS.keys())
def test_plain_advertisement_touches_no_topic(script: str) -> None:
    assert {topic: hits for topic, words in load_topics(TOPICS).items() if (hits := mentions(script, words))} == {}


def test_broken_list_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "politics.toml"
    path.write_text(GOOD.replace("de =", "nl ="), encoding="utf-8")
    with pytest.raises(FileInvalidError, match=r"politics\.toml:2: words\.de"):
        load_topics(tmp_path)
    path.write_text(GOOD.replace('"politics"', '"health"'), encoding="utf-8")
    with pytest.raises(FileInvalidError, match=r"politics\.toml:1: topic: found 'health'"):
        load_topics(tmp_path)


def test_folder_without_lists_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileInvalidError, match="no list of topic words"):
        load_topics(tmp_path)
