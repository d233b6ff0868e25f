"""SSH's encoding of strings: the length in four bytes, then the bytes (RFC 4251 section 5)."""

LENGTH_BYTES = 4


def read_string(blob: bytes, start: int) -> tuple[bytes, int]:
    """The string that starts there, and where it ends; ValueError where the blob is cut off."""
    first = start + LENGTH_BYTES
    end = first + int.from_bytes(blob[start:first], "big")
    if first > len(blob) or end > len(blob):
        raise ValueError("cut off")
    return blob[first:end], end


def read_strings(blob: bytes) -> list[bytes]:
    """All strings of the blob; ValueError where it is cut off."""
    found, at = [], 0
    while at < len(blob):
        string, at = read_string(blob, at)
        found.append(string)
    return found
