"""SSML from strangers: what is not ours is refused in one sentence with its place, and nothing is ever expanded."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.script import Pause
from pipelines.voice.markup.source import CHARACTERS_MAX, DEPTH_MAX, ELEMENTS_MAX, is_markup, parse
from pipelines.voice.markup.words import ELEMENTS

LAUGHS = """<speak><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;">]>&lol2;</speak>"""

REFUSED = {
    "billion laughs": (LAUGHS, "line 1, column 8: a document type or entity is never read"),
    "document type as an element": ("<speak\n><!ELEMENT a></speak>", "line 2, column 2"),
    "entity of a file": ("<speak>&xxe;</speak>", "column 8: there are no names for signs but &amp;"),
    "10 MB": ("<speak>" + "a" * 10_000_000, "has 10000007 characters and 60000 is the most; make several takes"),
    "deep nesting": ("<speak>" + "<prosody rate='slow'>" * 2500, f"more than {DEPTH_MAX} deep"),
    "many elements": ("<speak>" + "<break/>" * 3000 + "</speak>", f"more than {ELEMENTS_MAX} elements"),
    "control character": ("<speak>a\x00b</speak>", "column 9: there is a sign here that XML does not allow"),
    "control character by number": ("<speak>a&#1;b</speak>", "column 9: this number is no sign that XML allows"),
    "half a character": ("<speak>a\ud800b</speak>", "half a character"),
    "unclosed element": ("<speak>\n<p>Hello.", "line 2, column 10: the script ends before </speak>"),
    "unclosed tag": ("<speak>\n  a <bre", "line 2, column 5: a tag is not closed"),
    "crossed elements": ("<speak><p><s>a</p></s></speak>", "column 17: this closes another element"),
    "ampersand": ("<speak>H&M</speak>", "column 11: there is a sign here that XML does not allow; write & as &amp;"),
    "less than": ("<speak>a < b</speak>", "column 11: there is a sign here that XML does not allow"),
    "something after the end": ("<speak>a</speak> b", "column 18: something stands after </speak>"),
    "processing instruction": ("<speak><?php x ?></speak>", "column 8: a processing instruction is never read"),
    "attribute twice": ("<speak><break time='1s' time='2s'/></speak>", "duplicate attribute"),
    "another root": ("<speaker>a</speaker>", "<speaker> is not read here, did you mean 'speak'?"),
    "unknown element": ("<speak><audio src='x'/></speak>", "<audio> is not read here; known are: <speak>, <p>, <s>,"),
    "another engine's": ("<speak><mstts:say-as/></speak>", "<mstts:say-as> is not read here, did you mean 'say-as'?"),
    "unknown attribute": (
        "<speak>\n <break tme='1s'/></speak>",
        "line 2, column 2: <break> has no attribute 'tme', did you mean 'time'?; known are: time, strength",
    ),
    "missing attribute": ("<speak><sub>a</sub></speak>", "<sub> needs the attribute alias"),
    "another version": ("<speak version='2.0'>a</speak>", "version is '2.0' and must be 1.0 or 1.1"),
    "another namespace": ("<speak xmlns='urn:x'>a</speak>", "xmlns is 'urn:x' and must be http"),
    "words in a break": ("<speak><break>a</break></speak>", "no words may stand in <break>"),
    "an element in sub": ("<speak><sub alias='a'><s>b</s></sub></speak>", "<sub>, which may hold no element"),
    "a speak in a speak": ("<speak><speak>a</speak></speak>", "<speak> may not stand in <speak>"),
    "a paragraph in one": ("<speak><p><prosody rate='slow'><p>a</p></prosody></p></speak>", "in a paragraph"),
    "a sentence in one": ("<speak><s><lang xml:lang='fr'><s>a</s></lang></s></speak>", "in a sentence"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_script_gets_one_clear_sentence(text: str, why: str) -> None:
    assert is_markup(text)
    with pytest.raises(ScriptRefusedError, match=re.escape(why)) as refused:
        parse(text)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_doctype_before_the_script_makes_it_no_ssml() -> None:
    assert not is_markup('<!DOCTYPE speak SYSTEM "file:///etc/passwd"><speak>&x;</speak>')


def test_blanks_before_the_script_are_counted_in_places() -> None:
    with pytest.raises(ScriptRefusedError, match="line 3, column 10: <b> "):
        parse("\n\n  <speak><b>x</b></speak>")


def test_the_longest_script_is_read() -> None:
    ends = "<speak>", "</speak>"
    text = "a" * (CHARACTERS_MAX - sum(map(len, ends)))
    assert "".join(map(str, parse(text.join(ends)).children)) == text


def test_comments_and_cdata_are_what_xml_says() -> None:
    assert read_markup("<speak>a <!-- not said --><![CDATA[< b]]></speak>").text == "a < b"


_FRAGMENTS = st.sampled_from(
    [f"<{name}>" for name in ELEMENTS]
    + [f"</{name}>" for name in ELEMENTS]
    + ["<break/>", "<sub alias='x'>", "<lang xml:lang='fr'>", "<prosody rate='+9%'>", "<say-as interpret-as='date'>"]
    + ["Buy ", "now", ".", "12", "&amp;", "&", "<", "]]>", "<!--", "-->", "<!DOCTYPE x>", "\n", "コーヒー"]
)


@settings(max_examples=150, deadline=None)
@given(body=st.one_of(st.text(max_size=60), st.lists(_FRAGMENTS, max_size=12).map("".join)))
@example(body="><!DOCTYPE a [<!ENTITY b 'c'>]>&b;")
@example(body=">\ufeff\x85\u2028</speak>")
def test_any_text_is_read_or_refused(body: str) -> None:
    for source in (f"<speak{body}", f"<speak>{body}</speak>"):
        try:
            script = read_markup(source, locale="en-US")
        except ScriptRefusedError:
            continue
        spans = [part.span for part in script.parts if not isinstance(part, Pause)]
        assert "".join(script.text[span.begin : span.end] for span in spans) == script.text
        assert script.text == script.text.strip(" \t\r\n")
