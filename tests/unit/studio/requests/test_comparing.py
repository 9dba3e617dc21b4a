"""A new version shows its reader what changed against the one that they know."""

from __future__ import annotations

import dataclasses

import pytest

from studio.requests.comparing import Comparing
from studio.requests.desk import Counter, SubjectView
from studio.store.acts_log import ActsLog
from studio.wordings.record_text import RecordWordings
from studio.wordings.texts import languages, wording
from tests.fakes.request_home import Page, RequestHome


def view(home: RequestHome, page: Page, *, language: str = "en") -> SubjectView:
    """As the page sees it, in the real wording."""
    comparing = Comparing(
        requests=home.room.requests.requests,
        records=home.records,
        log=ActsLog(home.engine),
        wordings=RecordWordings(),
    )
    desk = dataclasses.replace(home.desk, comparing=comparing, languages=languages(), wordings=RecordWordings())
    return desk.view(*page.keys, language=language)


def another_version(home: RequestHome, page: Page, **changes: object) -> None:
    paths = {f"scope.{name}": value for name, value in changes.items()}
    record = home.room.requests.amended(page.request_id, paths)
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")


def test_the_first_version_has_changed_nothing(home: RequestHome) -> None:
    page = home.sent()
    shown = view(home, page)
    assert (shown.known_version, shown.changes, shown.is_signed) == (None, (), False)


def test_what_changed_is_said_with_before_and_now_and_what_allows_more_is_marked(home: RequestHome) -> None:
    page = home.sent()
    another_version(home, page, max_takes=30, territories=["EU"], prohibited_words=["cheap"])
    shown = view(home, page)
    assert shown.known_version == 1
    record = wording("en").record
    found = {one.heading: one for one in shown.changes}
    assert set(found) == {record[key][0] for key in ("territories", "takes", "words")}
    takes, places, words = (found[record[key][0]] for key in ("takes", "territories", "words"))
    assert ("20" in str(takes.old), "30" in str(takes.new), takes.is_wider) == (True, True, True)
    assert ("United States" in str(places.old), "United States" in str(places.new), places.is_wider) == (
        True,
        False,
        False,
    )
    assert (words.old, "cheap" in str(words.new)) == (None, True)


@pytest.mark.parametrize("language", languages())
def test_it_is_said_in_the_readers_language(home: RequestHome, language: str) -> None:
    page = home.sent()
    another_version(home, page, max_takes=30, paid_media=False)
    found = view(home, page, language=language).changes
    record = wording(language).record
    assert {one.heading for one in found} == {record["takes"][0], record["paid"][0]}
    assert all(one.old != one.new for one in found)
    assert [one.heading for one in found if one.is_wider] == [record["takes"][0]]


def test_a_version_that_nobody_saw_hides_nothing(home: RequestHome) -> None:
    page = home.sent()
    another_version(home, page, max_takes=30)
    another_version(home, page, paid_media=False)
    shown = view(home, page)
    assert shown.known_version == 1
    assert len(shown.changes) == 2, "the second version was never answered by anybody"


def test_what_the_subject_wrote_themselves_is_known(home: RequestHome) -> None:
    page = home.sent()
    home.desk.narrow(*page.keys, Counter(max_takes=5))
    another_version(home, page, max_takes=10)
    shown = view(home, page)
    assert shown.known_version == 2
    (change,) = shown.changes
    assert ("5" in str(change.old), "10" in str(change.new), change.is_wider) == (True, True, True)


def test_another_file_of_the_same_name_is_a_change(home: RequestHome) -> None:
    page = home.sent()
    old = home.records.find(page.record_id)
    assert old is not None
    (asset,) = old.record().scope.assets
    other = {**asset.model_dump(mode="json"), "sha256": "ab" * 32}
    another_version(home, page, assets=[other])
    (change,) = view(home, page).changes
    assert change.heading == wording("en").record["assets"][0]


def test_who_has_signed_has_a_receipt(home: RequestHome) -> None:
    page = home.sent()
    page.go_through()
    assert view(home, page).is_signed
