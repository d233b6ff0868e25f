"""What is told with a failure."""

from pathlib import Path

from tests.house.last_words import LINES, last_words


def test_the_last_lines_of_every_machine_of_every_house_are_told(tmp_path: Path) -> None:
    for house, machine in (("a", "k3s-1"), ("a", "switch"), ("b", "k3s-1")):
        folder = tmp_path / f"box-{house}"
        folder.mkdir(exist_ok=True)
        lines = [f"{machine} {number}" for number in range(LINES + 1)]
        (folder / f"{machine}.console").write_text("\n".join(lines))
    (tmp_path / "box-b" / "k3s-1.log").write_text("qemu: no memory\n")

    told = dict(last_words(tmp_path))

    assert list(told) == [
        "box-a: k3s-1.console",
        "box-a: switch.console",
        "box-b: k3s-1.console",
        "box-b: k3s-1.log",
    ]
    assert told["box-a: switch.console"].splitlines()[0] == "switch 1"
    assert told["box-a: switch.console"].splitlines()[-1] == f"switch {LINES}"
    assert told["box-b: k3s-1.log"] == "qemu: no memory"
