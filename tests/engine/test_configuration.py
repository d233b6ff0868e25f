"""The user's own configuration: checked by a Job before the pod is replaced."""

from tests.engine.reader import Reader
from tests.engine.test_operations import edit

NAMESPACE = "/apis/apps/v1/namespaces/homeassistant"
WORKLOAD = f"{NAMESPACE}/statefulsets/home-assistant"
JOBS = "/apis/batch/v1/namespaces/homeassistant/jobs"


def test_a_configuration_that_home_assistant_refuses_leaves_the_pod_alone(reader: Reader) -> None:
    plane = reader.lab.plane
    package = reader.folder / "packages" / "lights.yaml"
    package.parent.mkdir()
    package.write_text("input_boolean: {porch: {}}\n")
    edit(reader, lambda tree: tree["multihome:home_assistant"].update(configuration="packages"))
    reader.applies()
    reader.does("pulumi up --stack <site> --expect-no-changes")
    before = plane.get(WORKLOAD)["metadata"]["uid"]
    (checked,) = plane.get(JOBS)["items"]
    assert checked["status"]["succeeded"] == 1

    # kwok ends the check with an error where there is this variable.
    package.write_text("input_boolean: {porch: 1}\n")
    edit(
        reader,
        lambda tree: tree["multihome:home_assistant"].update(environment={"REFUSED": "yes"}),
    )
    refused = reader.types("pulumi up --stack <site>")
    assert refused.returncode != 0
    assert "lights.yaml is refused" in refused.stdout + refused.stderr
    assert plane.get(WORKLOAD)["metadata"]["uid"] == before
