"""`python -m multihome doctor` by real SSH: what it prints, how it ends, and what it leaves."""

from tests.node.doctor.real_node import RealNode


def test_the_healthy_site_has_no_finding(real: RealNode) -> None:
    done = real.doctor()

    assert (done.returncode, done.stdout) == (0, "nothing found\n"), done.stderr
    assert "node k3s-1: looked at" in done.stderr
    assert "cluster: looked at" in done.stderr
