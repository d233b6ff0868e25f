"""A folder beside the stack file."""

from config.text import matching

RelativeFolder = matching(
    "relative-folder",
    r"(?!(.*/)?\.\.?(/|$))[A-Za-z0-9_.@+-]+(/[A-Za-z0-9_.@+-]+)*",
    "a path below the stack file's folder, without '..', blanks or a '/' at its ends",
    "A path below the folder of the stack file.",
)
SecretKey = matching(
    "secret-key",
    r"[A-Za-z0-9_-]{1,63}",
    "letters, digits, '_' and '-', at most 63, as in `!secret recorder_url`",
    "The name of a secret in Home Assistant's configuration.",
)
