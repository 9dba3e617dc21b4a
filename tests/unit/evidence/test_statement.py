"""What counts as saying the statement. The transcripts are what whisper-base wrote for synthetic voices."""

from __future__ import annotations

import pytest

from pipelines.evidence.result import (
    STATEMENT_CODE,
    STATEMENT_COMPANY,
    STATEMENT_LANGUAGE,
    STATEMENT_NAME,
    STATEMENT_TEXT,
)
from pipelines.evidence.sounds import likeness, likeness_within, sound_of
from pipelines.evidence.statement import StatementExpectation, check_statement
from pipelines.speech.transcript import Hearing

TEXT = (
    "I, {name}, agree that {company} may use my face, my movements and my voice to make synthetic videos of me. "
    "I know that the videos are labelled as AI-generated and that I can withdraw at any time. My code is {code}."
)
HEARD = (
    "I, Amara Akafer, agree that North Light coffee may use my face, my movements and my voice to make synthetic "
    "videos of me. I know that the videos are labeled as AI-generated, and that I can withdraw at any time. My code is "
    "9-668-5-7."
)
OTHER = "Our new coffee maker brews a perfect cup in under two minutes. Order before Friday and get free delivery."


def _expected(
    name: str = "Amara Okafor", company: str = "Northlight Coffee", code: str = "966857", language: str = "en-US"
) -> StatementExpectation:
    text = TEXT.format(name=name, company=company, code=code)
    return StatementExpectation(text=text, name=name, company=company, code=code, language=language)


def _hearing(text: str = HEARD, closing: str = "", **languages: float) -> Hearing:
    return Hearing(text=text, closing=closing, languages=tuple((languages or {"en": 0.99}).items()))


def _outcomes(hearing: Hearing, expected: StatementExpectation) -> dict[str, str]:
    return {result.name: result.outcome for result in check_statement(hearing, expected)}


def test_the_right_statement_passes_though_misheard() -> None:
    assert set(_outcomes(_hearing(), _expected()).values()) == {"passed"}


ATTACKS = {
    "another name": (_hearing(), _expected(name="Daniel Whitfield"), STATEMENT_NAME),
    "another family name": (_hearing(), _expected(name="Amara Whitfield"), STATEMENT_NAME),
    "another company": (_hearing(), _expected(company="Brightwater Motors"), STATEMENT_COMPANY),
    "another code": (_hearing(), _expected(code="966858"), STATEMENT_CODE),
    "another text": (_hearing(OTHER), _expected(), STATEMENT_TEXT),
    "half of the text": (_hearing(HEARD[:90]), _expected(), STATEMENT_TEXT),
    "another language": (_hearing(en=0.2, es=0.7), _expected(), STATEMENT_LANGUAGE),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_not_said_fails(attack: str) -> None:
    hearing, expected, check = ATTACKS[attack]
    assert _outcomes(hearing, expected)[check] == "failed"


def test_silence_is_missing_not_passed() -> None:
    assert set(_outcomes(_hearing("  "), _expected()).values()) == {"missing"}


def test_the_code_may_be_heard_in_the_closing_words_alone() -> None:
    hearing = _hearing("I agree. My code is 96687.", closing="My code is 966857.")
    assert _outcomes(hearing, _expected())[STATEMENT_CODE] == "passed"


def test_every_result_says_what_was_found_and_needed() -> None:
    for result in check_statement(_hearing(), _expected()):
        assert result.score is not None
        assert result.threshold is not None
        assert "docs/evidence.md" in result.source
        assert "needed" in result.reason


def test_hindi_written_in_urdu_letters_is_hindi() -> None:
    expected = StatementExpectation(
        text="मैं, अनन्या शर्मा, सहमत हूँ। मेरा कोड है 756863।",
        name="अनन्या शर्मा",
        company="नॉर्थलाइट",
        code="756863",
        language="hi",
    )
    outcomes = _outcomes(
        _hearing("میں آنانیا شرمہ سہمت ہو میرا کورھے ساتھ پانچ چہاہ آٹ چہتین", hi=0.4, ur=0.5), expected
    )
    assert outcomes[STATEMENT_NAME] == outcomes[STATEMENT_LANGUAGE] == outcomes[STATEMENT_CODE] == "passed"


def test_a_latin_name_misheard_in_chinese_is_missing_so_that_a_person_listens() -> None:
    expected = StatementExpectation(
        text="我，王小雨，同意Northlight Coffee使用我的面孔。我的验证码是159876。",
        name="王小雨",
        company="Northlight Coffee",
        code="159876",
        language="zh",
    )
    outcomes = _outcomes(_hearing("我王小宇同意落在咖啡使用我的面孔。 我的驗證碼是159876。", zh=1.0), expected)
    assert outcomes[STATEMENT_COMPANY] == "missing"
    assert outcomes[STATEMENT_NAME] == outcomes[STATEMENT_CODE] == "passed"


def test_homophones_in_kanji_sound_alike() -> None:
    assert likeness(sound_of("佐藤花子", "ja"), sound_of("左藤はなこ", "ja")) == 1.0


def test_likeness_is_0_for_nothing_and_1_for_the_same() -> None:
    assert likeness("amara", "amara") == likeness_within("iamaraagri", "amara") == 1.0
    assert likeness("", "amara") == likeness("amara", "") == likeness_within("amara", "") == 0.0


def test_an_unknown_name_in_the_text_is_looked_for_everywhere() -> None:
    expected = StatementExpectation(
        text="I agree.", name="Amara Okafor", company="Northlight Coffee", code="966857", language="en"
    )
    assert _outcomes(_hearing(), expected)[STATEMENT_NAME] == "passed"
