"""What a person is asked to agree to when a script is SSML: what people see of it, and what they hear where it differs.

How fast or high it is said is delivery, as a tone is; words are not. So an alias cannot say what nobody was shown, and
a list of prohibited words is held against both.
"""

from __future__ import annotations

from pipelines.voice.markup.reader import read_markup
from pipelines.voice.markup.script import MarkedScript
from pipelines.voice.markup.source import is_markup


def agreed_text(script: str | MarkedScript) -> str:
    """Return the script as consent sees it; a plain script is itself.

    Raises:
        ScriptRefusedError: It is SSML that cannot be read.
    """
    if isinstance(script, str):
        if not is_markup(script):
            return script
        script = read_markup(script)
    return script.text if script.heard == script.text else f"{script.text}\n{script.heard}"


def shown_text(script: str) -> str:
    """Return what subtitles show: the plain text of SSML, a plain script as it is."""
    return read_markup(script).text if is_markup(script) else script
