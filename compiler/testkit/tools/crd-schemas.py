"""Turns CustomResourceDefinitions into strict JSON schemas, one file per served version.

usage: crd-schemas.py OUT FOLDER...      writes OUT/GROUP/VERSION/KIND.json

Strict means that a key the CRD does not list is an error, as `kubectl --validate=strict` has it.
CEL rules (x-kubernetes-validations) are not evaluated: only an API server does that.
"""

import json
import pathlib
import sys

import yaml

class Loader(yaml.CSafeLoader):
    """YAML 1.1 without its oddest type: a bare `=` is a string."""


Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)

OBJECT_META = "/api/_definitions.json#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
KEPT = (
    "type enum pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength "
    "maxLength minItems maxItems uniqueItems minProperties maxProperties required"
).split()


def junctor(node):
    """What stands inside allOf, anyOf, oneOf, not: restricts values, never lists keys."""
    out = {k: node[k] for k in KEPT if k in node}
    if "properties" in node:
        out["properties"] = {k: junctor(v) for k, v in node["properties"].items()}
    if "items" in node:
        out["items"] = junctor(node["items"])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in node:
            out[key] = [junctor(v) for v in node[key]]
    if "not" in node:
        out["not"] = junctor(node["not"])
    return out


def strict(node):
    out = junctor(node)
    out.pop("properties", None)
    out.pop("items", None)
    # OpenAPI 3.0 writes these as flags beside the limit.
    for flag, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if out.pop(flag, None) is True:
            out[flag] = out.pop(limit)
    if node.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
        out["type"] = ["integer", "string"]
    if node.get("type") == "object":
        properties = {k: strict(v) for k, v in node.get("properties", {}).items()}
        if node.get("x-kubernetes-embedded-resource"):
            properties.setdefault("apiVersion", {"type": "string"})
            properties.setdefault("kind", {"type": "string"})
            properties["metadata"] = {"$ref": OBJECT_META}
        if properties:
            out["properties"] = properties
        extra = node.get("additionalProperties")
        if isinstance(extra, dict):
            out["additionalProperties"] = strict(extra)
        elif extra is not True and not node.get("x-kubernetes-preserve-unknown-fields"):
            out["additionalProperties"] = False
    if "items" in node:
        out["items"] = strict(node["items"])
    if node.get("nullable"):
        out = {"anyOf": [{"type": "null"}, out]}
    return out


def main(out, *folders):
    count = 0
    for folder in map(pathlib.Path, folders):
        before = count
        for path in sorted(folder.glob("*.yaml")):
            for crd in yaml.load_all(path.read_text(), Loader=Loader):
                if not crd or crd.get("kind") != "CustomResourceDefinition":
                    continue
                group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
                for version in crd["spec"]["versions"]:
                    if not version["served"]:
                        continue
                    schema = strict(version["schema"]["openAPIV3Schema"])
                    schema["properties"]["apiVersion"] = {"const": f"{group}/{version['name']}"}
                    schema["properties"]["kind"] = {"const": kind}
                    schema["properties"]["metadata"] = {"$ref": OBJECT_META}
                    schema["required"] = sorted({"apiVersion", "kind", "metadata", *schema.get("required", [])})
                    target = pathlib.Path(out, group, version["name"], kind + ".json")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(json.dumps(schema))
                    count += 1
        if count == before:
            sys.exit(f"crd-schemas: no CustomResourceDefinition in {folder}")
    print(f"crd-schemas: {count} schemas", file=sys.stderr)


main(*sys.argv[1:])
