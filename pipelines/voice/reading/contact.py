"""Where somebody is reached: addresses of the web and of mail, handles, hashtags and telephone numbers."""

from __future__ import annotations

import re

from pipelines.voice.reading.numbers import NumberReader

# Endings by name, so that a full stop without a space after it ("now.Get") or "EE.UU." is no address.
_ENDINGS = (
    "com|org|net|eu|io|co|shop|store|app|ai|dev|info|biz|tv|example|fr|de|es|it|pt|br|uk|us|ca|ch|at|be|nl|jp|cn|in"
)
# Countries' endings are said letter by letter, but for those that are a word in the language ("punto it").
_SPELLED = frozenset({"ai", "br", "ca", "ch", "cn", "de", "eu", "fr", "io", "jp", "nl", "pt", "tv", "uk", "us"})
_PHONE_DIGITS = range(7, 16)
_PAIRED_MAX = 3  # digits that are read as one number where telephone numbers are read in groups


class AddressReader:
    """Says addresses, handles and hashtags of one language."""

    address = re.compile(
        r"(?<![\w@.])(?:https?://)?(?P<body>(?:[A-Za-z0-9_.+-]+@)?(?:[A-Za-z0-9-]+\.)+"
        rf"(?:{_ENDINGS})(?:/[A-Za-z0-9/_-]*[A-Za-z0-9])?)(?![\w@])",
        re.ASCII,
    )
    handle = re.compile(r"(?<![\w.@])@(?P<body>[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?)", re.ASCII)
    hashtag = re.compile(r"(?<!\w)[#＃](?P<body>[^\W\d][\w\u0900-\u097f]*)[#＃]?")

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        rules = numbers.rules
        self._signs = {
            ".": rules.dot, "@": rules.symbols["@"], "+": rules.symbols["+"], "/": rules.slash, "-": rules.dash,
            "_": rules.underscore,
        }  # fmt: skip

    def say(self, match: re.Match[str]) -> str:
        """Say what ``address`` matched."""
        host, slash, path = match["body"].partition("/")
        body = re.sub(r"^www(?=\.)", "W W W", host, flags=re.IGNORECASE)
        labels = re.split(r"(?<=\.)(?=[A-Za-z]{2}$)|(?<=\.)(?=[A-Za-z]{2}\.[A-Za-z]{2}$)", body)
        *front, ending = labels if len(labels) > 1 else [body, ""]
        if ending in _SPELLED:
            body = "".join(front) + " ".join(ending.upper())
        return self._parts(body + slash + path)

    def say_handle(self, match: re.Match[str]) -> str:
        """Say what ``handle`` matched."""
        return f"{self._signs['@']} {self._parts(match['body'])}"

    def say_hashtag(self, match: re.Match[str]) -> str:
        """Say what ``hashtag`` matched: its words are told apart by capitals, digits and underscores."""
        parted = re.sub(r"(?<=[^\W\d_])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|_", " ", match["body"])
        return f"{self._numbers.rules.hashtag} {self._with_digits(parted)}"

    def _parts(self, body: str) -> str:
        said = [self._signs.get(part) or self._with_digits(part) for part in re.split(r"([.@/_+-])", body) if part]
        return " ".join(said)

    def _with_digits(self, part: str) -> str:
        return re.sub(r"\d+", lambda m: f" {self._numbers.whole(int(m[0]))} ", part).strip()


class PhoneReader:
    """Finds and says telephone numbers."""

    def __init__(self, numbers: NumberReader) -> None:
        self._numbers = numbers
        own = numbers.rules.phone.own
        general = r"(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,5}\)[\s.-]?)?\d{1,5}(?:[\s./-]\d{2,8}){1,6}(?![\w%€$£₹¥元円])"
        self.pattern = re.compile(rf"(?<![\w.,])(?:{own + '|' if own else ''}{general})", re.ASCII)
        self._own = re.compile(own, re.ASCII) if own else None

    def say(self, match: re.Match[str]) -> str | None:
        """Say what ``pattern`` matched; None when it is not a telephone number."""
        written = match[0]
        if self._own is None or not self._own.fullmatch(written):
            if sum(c.isdigit() for c in written) not in _PHONE_DIGITS:
                return None
            if re.fullmatch(self._numbers.pattern("n"), written):
                return None
            if not written.startswith(("+", "0", "(")) and re.search(r"[\s/]", written):
                return None  # "2025 2026": numbers beside each other
        plus = f"{self._numbers.rules.symbols['+']} " if written.startswith("+") else ""
        return plus + ", ".join(self._group(group) for group in re.findall(r"\d+", written))

    def _group(self, group: str) -> str:
        rules = self._numbers.rules.phone
        if group in rules.groups:
            return rules.groups[group]
        if rules.by_groups and len(group) <= _PAIRED_MAX:
            zeros = len(group) - len(group.lstrip("0"))
            rest = [self._numbers.whole(int(group))] if group.strip("0") else []
            return " ".join([*[self._numbers.whole(0)] * zeros, *rest])
        if rules.digit_words:
            return (" " if self._numbers.rules.spaced else "").join(rules.digit_words[int(c)] for c in group)
        return self._numbers.digits(group)
