"""The bytes of a spec file as text that a reviewer sees the way it is loaded; it knows nothing of YAML.

Refused are: what is not UTF-8, control characters, and the characters that make a file *look* different from what a
parser reads. A lone carriage return, U+0085, U+2028 and U+2029 end a line for YAML but not for most editors, so a key
could hide behind a comment; the bidirectional controls reorder what is shown ("Trojan Source", CVE-2021-42574).
"""

from __future__ import annotations

import itertools
import re
import unicodedata

from rds_secure.errors import Location, Problem

MAX_BYTES = 5 * 1024 * 1024
MAX_REPORTED = 20

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")

# C0 and C1 controls but tab and line feed, line separators, bidirectional controls, the mark U+FEFF, non-characters
# and lone surrogates.
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_DECEIVING = "\u2028-\u202e\u2066-\u2069\ufeff"
_NOT_TEXT = "\ud800-\udfff\ufffe\uffff"
_REFUSED = re.compile(rf"[{_CONTROL}{_DECEIVING}{_NOT_TEXT}]|\r(?!\n)")
_REFUSED_IN_VALUE = re.compile(rf"[{_CONTROL}{_DECEIVING}{_NOT_TEXT}]")


def decode(raw: bytes | str, file: str) -> tuple[str, tuple[Problem, ...]]:
    """The text of a file without its byte order mark, and what is wrong with it; then the text must not be used.

    At most `MAX_BYTES` long; positions count characters.
    """
    if len(raw) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
        return "", (Problem(what, "split it into several files of the same stack", Location(file, 1, 1)),)
    if isinstance(raw, bytes):
        if raw.startswith(_WIDE):
            return "", (Problem("the file is encoded as UTF-16", "save it as UTF-8", Location(file, 1, 1)),)
        raw = raw.removeprefix(_BOM)
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            return "", (_not_utf8(raw, error.start, file),)
    else:
        text = raw.removeprefix("\ufeff")
    if "\0" in text:
        where = location(text, text.index("\0"), file)
        return "", (Problem("a NUL character", "save the file as UTF-8 text; it looks like UTF-16 or binary", where),)
    found = itertools.islice(_REFUSED.finditer(text), MAX_REPORTED)
    return text, tuple(_refused(text, match.start(), file) for match in found)


def refused_character(value: str) -> str | None:
    """The name of the first character of a value that no spec may hold, even written as an escape."""
    if value.isprintable():
        return None
    match = _REFUSED_IN_VALUE.search(value)
    return _name(match.group()) if match else None


def location(text: str, index: int, file: str) -> Location:
    """Where the character with that index stands."""
    return Location(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _not_utf8(raw: bytes, start: int, file: str) -> Problem:
    before = raw[:start].decode()
    bad = raw[start : start + 1]
    guess = bad.decode("cp1252", "replace")
    likely = f" ({guess!r} in Windows-1252)" if guess.isprintable() and guess != "\ufffd" else ""
    what = f"the file is not UTF-8: byte 0x{bad.hex().upper()}{likely}"
    return Problem(what, "save it as UTF-8", location(before, len(before), file))


def _refused(text: str, index: int, file: str) -> Problem:
    character = text[index]
    where = location(text, index, file)
    if character == "\r":
        return Problem("a carriage return without a line feed", "save the file with LF or CRLF line ends", where)
    name = _name(character)
    if re.match(f"[{_DECEIVING}\x85]", character):
        return Problem(
            f"the invisible character {name}", "remove it: it makes the file read other than it loads", where
        )
    return Problem(f"the control character {name}", "remove it", where)


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"{code} ({name.lower()})" if name else code
