"""The real wordings and the mails with links, in every language."""

from __future__ import annotations

import string
import tomllib
from datetime import UTC, datetime

import pytest

from consent.tomlfile import read_toml
from pipelines.assets import ASSETS
from studio.errors import UsageError
from studio.requests.letter import LinkMail
from studio.requests.links import Link
from studio.requests.notice import with_notice
from studio.store.outbox import Message
from tests.fakes.studio import Tick, make_record

LETTERS = ASSETS / "requests" / "letters"
AT = datetime(2026, 11, 23, tzinfo=UTC)


class Box:
    def __init__(self) -> None:
        self.messages: list[Message] = []

    def put(self, *messages: Message, at: datetime) -> int:
        self.messages += messages
        return len(messages)


@pytest.mark.parametrize("language", ["en", "fr", "it", "es", "de", "pt-BR", "ja", "zh", "hi"])
def test_notice_holds_the_hash_of_what_is_shown_with_and_without_it(language: str) -> None:
    record_text = pytest.importorskip("studio.wordings.record_text")
    wordings = record_text.RecordWordings()
    record = make_record(Tick())
    record = record.model_copy(update={"subject": record.subject.model_copy(update={"language": language})})
    told = with_notice(record, wordings, at=AT)
    assert told.notice is not None
    assert told.notice.language == language
    assert told.notice.sha256 == wordings.show(told, language=language).sha256
    assert with_notice(told, wordings, at=AT) == told


def test_letters_of_all_languages_say_the_same_things() -> None:
    files = sorted(LETTERS.glob("*.toml"))
    assert [file.stem for file in files] == ["de", "en", "es", "fr", "hi", "it", "ja", "pt-BR", "zh"]
    for file in files:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        used = {name for _, name, _, _ in string.Formatter().parse(data["body"]) if name}
        assert used == {"name", "controller", "description", "url", "date", "contact"}, file.name
        assert read_toml(file).data == data


@pytest.mark.parametrize(("language", "word"), [("fr-CA", "Bonjour"), ("pt", "Olá"), ("ko", "Dear"), ("ja", "様")])
def test_link_is_mailed_in_the_nearest_language(language: str, word: str) -> None:
    box, record = Box(), make_record(Tick())
    record = record.model_copy(update={"subject": record.subject.model_copy(update={"language": language})})
    mail = LinkMail(folder=LETTERS, outbox=box, clock=lambda: AT)  # type: ignore[arg-type] # the one method it needs
    link = Link(id="1", party="subject", path="/s/x", url="https://x.example/s/x", qr_svg="", expires_at=AT)
    mail.deliver("amara@example.org", link, record)
    (message,) = box.messages
    assert word in message.body
    assert "https://x.example/s/x" in message.body
    assert "2026-11-23" in message.body
    with pytest.raises(UsageError, match="by hand"):
        mail.deliver("+33 1 23 45 67 89", link, record)
