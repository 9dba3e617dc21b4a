"""brief.toml: what a marketer writes. Unknown keys are errors; every error names file, line and key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from consent.tomlfile import TomlFile, read_toml
from pipelines.avatar.look import Framing, LipSync, Look
from pipelines.compose.painting.models import paint_model
from pipelines.compose.painting.prompts import check_prompt
from pipelines.compose.spec import BackdropName
from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.market import load_market
from pipelines.errors import InputInvalidError, ProfileInvalidError
from pipelines.voice.tone import PITCH_ST_MAX, PITCH_ST_MIN, Tone
from studio.campaigns.saying import check_script, check_words

FORMAT = re.compile(r"(\d{3,4})x(\d{3,4})(\.png|\.jpg)?|wav|mp3")
SIDE_MIN, SIDE_MAX = 256, 3840  # what compose can lay out, and what H.264 level 5.1 plays

_PAINTED = "painted:"
_BACKDROPS: dict[str, BackdropName] = {name: name for name in get_args(BackdropName)}

Text = Annotated[str, Field(min_length=1)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Speed = Annotated[float, Field(ge=0.5, le=2.0)]
Pitch = Annotated[float, Field(ge=PITCH_ST_MIN, le=PITCH_ST_MAX)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class _Words(BaseModel):
    """Keys that stand for the whole brief and may be said again for one take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    voice: Text | None = None
    voice_gender: Literal["female", "male"] | None = None
    speed: Speed | None = None
    tone: Tone | None = None
    pitch: Pitch | None = None
    pronunciations: dict[str, str] | None = None
    pronunciation: dict[str, JsonValue] | None = None
    look: Look | None = None
    lip_sync: LipSync | None = None
    framing: Framing | None = None
    title: str | None = None
    call_to_action: str | None = None
    subtitles: bool | None = None
    seed: Seed | None = None
    translated_from: Text | None = None


class DubLine(BaseModel):
    """One line of a dub, between two moments of the original in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: Annotated[float, Field(ge=0)]
    end_s: Annotated[float, Field(gt=0, le=4 * 3600)]
    text: Text


class TakeModel(_Words):
    """One ``[[takes]]`` table: one script for one market and channel, in one or more formats."""

    locale: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    market: Text
    channel: Text
    format: Text | None = None
    formats: tuple[Text, ...] = ()
    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    lines: tuple[DubLine, ...] = ()
    programme_s: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _lines_are_the_text(self) -> TakeModel:
        if self.lines and self.text != "\n".join(line.text for line in self.lines):
            raise ValueError("the lines of a dub must be the text, one line each; leave both to: sayso dub")
        starts = [line.start_s for line in self.lines]
        if starts != sorted(starts) or any(line.end_s <= line.start_s for line in self.lines):
            raise ValueError("the lines of a dub must be in order, and each must end after it starts")
        return self

    @model_validator(mode="after")
    def _one_way_to_say_formats(self) -> TakeModel:
        if (self.format is None) == (not self.formats):
            raise ValueError('give format = "1080x1920", or formats = ["1080x1920", "1080x1080"]; one of the two')
        return self

    @property
    def all_formats(self) -> tuple[str, ...]:
        """The formats, however they were written."""
        return self.formats if self.format is None else (self.format,)


class BriefModel(_Words):
    """The whole of a brief.toml."""

    consent: Text
    brand: Text
    product: Text
    commercial: bool
    portrait: Text | None = None
    likeness: Text | None = None
    twin: Text | None = None
    colours: Annotated[tuple[Colour, ...], Field(max_length=4)] = ()
    background: Text | None = None
    painter: Text | None = None
    logo: Text | None = None
    stem: Text | None = None
    web_address: str = ""
    takes: Annotated[tuple[TakeModel, ...], Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A brief whose words are true: markets and channels are known, pictures are there."""

    file: TomlFile
    model: BriefModel
    portrait: Path | None
    background: Path | None  # of a picture or a film; a word for a backdrop that needs no file is in ``backdrop``
    logo: Path | None
    backdrop: BackdropName = "wall"
    painted: str | None = None  # what the background shows, where it is painted
    stem: Path | None = None
    is_preview: bool = False  # no key of the file: only ``previewing`` makes one


