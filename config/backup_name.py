"""The name of a backup on a volume."""

from config.text import matching

BackupName = matching(
    "backup-name",
    r"[A-Za-z0-9][A-Za-z0-9 _.()+-]{0,199}\.tar",
    "the name of a file in /config/backups, which ends in .tar",
    "The name of a file in /config/backups: a cold copy, or a backup of Home Assistant's own.",
)
