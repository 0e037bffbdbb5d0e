"""Reads YAML with PyYAML, which speaks version 1.1, and compares with what a reader of 1.2 found.

Standard input: one JSON object per line with `path`, `text` and `documents`.
"""

import json
import sys

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def plain(value):
    """The value with the key `on` of a workflow, a boolean in 1.1, as it is meant."""
    if isinstance(value, dict):
        return {"on" if key is True else key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def difference(found, wanted, path):
    if type(found) is not type(wanted):
        return f"{path}: {found!r} instead of {wanted!r}"
    if isinstance(found, dict):
        if found.keys() != wanted.keys():
            return f"{path}: the keys {sorted(map(str, found.keys() ^ wanted.keys()))}"
        pairs = ((f"{path}.{key}", found[key], wanted[key]) for key in found)
    elif isinstance(found, list):
        if len(found) != len(wanted):
            return f"{path}: {len(found)} items instead of {len(wanted)}"
        pairs = ((f"{path}[{at}]", *pair) for at, pair in enumerate(zip(found, wanted)))
    else:
        return None if found == wanted else f"{path}: {found!r} instead of {wanted!r}"
    return next((fault for at, a, b in pairs if (fault := difference(a, b, at))), None)


count = faults = 0
for line in sys.stdin:
    sample = json.loads(line)
    count += 1
    try:
        found = [plain(document) for document in yaml.load_all(sample["text"], LOADER)]
        fault = difference(found, sample["documents"], "")
    except yaml.YAMLError as error:
        fault = str(error)
    if fault:
        faults += 1
        if faults <= 20:
            print(f"{sample['path']}{fault}")
print(f"{count} files, {faults} differ")
sys.exit(faults > 0)
