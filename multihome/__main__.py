"""The command line: `python -m multihome check|picture|render|rules|schema`."""

import sys


def main(arguments: list[str]) -> int:
    """Runs one command, imported only when it is asked for: `check` takes under a second."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "check":
        from multihome.check import check_command  # noqa: PLC0415 - see above

        return check_command(rest)
    if command == "render":
        from multihome.render import render_command  # noqa: PLC0415 - see above

        return render_command(rest)
    if command == "picture":
        from multihome.picture import picture_command  # noqa: PLC0415 - see above

        return picture_command(rest)
    if command == "rules":
        from multihome.rules import rules_text  # noqa: PLC0415 - see above

        sys.stdout.write(rules_text())
        return 0
    if command == "schema":
        from config.reading.json_schema import schema_text  # noqa: PLC0415 - see above

        sys.stdout.write(schema_text())
        return 0
    print("usage: python -m multihome check|picture|render|rules|schema", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
