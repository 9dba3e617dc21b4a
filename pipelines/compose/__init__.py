"""From a performance and a voice to a finished scene: background, framing, subtitles, end card, sound, the one encode.

Frames are made when asked for and never kept: what this package hands on still lacks its label, so only the release
door may write it to disk (docs/adr/0005-lazy-frames-one-encode.md).
"""
