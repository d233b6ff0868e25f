"""The pod of a site as it is rendered: its containers, run in their order."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from components.objects import site_objects
from config.site import Site
from lab.build.manifests import upstream_file
from lab.home_assistant.container import Container, Mount
from lab.home_assistant.networks import POD
from lab.home_assistant.root import VERSION
from tests.cases.sites import changed
from tests.home_assistant.instance import wait_for

# It asks the API server, which is not here.
LEFT_OUT = "check-interfaces"
Json = Mapping[str, Any]


INGRESS: dict[str, object] = {"home_assistant/ingress": {"host": "home.example"}}


class ContainerError(Exception):
    """A container failed; the text is what kubelet shows of it."""


def planned_site(changes: Mapping[str, object]) -> Site:
    """The article's site with changes; they are valid."""
    reading = changed("home", changes)
    assert reading.site is not None, [problem.line() for problem in reading.problems]
    return reading.site


@dataclass(frozen=True, kw_only=True)
class PlannedPod:
    """The pod of a site; `folder` keeps its volume from one pod to the next.

    `packages` are texts by file name, `secrets` values by name; `version` is the image's;
    `addresses` are the pod's own in the cluster.
    """

    site: Site
    namespace: str
    folder: Path
    packages: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    version: str = VERSION
    addresses: tuple[str, ...] = (POD,)

    def restoring(self, backup: str, password: str | None = None) -> "PlannedPod":
        """The pod after `restore` was written into the stack file."""
        changes = {**INGRESS, "home_assistant/restore/backup": backup}
        if password is None:
            return replace(self, site=planned_site(changes))
        changes |= {"home_assistant/restore/password": "backup"}
        changes |= {"secrets/backup": {"secure": "v1:AAAA"}}
        return replace(self, site=planned_site(changes), secrets={"backup": password})

    @property
    def backups(self) -> list[str]:
        """The names of the backups and cold copies on the volume."""
        return sorted(path.name for path in (self.config / "backups").glob("*.tar"))

    @property
    def config(self) -> Path:
        """The volume."""
        return self.folder / "config"

    def prepare(self) -> str:
        """Runs the init containers; returns what they print. Raises `ContainerError`."""
        spec = self._spec("StatefulSet")
        return "".join(
            self._run(spec, described)
            for described in spec["initContainers"]
            if described["name"] != LEFT_OUT
        )

    def check(self) -> str:
        """Runs the Job that comes before the pod is replaced. Raises `ContainerError`."""
        spec = self._spec("Job")
        shutil.rmtree(self.folder / "volumes" / "scratch", ignore_errors=True)
        (described,) = spec["containers"]
        return self._run(spec, described)

    def home_assistant(self) -> Container:
        """The container that Home Assistant runs in."""
        spec = self._spec("StatefulSet")
        return self._container(spec, spec["containers"][0])

    def verify_start(self) -> None:
        """Runs verify-start beside Home Assistant until its verdict. Raises `ContainerError`."""
        spec, log = self._spec("StatefulSet"), self.folder / "verify-start.log"
        (described,) = (each for each in spec["containers"] if each["name"] == "verify-start")
        process = self._container(spec, described).start(described["command"], log)
        try:
            wait_for(
                lambda: process.poll() is not None or "Home Assistant runs" in log.read_text(),
                f"a verdict ({log})",
                60,
            )
            ended = process.poll()
        finally:
            process.terminate()
            process.wait(30)
        if ended is not None:
            raise ContainerError((self.folder / "termination-log").read_text() or log.read_text())

    def _objects(self) -> dict[str, Any]:
        manifest = upstream_file(self.site.multus.version).read_text(encoding="utf-8")
        return site_objects(self.site, manifest, self.packages).home_assistant

    def _spec(self, kind: str) -> Json:
        spec: Json = self._objects()[kind]["spec"]["template"]["spec"]
        return spec

    def _run(self, spec: Json, described: Json) -> str:
        done = self._container(spec, described).run(described["command"])
        if done.returncode != 0:
            raise ContainerError((self.folder / "termination-log").read_text() or done.stdout)
        return done.stdout

    def _container(self, spec: Json, described: Json) -> Container:
        self.config.mkdir(parents=True, exist_ok=True)
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        return Container(
            namespace=self.namespace,
            folder=self.folder,
            mounts=[
                Mount(
                    source=self._volume(volumes[mount["name"]]),
                    path=mount["mountPath"],
                    read_only=mount.get("readOnly", False),
                )
                for mount in described["volumeMounts"]
            ],
            version=self.version,
            environment={each["name"]: self._value(each) for each in described.get("env", [])},
        )

    def _volume(self, described: Json) -> Path:
        if "persistentVolumeClaim" in described:
            return self.config
        folder = self.folder / "volumes" / str(described["name"])
        folder.mkdir(parents=True, exist_ok=True)
        files: dict[str, str] = {}
        if "configMap" in described:
            name = described["configMap"]["name"]
            named = {each["metadata"]["name"]: each for each in self._objects().values()}
            files = named[name]["data"]
        if "secret" in described:
            items = described["secret"]["items"]
            files = {item["path"]: self.secrets[item["key"]] for item in items}
        for path, text in files.items():
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    def _value(self, variable: Json) -> str:
        if "value" in variable:
            return str(variable["value"])
        source = variable["valueFrom"]
        if "secretKeyRef" in source:
            return self.secrets[source["secretKeyRef"]["key"]]
        assert source["fieldRef"]["fieldPath"] in {"status.podIP", "status.podIPs"}
        return ",".join(self.addresses)


def stored(pod: PlannedPod, name: str) -> Any:
    """The content of one of Home Assistant's stores."""
    return json.loads((pod.config / ".storage" / name).read_text(encoding="utf-8"))
