#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks Kubernetes manifests against the models of python3-kubernetes, which are made from Kubernetes' own OpenAPI
description: unknown members, missing ones, wrong types, words that are none of those allowed.

usage: kubernetes_check.py FILE...      prints what is wrong; 1 if anything is"""
import re
import sys

import yaml
from kubernetes import client

PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float)}


def made(value, kind, path):
    """The value as an object of the model `kind`. ValueError says where it does not fit."""
    if kind == "object":
        return value
    if kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or isinstance(value, bool) != (kind == "bool"):
            raise ValueError(f"{path}: {value!r} is no {kind}")
        return value
    of_list = re.fullmatch(r"list\[(.*)\]", kind)
    if of_list:
        if not isinstance(value, list):
            raise ValueError(f"{path}: no list")
        return [made(item, of_list[1], f"{path}[{at}]") for at, item in enumerate(value)]
    of_dict = re.fullmatch(r"dict\(str, (.*)\)", kind)
    if not isinstance(value, dict):
        raise ValueError(f"{path}: no mapping")
    if of_dict:
        return {key: made(item, of_dict[1], f"{path}.{key}") for key, item in value.items()}
    return model(value, getattr(client, kind), path)


def model(value, cls, path):
    names = {outside: inside for inside, outside in cls.attribute_map.items()}
    unknown = sorted(set(value) - set(names))
    if unknown:
        raise ValueError(f"{path}: unknown member {unknown[0]}")
    arguments = {names[key]: made(item, cls.openapi_types[names[key]], f"{path}.{key}") for key, item in value.items()}
    try:
        return cls(**arguments)
    except ValueError as wrong:
        raise ValueError(f"{path}: {wrong}") from None


def check(document):
    *_, version = document["apiVersion"].split("/")
    kind = document["kind"]
    name = version.capitalize() + kind
    if not hasattr(client, name):
        raise ValueError(f"no such kind: {document['apiVersion']} {kind}")
    made(document, name, kind)


def main(files):
    status = 0
    for file in files:
        with open(file, encoding="utf-8") as text:
            for document in yaml.safe_load_all(text):
                try:
                    check(document)
                except (ValueError, KeyError) as wrong:
                    print(f"{file}: {wrong}")
                    status = 1
    return status


sys.exit(main(sys.argv[1:]))