def read_brief(path: Path) -> Brief:
    """Read and check a brief.

    Raises:
        FileInvalidError: with every problem of spelling, else the first problem of meaning.
    """
    file = read_toml(path)
    model = file.validate(BriefModel)
    if model.likeness is not None:
        _check_one_voice(file, model)
    _check_one_face(file, model)
    check_words(file, model.pronunciation)
    for index, take in enumerate(model.takes):
        _check_take(file, index, take)
    painted = _painted(file, model)
    is_file = painted is None and model.background not in _BACKDROPS
    return Brief(
        file=file,
        model=model,
        portrait=_picture(file, "portrait", model.portrait),
        background=_picture(file, "background", model.background) if is_file else None,
        backdrop=_BACKDROPS.get(model.background or "", "wall"),
        painted=painted,
        logo=_picture(file, "logo", model.logo),
        stem=_picture(file, "stem", model.stem),
    )


def _painted(file: TomlFile, model: BriefModel) -> str | None:
    """The words of ``background = "painted: ..."``, checked."""
    asked = model.background is not None and model.background.startswith(_PAINTED)
    if not asked:
        if model.painter is not None:
            raise file.problem(
                "painter", message='nothing is painted; write background = "painted: WORDS", or leave it'
            )
        return None
    try:
        if model.painter is not None:
            paint_model(model.painter)
    except InputInvalidError as e:
        raise file.problem("painter", message=str(e)) from e
    try:
        return check_prompt((model.background or "").removeprefix(_PAINTED))
    except InputInvalidError as e:
        raise file.problem("background", message=str(e)) from e


def _check_one_voice(file: TomlFile, model: BriefModel) -> None:
    message = "the likeness speaks in the person's own voice; leave one of the two out"
    for key in ("voice", "voice_gender"):
        if getattr(model, key) is not None:
            raise file.problem(key, message=message)
        for index, take in enumerate(model.takes):
            if getattr(take, key) is not None:
                raise file.problem("takes", index, key, message=message)


def _check_one_face(file: TomlFile, model: BriefModel) -> None:
    drawn = [key for key, found in _said(model, "look") if found == "cartoon"]
    if drawn and any(found == "musetalk" for _, found in _said(model, "lip_sync")):
        raise file.problem(*drawn[0], message="MuseTalk paints photographs and not drawings; leave one of the two out")
    if model.twin is None:
        if model.portrait is None and any(_shows_a_face(f) for take in model.takes for f in take.all_formats):
            message = 'a video or a still needs a picture; write portrait = "FILE", or twin = "ID"'
            raise file.problem("takes", message=message)
        for key, found in _said(model, "framing"):
            if found in ("half", "all"):
                message = f"{found!r} is for twins: a portrait ends at the chest; take 'bust' or 'close'"
                raise file.problem(*key, message=message)
        return
    if model.portrait is not None:
        raise file.problem("portrait", message="the twin is shown in place of a portrait; leave one of the two out")
    if model.background is not None:
        raise file.problem("background", message="a twin stays before what it was filmed before; leave this out")
    for key, found in _said(model, "look"):
        if found != "photo":
            raise file.problem(*key, message=f"a twin is shown as it was filmed; {found!r} is for portraits")


def _said(model: BriefModel, name: str) -> list[tuple[tuple[str | int, ...], object]]:
    """Where a key is said, for the brief or for a take, and what it says."""
    places: list[tuple[tuple[str | int, ...], object]] = [((name,), getattr(model, name))]
    places += [(("takes", index, name), getattr(take, name)) for index, take in enumerate(model.takes)]
    return [(key, found) for key, found in places if found is not None]


def _shows_a_face(format_: str) -> bool:
    return format_ not in ("wav", "mp3")


def _check_take(file: TomlFile, index: int, take: TakeModel) -> None:
    key = "format" if take.format is not None else "formats"
    for format_ in take.all_formats:
        found = FORMAT.fullmatch(format_)
        sides = [int(s) for s in found.groups()[:2] if s] if found else []
        if not found or any(not SIDE_MIN <= s <= SIDE_MAX or s % 2 for s in sides):
            raise file.problem(
                "takes",
                index,
                key,
                message=f"found {format_!r}; needed: WIDTHxHEIGHT in even pixels from {SIDE_MIN} to {SIDE_MAX}"
                ' ("1080x1920"), the same with .png or .jpg for a still, or wav or mp3',
            )
    check_words(file, take.pronunciation, "takes", index)
    check_script(file, index, take.text, locale=take.locale)
    for key, load in (("market", load_market), ("channel", load_channel)):
        try:
            load(getattr(take, key))
        except ProfileInvalidError as e:
            raise file.problem("takes", index, key, message=str(e)) from e


def _picture(file: TomlFile, key: str, name: str | None) -> Path | None:
    if name is None:
        return None
    path = file.path.parent / name
    if not path.is_file():
        raise file.problem(key, message=f"there is no file {name} beside the brief; check the name")
    return path
