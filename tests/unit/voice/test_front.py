"""Text fronts: every language to symbols that the net knows, each with its place in the script."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import PipelineError, ScriptRefusedError
from pipelines.voice.front.base import FrontEnd
from pipelines.voice.front.chinese import ChineseFrontEnd
from pipelines.voice.front.japanese import JapaneseFrontEnd
from pipelines.voice.front.spaced import SpacedFrontEnd, over_words
from pipelines.voice.phonemes import kana
from pipelines.voice.phonemes.espeak import Espeak, EspeakChild, EspeakProgram, open_espeak
from pipelines.voice.phonemes.ipa import to_symbols
from pipelines.voice.phonemes.symbols import SYMBOL_IDS, token_ids
from pipelines.voice.reading.reader import ScriptReader
from pipelines.voice.reading.rules import load_rules
from pipelines.voice.script.pieces import Span
from pipelines.voice.script.sentences import sentences
from pipelines.voice.timing.alignment import boundaries


@pytest.fixture(scope="module")
def child() -> Iterator[EspeakChild]:
    made = EspeakChild()
    yield made
    made.close()


def front(language: str, espeak: Espeak) -> FrontEnd:
    english = SpacedFrontEnd("en-US", locale="en-US", espeak=espeak)
    if language == "ja":
        return JapaneseFrontEnd(english)
    if language == "zh":
        return ChineseFrontEnd(english)
    return SpacedFrontEnd(language, locale=language, espeak=espeak)


def read(language: str, text: str, espeak: Espeak) -> list[tuple[str, str]]:
    """Symbols per stretch of script."""
    made: list[tuple[str, str]] = []
    for sentence in sentences(ScriptReader(load_rules(language), {}).read(text)):
        said = front(language, espeak).phonemes(sentence)
        token_ids(said.symbols)
        for symbol, span in zip(said.symbols, said.spans, strict=True):
            if span is None:
                continue
            word = text[span.begin : span.end]
            if made and made[-1][0] == word:
                made[-1] = (word, made[-1][1] + symbol)
            else:
                made.append((word, symbol))
    return made


SCRIPTS = {
    "en-US": "Dr. Smith’s coffee costs $19.99. Meet us in the morning of the day.",
    "en-GB": "Half a litre of tea, well-known everywhere!",
    "fr": "L’été, c’est 12,50 € ! Prêt ? « Oui », dit-elle.",
    "es": "¡Miles de clientes! ¿Y tú? Llévate 2 cafés.",
    "it": "Scopri gli spaghetti: è la tua città.",
    "pt-BR": "Faça já: não há coração que resista.",
    "de": "Müssen Sie 5 Brötchen essen? Hör zu.",
    "hi": "हमारी नई मशीन 2 मिनट में Coffee बनाती है।",
    "ja": "新しい「Sayso」は、2026年に¥1,980（税込）！Coffee Oneを、ティッシュも。",
    "zh": "我们的新咖啡机2分钟就好，买Coffee One吧！女儿也喜欢。",
}


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_word_of_a_script_gets_symbols_of_its_own(language: str, child: EspeakChild) -> None:
    text = SCRIPTS[language]
    words = front(language, child).words(text)
    read_stretches = read(language, text, child)
    assert "".join(text[w.begin : w.end] for w in words).replace(" ", "") == text.replace(" ", "")
    sounding = [text[w.begin : w.end] for w in words if any(c.isalnum() for c in text[w.begin : w.end])]
    heard = "".join(stretch for stretch, _ in read_stretches)
    assert all(any(c in heard for c in word if c.isalnum()) for word in sounding)


def test_words_that_run_together_are_told_apart(child: EspeakChild) -> None:
    said = dict(read("en-US", "in the morning of the day", child))
    assert set(said) == {"in", "the", "morning", "of", "day"}


def test_french_marks_stay_with_their_word(child: EspeakChild) -> None:
    text = "Prêt ? « Oui » !"
    words = [text[w.begin : w.end] for w in front("fr", child).words(text)]
    assert words == ["Prêt ?", "« Oui » !"]


def test_a_subtitle_never_breaks_in_a_number(child: EspeakChild) -> None:
    text = "価格は¥1,980、25%オフ。"
    words = [text[w.begin : w.end] for w in front("ja", child).words(text)]
    assert words == ["価格は", "¥1,980、", "25%", "オフ。"]


def test_letters_of_another_script_are_refused(child: EspeakChild) -> None:
    with pytest.raises(ScriptRefusedError, match="in no script that fr reads"):
        read("fr", "Bonjour 你好", child)


def test_spanish_of_the_americas_has_no_lisp(child: EspeakChild) -> None:
    sentence = sentences(ScriptReader(load_rules("es"), {}).read("zapato"))[0]
    by_locale = {
        loc: SpacedFrontEnd("es", locale=loc, espeak=child).phonemes(sentence).symbols for loc in ("es-ES", "es-MX")
    }
    assert "θ" in by_locale["es-ES"]
    assert "θ" not in by_locale["es-MX"]


def test_a_dead_child_is_started_again() -> None:
    child = EspeakChild()
    first = child.ipa(["hello"], voice="en-us")
    pid = child.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert child.ipa(["hello"], voice="en-us") == first
    assert child.pid != pid
    child.close()


def test_an_unknown_espeak_voice_is_an_error_and_not_the_voice_before(child: EspeakChild) -> None:
    child.ipa(["bonjour"], voice="fr")
    with pytest.raises(PipelineError, match="xx-yy"):
        child.ipa(["bonjour"], voice="xx-yy")


def test_the_program_and_the_child_speak_the_same_language(child: EspeakChild) -> None:
    path = shutil.which("espeak-ng")
    if path is None:
        pytest.skip("espeak-ng is not on PATH; the child is all there is")
    program = EspeakProgram(path)
    lines = ["bonjour à tous les amis", "café"]
    assert program.ipa(lines, voice="fr") == child.ipa(lines, voice="fr")
    with pytest.raises(PipelineError, match="xx-yy"):
        program.ipa(["bonjour"], voice="xx-yy")


def test_a_phoneme_that_could_not_be_written_is_an_error(tmp_path: Path) -> None:
    old = tmp_path / "espeak-ng"
    old.write_text("#!/bin/sh\ncat > /dev/null\necho 'v??də'\n", encoding="utf-8")
    old.chmod(0o755)
    with pytest.raises(PipelineError, match="is no IPA"):
        EspeakProgram(str(old)).ipa(["wurde"], voice="de")


def test_the_espeak_of_this_machine_knows_every_german_vowel() -> None:
    assert "?" not in open_espeak().ipa(["wurde kurz"], voice="de")[0]


def test_an_old_program_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "espeak-ng"
    old.write_text("#!/bin/sh\necho 'eSpeak NG text-to-speech: 1.51  Data at: /x'\n", encoding="utf-8")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(open_espeak(), EspeakChild)


def test_espeak_stays_out_of_this_process(child: EspeakChild) -> None:
    child.ipa(["hello"], voice="en-us")
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("only Linux lists a process's libraries")
    assert "espeak" not in maps.read_text(encoding="utf-8")


IPA_CASES = (
    ("en-US", "kˈɔfi wˈɔːɾɚ", "kˈɔfi wˈɔTəɹ"),
    ("en-US", "həlˈo^ʊ d^ʒˈʌmp", "həlˈO ʤˈʌmp"),
    ("en-GB", "həlˈə^ʊ", "həlˈQ"),
    ("it", "t^ʃˈit^ta", "ʧˈitta"),
    ("de", "mˈʏsən lˈiːbɜ", "mˈysən lˈiːbɐ"),
    ("fr", "bɔ̃ʒˈuʁ", "bɔ̃ʒˈuʁ"),
)


@pytest.mark.parametrize(("language", "ipa", "symbols"), IPA_CASES)
def test_ipa_becomes_the_nets_symbols(language: str, ipa: str, symbols: str) -> None:
    assert to_symbols(ipa, language=language) == symbols


def test_kana_become_the_nets_symbols() -> None:
    assert kana.to_symbols("コンビニ") == "kombʲiɲi"
    assert kana.to_symbols("キッテ") == "kʲiʔte"
    assert kana.to_symbols("キョー") == "kʲoː"
    assert kana.to_symbols("ティッシュ") == "tʲiʔɕɨ"
    assert not kana.is_kana("、")


def test_a_symbol_the_net_does_not_know_is_refused() -> None:
    with pytest.raises(ScriptRefusedError, match=r"U\+266F"):
        token_ids("a♯")


def test_the_alphabet_has_all_114_symbols() -> None:
    assert len(SYMBOL_IDS) == 114
    assert len(set(SYMBOL_IDS.values())) == 114


def test_alignment_finds_words_that_lost_their_space() -> None:
    whole = "mˈɔɹnɪŋ ʌvðə dˈA"
    assert [whole[i] for i in boundaries(("mˈɔɹnɪŋ", "ˈʌv", "ðə", "dˈA"), whole)] == ["m", "ʌ", "ð", "d"]


def test_words_own_their_symbols_when_nothing_runs_together() -> None:
    spans = (Span(begin=0, end=2), Span(begin=3, end=5))
    said = over_words("ab cd", ("ab", "cd"), spans)
    assert said.spans == (spans[0], spans[0], None, spans[1], spans[1])
