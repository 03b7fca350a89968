"""Checks compose.yaml and the hub's values as far as possible without their programs: names of keys, and types.

The tables hold the part of each schema that we use: the Compose specification, the chart's values.schema.yaml (singleuser, prePuller, cull, proxy,
hub), which allows no other keys, and Kubernetes' PersistentVolumeClaim. A key that is not in the table is an error.
"""

import sys
from pathlib import Path

import jsonschema
import yaml

HERE = Path(__file__).resolve().parent


def of(**properties):
    return {"type": "object", "additionalProperties": False, "properties": properties}


STRING, NUMBER, BOOLEAN = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
STRINGS = {"type": "array", "items": STRING}
QUANTITY = {"type": "string", "pattern": r"^\d+(\.\d+)?[KMGT]$"}  # KubeSpawner's ByteSpecification

VALUES = of(
    singleuser=of(
        image=of(name=STRING, tag={"type": "string", "not": {"const": "latest"}}),
        cmd={"type": "null"},  # the default of docker-stacks
        startTimeout={"type": "integer"},
        cpu=of(guarantee=NUMBER, limit=NUMBER),
        memory=of(guarantee=QUANTITY, limit=QUANTITY),
        profileList={
            "type": "array",
            "items": of(
                display_name=STRING,
                description=STRING,
                default=BOOLEAN,
                kubespawner_override=of(
                    image={"type": "string", "pattern": r":v\d|@sha256:"}, cpu_guarantee=NUMBER, cpu_limit=NUMBER, mem_guarantee=QUANTITY, mem_limit=QUANTITY,
                    extra_resource_limits=of(**{"nvidia.com/gpu": STRING}),
                ),
            ),
        },
        storage=of(capacity=STRING, extraVolumes={"type": "array"}, extraVolumeMounts={"type": "array"}),
        lifecycleHooks=of(postStart=of(exec=of(command=STRINGS))),
    ),
    prePuller=of(pullProfileListImages=BOOLEAN),
    cull=of(enabled=BOOLEAN, timeout={"type": "integer"}),
    proxy=of(https=of(enabled=BOOLEAN, hosts=STRINGS, letsencrypt=of(contactEmail=STRING))),
    # Names of Python classes with their settings
    hub=of(config={"type": "object", "patternProperties": {"^[A-Z]": {"type": "object"}}, "additionalProperties": False}),
)  # fmt: skip

SERVICE = of(
    build=of(context=STRING, dockerfile=STRING),
    image=STRING,
    ports={"type": "array", "items": {"type": "string", "pattern": r"^127\.0\.0\.1:"}},  # this machine only
    volumes=STRINGS,
    shm_size=STRING,
    profiles=STRINGS,
    deploy=of(resources=of(reservations=of(devices={"type": "array", "items": of(driver=STRING, count={"type": "integer"}, capabilities=STRINGS)}))),
)
EXCHANGE = of(
    apiVersion={"const": "v1"},
    kind={"const": "PersistentVolumeClaim"},
    metadata=of(name={"const": "nbgrader-exchange"}),
    spec=of(accessModes={"const": ["ReadWriteMany"]}, resources=of(requests=of(storage={"type": "string", "pattern": r"^\d+Gi$"}))),
)
COMPOSE = of(name=STRING, services={"type": "object", "additionalProperties": SERVICE}, volumes={"type": "object"})


def main() -> int:
    bad = 0
    for name, schema in (("compose.yaml", COMPOSE), ("jupyterhub/values.yaml", VALUES), ("jupyterhub/exchange.yaml", EXCHANGE)):
        document = yaml.safe_load((HERE / name).read_text())
        for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
            print(f"{name}: {'.'.join(map(str, error.path))}: {error.message}", file=sys.stderr)
            bad += 1
    compose = yaml.safe_load((HERE / "compose.yaml").read_text())
    for service in compose["services"].values():
        file = HERE / service["build"]["context"] / service["build"]["dockerfile"]
        if not file.is_file():
            print(f"compose.yaml: {file} is not there", file=sys.stderr)
            bad += 1
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
