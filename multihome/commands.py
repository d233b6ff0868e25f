"""The commands; each imports what it needs when it runs, so that every start is quick."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Checks the plan of a site and shows it; `doctor` alone needs the cluster and its nodes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_FILE = typer.Argument(
    metavar="FILE", help="A stack file, such as Pulumi.home.yaml.", show_default=False
)


@app.command()
def check(
    files: Annotated[list[Path], _FILE],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Prints the plan of each stack file, or what is wrong with it."""
    from multihome.check import check_files  # noqa: PLC0415 - see above

    raise typer.Exit(check_files(files, as_json=json))


@app.command()
def render(file: Annotated[Path, _FILE]) -> None:
    """Writes a site's objects and node scripts to rendered/<stack>/."""
    from multihome.render import render_file  # noqa: PLC0415 - see above

    raise typer.Exit(render_file(file))


@app.command()
def picture(file: Annotated[Path, _FILE]) -> None:
    """Prints a picture of the site's networks as a Mermaid flowchart."""
    from multihome.picture import picture_file  # noqa: PLC0415 - see above

    raise typer.Exit(picture_file(file))


@app.command()
def doctor(
    file: Annotated[Path, _FILE],
    *,
    context: Annotated[
        str | None,
        typer.Option(help="The context of your kubeconfig.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Looks at the nodes and the cluster of a site, and says what is not as planned."""
    from multihome.doctor.command import doctor_file  # noqa: PLC0415 - see above

    raise typer.Exit(doctor_file(file, context=context, as_json=json))


@app.command()
def rules() -> None:
    """Prints every rule: what must hold, and why."""
    from multihome.rules import rule_lines  # noqa: PLC0415 - see above

    print("\n".join(rule_lines()))


@app.command()
def schema() -> None:
    """Prints the JSON Schema by which editors complete the keys."""
    from config.reading.json_schema import schema_text  # noqa: PLC0415 - see above

    print(schema_text(), end="")
