"""A backup that takes the place of what is on a volume."""

from pydantic import Field

from config.backup_name import BackupName
from config.model import Model
from config.values import DnsLabel, ResetText


class Restore(Model):
    """A backup that is restored once, before Home Assistant starts."""

    backup: BackupName = Field(description="The name of the file in /config/backups.")
    password: DnsLabel | None = Field(
        None, description="The secret that the backup is encrypted with, by its name in `secrets`."
    )
    again: ResetText | None = Field(
        None, description="Any text; another one restores the same backup once more."
    )
