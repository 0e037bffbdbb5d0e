"""Checks Kubernetes manifests against strict schemas, offline.

usage: k8s-check.py CRDS VERSIONS FILE...
       CRDS      folder written by crd-schemas.py
       VERSIONS  Kubernetes releases, "1.35 1.37": a manifest must satisfy all of them
       FILE      YAML with any number of documents; "-" is standard input

Unknown kinds, unknown keys, wrong types, duplicate keys, malformed names and label values, and the
same object twice in one run are errors, one line each; exit 1 if there was one.
"""

import functools
import json
import pathlib
import re
import sys

import jsonschema
import kubernetes_validate
import yaml
from referencing import Registry, Resource

CRDS = pathlib.Path(sys.argv[1])
VERSIONS = sys.argv[2].split()
CORE = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"

SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
ONE_LABEL = {"Service", "Namespace"}  # a DNS label: no dots, 63 characters


class Loader(yaml.CSafeLoader):
    """Reads as kubectl does: YAML 1.1, but dates stay strings, and a repeated key is an error."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value!r}", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def construct_map(loader, node):
    return loader.construct_mapping(node, deep=True)


Loader.add_constructor("tag:yaml.org,2002:map", construct_map)
for tag in ("timestamp", "value"):
    Loader.add_constructor(f"tag:yaml.org,2002:{tag}", Loader.construct_yaml_str)


@functools.cache
def registry(version):
    found = sorted(CORE.glob(f"v{version}.*-local-strict/_definitions.json"))
    if not found:
        sys.exit(f"k8s-check: no schemas for Kubernetes {version}")
    definitions = json.loads(found[-1].read_text())
    resource = Resource.from_contents(definitions)
    return found[-1].parent, Registry().with_resources(
        [(definitions.get("$id", "/api/_definitions.json"), resource), ("/api/_definitions.json", resource)]
    )


@functools.cache
def validator(api_version, kind, version):
    """The validator, None for a kind that the release does not know."""
    core, known = registry(version)
    group, _, api = api_version.rpartition("/")
    if not re.fullmatch(r"[A-Za-z]+", kind) or not re.fullmatch(r"[a-z0-9]+", api):
        return None
    path = CRDS / group / api / f"{kind}.json"
    if not group or not path.is_file():
        # kubernetes-validate names its files by the first part of the group.
        path = core / "-".join(filter(None, [kind.lower(), group.partition(".")[0], f"{api}.json"]))
    if not path.is_file():
        return None
    schema = json.loads(path.read_text())
    # Files of that folder also describe parts of objects, and group names can collide.
    for key, value in (("apiVersion", api_version), ("kind", kind)):
        allowed = schema.get("properties", {}).get(key, {})
        if value not in allowed.get("enum", [allowed.get("const")]):
            return None
    return jsonschema.Draft202012Validator(schema, registry=known)


def leaves(error):
    """The deepest errors: of an anyOf only the alternative that came closest."""
    if not error.context:
        yield error
        return
    best = jsonschema.exceptions.best_match([error])
    yield best if best is not None else error


def shown(error):
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    message = error.message if len(error.message) < 300 else error.message[:140] + " … " + error.message[-140:]
    return f"{where or '.'}: {message}"


def check(document):
    if not isinstance(document, dict):
        yield "not an object"
        return
    api_version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        yield "apiVersion or kind is missing"
        return
    problems = {}
    for version in VERSIONS:
        check_schema = validator(api_version, kind, version)
        if check_schema is None:
            problems.setdefault(f"unknown kind {api_version} {kind}", []).append(version)
            continue
        for error in check_schema.iter_errors(document):
            for leaf in leaves(error):
                problems.setdefault(shown(leaf), []).append(version)
    for problem, versions in problems.items():
        yield problem if versions == VERSIONS else f"{problem} (Kubernetes {', '.join(versions)})"
    yield from names(kind, document)


def names(kind, document):
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        yield ".metadata: is missing"
        return
    name = metadata.get("name")
    if name is None and "generateName" not in metadata:
        yield ".metadata.name: is missing"
    if isinstance(name, str) and not document["apiVersion"].startswith("rbac."):
        limit = 63 if kind in ONE_LABEL else 253
        if not SUBDOMAIN.fullmatch(name) or len(name) > limit or (kind in ONE_LABEL and "." in name):
            yield f".metadata.name: {name!r} is not a valid name of a {kind}"
    yield from labels(document, "")


def labels(node, path):
    """Label values everywhere: in metadata, selectors and pod templates."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("labels", "matchLabels") and isinstance(value, dict):
                for label, text in value.items():
                    if isinstance(text, str) and not LABEL_VALUE.fullmatch(text):
                        yield f"{path}.{key}.{label}: {text!r} is not a valid label value"
            else:
                yield from labels(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from labels(value, f"{path}[{index}]")


def main():
    failed = False
    objects = {}
    for name in sys.argv[3:]:
        text = sys.stdin.read() if name == "-" else pathlib.Path(name).read_text()
        shown_name = "kustomize build" if name == "-" else name
        try:
            documents = [d for d in yaml.load_all(text, Loader=Loader) if d is not None]
        except yaml.YAMLError as error:
            message = " ".join(str(error).replace('in "<unicode string>", ', "").split())
            print(f"{shown_name}: {message}")
            failed = True
            continue
        if not documents:
            print(f"{shown_name}: no document")
            failed = True
        for document in documents:
            problems = list(check(document))
            identity = shown_name
            if isinstance(document, dict) and isinstance(document.get("metadata"), dict):
                metadata = document["metadata"]
                key = (str(document.get("apiVersion")), str(document.get("kind")),
                       str(metadata.get("namespace", "")), str(metadata.get("name")))
                identity = f"{shown_name}: {key[1]}/{key[3]}"
                if "name" in metadata and key in objects:
                    problems.append(f"is also in {objects[key]}")
                objects.setdefault(key, shown_name)
            for problem in problems:
                print(f"{identity}: {problem}")
            failed |= bool(problems)
    return failed


sys.exit(main())
