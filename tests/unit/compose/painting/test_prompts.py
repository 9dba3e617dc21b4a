"""Places may be painted, people may not, in nine languages."""

from __future__ import annotations

import pytest

from pipelines.compose.painting.prompts import LENGTH_MAX, check_prompt
from pipelines.errors import InputInvalidError

PLACES = [
    "a sunlit kitchen, shallow depth of field",
    "A kind of blue studio wall with handmade tiles, a manual coffee machine and a woman's".removesuffix(
        " and a woman's"
    ),
    "une cuisine ensoleillée, avec une main courante en bois",
    "una cocina con luz de mañana, mesa de madera cara",
    "una cucina luminosa, piano di marmo, tazza di caffè",
    "uma cozinha clara com bancada de mármore e plantas",
    "eine helle Küche mit Holztisch, Morgenlicht, Kräuter am Fenster",
    "朝の光が差し込む無人のキッチン、木のテーブル",
    "阳光明媚的厨房,木桌,浅景深,早晨的光线",
    "धूप वाली रसोई, लकड़ी की मेज, सुबह की रोशनी",
]
PEOPLE = [
    "a smiling woman in a sunlit kitchen",
    "two PEOPLE at a table",
    "a kitchen without people",
    "a close-up of a face, soft light",
    "un homme dans une cuisine",
    "une cuisine avec des enfants",
    "una mujer en la cocina",
    "unos niños en el parque",
    "una donna in cucina, luce calda",
    "uma mulher na cozinha clara",
    "eine Frau in der Küche",
    "Männer in einem Büro",
    "キッチンに立つ女性、朝の光",
    "厨房里有一个人在做饭，早晨",
    "रसोई में एक महिला, सुबह की रोशनी",
    "a ｗｏｍａｎ in a kitchen",
    "a CELEBRITY on a red carpet",
]


@pytest.mark.parametrize("prompt", PLACES)
def test_places_may_be_painted(prompt: str) -> None:
    assert check_prompt(f"  {prompt} ") == prompt


@pytest.mark.parametrize("prompt", PEOPLE)
def test_people_may_not_be_asked_for(prompt: str) -> None:
    with pytest.raises(InputInvalidError, match="nobody signed for them"):
        check_prompt(prompt)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("room", "4 letters"),
        ("a room " * LENGTH_MAX, "letters long"),
        ("a wo\u200bman in a kitchen", "invisible"),
        ("a room\x00 with a view", "invisible"),
    ],
    ids=["too short", "too long", "a hidden joint", "a control character"],
)
def test_words_that_say_nothing_or_hide_something_are_refused(prompt: str, message: str) -> None:
    with pytest.raises(InputInvalidError, match=message):
        check_prompt(prompt)
