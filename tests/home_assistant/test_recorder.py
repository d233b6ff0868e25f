"""The recorder writes to PostgreSQL, whose URL is a secret in the environment."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

from lab.home_assistant.container import Container
from lab.home_assistant.networks import Networks
from tests.home_assistant.instance import Instance, wait_for
from tests.home_assistant.planned import PlannedPod, planned_site

PASSWORD = "tell-nobody-4711"  # noqa: S105 - only for tests
URL = f"postgresql://postgres:{PASSWORD}@127.0.0.1/postgres"
SITE: dict[str, object] = {
    "home_assistant/configuration": "packages",
    "home_assistant/environment": {"RECORDER_URL": {"secret": "recorder"}},
    "secrets": {"recorder": {"secure": "v1:AAAA"}},
}
# PostgreSQL does not start as root.
SERVER = """
set -eu
cd /usr/lib/postgresql/*/bin
printf %s "$PGPASSWORD" > /tmp/password
install -d -o nobody /data
as_owner="setpriv --reuid=nobody --regid=nogroup --clear-groups"
$as_owner ./initdb -D /data -U postgres --auth=scram-sha-256 --pwfile=/tmp/password --no-sync
exec $as_owner ./postgres -D /data -c fsync=off -c unix_socket_directories=
"""
ASK = "/usr/lib/postgresql/*/bin/psql -h 127.0.0.1 -U postgres -d postgres -At -c 'SELECT {}'"


def test_states_are_in_the_database_and_its_password_nowhere(
    networks: Networks, tmp_path: Path
) -> None:
    database = Container(
        namespace=networks.pod, folder=tmp_path, environment={"PGPASSWORD": PASSWORD}
    )
    pod = PlannedPod(
        site=planned_site(SITE),
        namespace=networks.pod,
        folder=tmp_path / "pod",
        packages={"recorder.yaml": "recorder:\n  db_url: !env_var RECORDER_URL\n"},
        secrets={"recorder": URL},
    )

    def holds(expression: str) -> bool:
        return database.run(["sh", "-c", ASK.format(expression)]).stdout == "t\n"

    with ExitStack() as stack:
        log = tmp_path / "database.log"
        server = database.start(["sh", "-c", SERVER], log)
        stack.callback(server.wait, timeout=30)
        stack.callback(server.terminate)
        wait_for(lambda: holds("true"), f"PostgreSQL ({log})", 60)
        said = pod.check() + pod.prepare()
        instance = Instance(pod.home_assistant())
        stack.callback(instance.stop)
        instance.wait_until_it_answers()
        wait_for(lambda: holds("count(*) > 0 FROM states"), f"states ({instance.log})", 60)
        processes = subprocess.check_output(["ps", "-ewwo", "args"], text=True)
    assert PASSWORD not in said + processes + instance.log.read_text() + log.read_text()
    assert not (pod.config / "home-assistant_v2.db").exists()
