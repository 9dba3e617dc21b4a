"""Drafts: each deal's defaults, the files that are bound, forms, and changes between versions."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from consent.errors import ConsentStateError, FileInvalidError
from consent.grant import RecordId
from pipelines.assets import ASSETS
from studio.errors import NotFoundError, UsageError
from studio.requests.drafting import write_terms
from studio.requests.templates import DEALS, load_template, load_templates
from tests.fakes.request_home import CONSENT, RequestHome

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt a voice"


def test_every_deal_has_a_template() -> None:
    templates = load_templates(ASSETS / "requests")
    assert tuple(one.deal for one in templates) == DEALS
    assert [one.deal for one in templates if not one.needs_statement] == ["synthetic_performer"]
    for one in templates:
        assert one.title
        assert "\n" not in one.about
    with pytest.raises(UsageError, match="choose from employee_spokesperson"):
        load_template(ASSETS / "requests", "barter")


def test_standing_topics_are_ruled_out_unless_somebody_meant_to_allow_them() -> None:
    from consent.oversight import STANDING_TOPICS

    for template in load_templates(ASSETS / "requests"):
        topics = template.defaults["scope"]["prohibited_topics"]
        assert isinstance(topics, list)
        assert set(topics) >= STANDING_TOPICS
        assert all((ASSETS / "topics" / f"{topic}.toml").is_file() for topic in topics)


def draft(home: RequestHome, *, deal: str = "paid_talent", **values: object) -> str:
    return home.room.requests.draft(home.terms(**values), deal=deal, by="marketer@example.com").id  # type: ignore[arg-type] # a test's own words


def test_template_fills_what_nobody_wrote_and_changes_nothing_else(home: RequestHome) -> None:
    record = home.room.overview.show(draft(home)).record
    assert (record.deal, record.statement, record.biometric_checks) == ("paid_talent", "live", "agreed")
    assert record.scope.script_approval == "per_script"
    assert "politics" in record.scope.prohibited_topics
    written = home.room.overview.show(
        draft(home, changes={"max_takes = 20": 'max_takes = 20\nscript_approval = "none"\nprohibited_topics = []'})
    ).record
    assert (written.scope.script_approval, written.scope.prohibited_topics) == ("none", ())


def test_draft_files_nothing(home: RequestHome) -> None:
    request_id = draft(home)
    assert home.ledger.view().size == 0
    shown = home.room.overview.show(request_id)
    assert (shown.stage, shown.record_id, shown.record.notice) == ("drafted", None, None)
    (line,) = home.room.overview.list()
    assert (line.id, line.stage, line.subject, line.version) == (request_id, "drafted", "Camille Martin", 0)


def test_same_person_may_be_asked_the_same_again(home: RequestHome) -> None:
    first, second = home.sent(), home.sent()
    assert first.record_id != second.record_id


def test_voice_is_sealed_and_handed_on_to_each_version(home: RequestHome) -> None:
    (home.folder / "voice.wav").write_bytes(WAV)
    page = home.sent(assets='"portrait.png", "voice.wav"')
    assert home.vault.items(RecordId(page.request_id)) == ()
    (item,) = home.vault.items(page.record_id)
    assert (item.kind, home.vault.bytes(item.id)) == ("voice", WAV)
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 3})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    (again,) = home.vault.items(page.record_id)
    assert again.id != item.id
    home.desk.agree_to_checks(*page.keys)
    page.speak()
    (expected,) = home.checks.asked
    assert len(expected.voices) == 1
    assert not expected.voices[0].exists()  # readable only while the checks ran


def test_wrong_class_and_wrong_deal_are_told(home: RequestHome) -> None:
    with pytest.raises(ConsentStateError, match="is for the class synthetic_performer"):
        draft(home, deal="synthetic_performer")
    with pytest.raises(ConsentStateError, match="celebrity_endorsement, not paid_talent"):
        draft(home, changes={"[subject]": 'deal = "celebrity_endorsement"\n[subject]'})
    with pytest.raises(FileInvalidError, match=r"consent\.toml:\d+: scope\.max_take: unknown key"):
        draft(home, changes={"max_takes": "max_take"})
    assert home.room.overview.list() == ()


def test_form_is_written_as_a_file_that_reads_the_same(tmp_path: Path) -> None:
    terms = tomllib.loads(CONSENT.format(subject_class="replica", birth_year="1990", assets='"é \\"x\\".png"', more=""))
    terms["scope"] |= {"valid_from": "2026-01-01", "valid_until": "2030-01-01", "alterations": {"age": True}}
    terms["scope"]["description"] = 'two\nlines, "quoted", \x7f \\ 日本'
    terms["reference"] = None
    path = write_terms(tmp_path, terms)
    del terms["reference"]
    assert tomllib.loads(path.read_text(encoding="utf-8")) == terms


def test_new_version_needs_a_difference_and_the_same_person(home: RequestHome) -> None:
    page = home.sent()
    requests = home.room.requests
    same = requests.amended(page.request_id, {})
    other = requests.amended(page.request_id, {"subject.contact": "other@example.org"})
    for record, message in ((same, "the terms are the same"), (other, "same person")):
        with pytest.raises(ConsentStateError, match=message):
            requests.new_version(page.request_id, record, by="legal@example.com", message="")
    with pytest.raises(ConsentStateError, match="cannot change between versions"):
        requests.amended(page.request_id, {"deal": "celebrity_endorsement"})
    with pytest.raises(ConsentStateError, match="max_takes"):
        requests.amended(page.request_id, {"scope.max_takes": 0})
    with pytest.raises(ConsentStateError, match="no table"):
        requests.amended(page.request_id, {"scope.max_takes.x": 1})


def test_optional_terms_may_be_added_and_removed(home: RequestHome) -> None:
    page = home.sent()
    record = home.room.requests.amended(
        page.request_id, {"money": {"currency": "EUR", "fee_minor_units": 100000}, "retention.footage_days": 3}
    )
    assert record.money is not None
    assert record.retention.footage_days == 3
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="a fee")
    assert home.room.requests.amended(page.request_id, {"money": None}).money is None


def test_ended_request_takes_nothing_more(home: RequestHome) -> None:
    page = home.sent()
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 3})
    home.desk.decline(*page.keys, "")
    with pytest.raises(ConsentStateError, match="declined"):
        home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    with pytest.raises(ConsentStateError, match="declined"):
        home.room.requests.send(page.request_id, by="legal@example.com")
    with pytest.raises(ConsentStateError, match="waits for an answer"):
        home.room.requests.hand_back(page.request_id, by="legal@example.com", message="")


def test_request_is_found_by_the_beginning_of_its_id(home: RequestHome) -> None:
    request_id = draft(home)
    store = home.room.requests.requests
    assert store.resolve(request_id[:6].upper()) == request_id
    for text in ("", "r", "zzzzzz", "r%%%%%"):
        with pytest.raises(NotFoundError, match="there is no request"):
            store.resolve(text)
    with pytest.raises(NotFoundError):
        home.room.overview.show("r0000000000")


def test_only_a_record_with_a_guardian_has_a_guardians_link(home: RequestHome) -> None:
    with pytest.raises(ConsentStateError, match="names no guardian"):
        home.room.requests.send(draft(home), by="legal@example.com", party="guardian")
