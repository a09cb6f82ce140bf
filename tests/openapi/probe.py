#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""probe: sends requests made from an OpenAPI description to a running relay, and compares the answers with it.

    probe.py DESCRIPTION PUBLIC LOCAL CERTIFICATE KEY PASSWORD COUNT SEED

PUBLIC and LOCAL are URLs of the two listeners. COUNT requests are made for each operation at each of its servers: right
values mixed with wrong ones. An answer must have a status that the description names for the operation, and a JSON
body must be valid by the schema. Prints what differs, then a line for each operation; exit status 1 if anything does.
"""
import http.client
import json
import random
import ssl
import sys
import urllib.parse

import jsonschema
import yaml

PATH_VALUES = ["node", "other", "root", "nobody", "file", "sub/file", "a b", "%41", "..", "x" * 300, "ä", "a;b", "\x01",
               "2026-01-01T00:00:00+00:00@node.log", "2026-01-01T00:00:00+00:00@node.log.gz", "node.ocs", "uuid.hive"]
QUERY_VALUES = ["", "0", "1d+2h", "-1", "sha256", "sha512", "md5", "ab" * 32, "g" * 64, "99999999999999999999", "%"]
HEADER_VALUES = ["*", '"x"', "bytes=0-0", "bytes=5-", "bytes=-0", "bytes=9-1", "x" * 200]
FORM_VALUES = ["true", "false", "", "maybe", "node", "node,other", "a-b", "x" * 2000, "&", "%zz"]
BODIES = [b"", b"x", b"key=value\n\nfile", bytes(range(256)), b"R: @@" * 500]


class Listener:
    def __init__(self, url, certificate, key):
        parts = urllib.parse.urlsplit(url)
        self.host, self.tls = parts.netloc, parts.scheme == "https"
        self.contexts = []
        for chain in ((), (certificate, key)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if chain:
                context.load_cert_chain(*chain)
            self.contexts.append(context)

    def ask(self, method, target, headers, body):
        if self.tls:
            connection = http.client.HTTPSConnection(self.host, timeout=60, context=random.choice(self.contexts))
        else:
            connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


class Probe:
    def __init__(self, description, password):
        self.description, self.password, self.differences = description, password, 0

    def whole(self, part):
        """The part, or what it refers to."""
        while isinstance(part, dict) and "$ref" in part:
            found = self.description
            for name in part["$ref"].split("/")[1:]:
                found = found[name]
            part = found
        return part

    def request(self, path, item, operation):
        """Returns target, headers and body of a request; each value is right or wrong by chance."""
        parameters = [self.whole(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
        query, headers = [], {}
        for one in parameters:
            if one["in"] == "path":
                value = one.get("example") if random.random() < 0.4 else None
                value = urllib.parse.quote(value or random.choice(PATH_VALUES), safe="/%" if one["name"] == "path" else "")
                path = path.replace("{%s}" % one["name"], value)
            elif random.random() < 0.5:
                if one["in"] == "query":
                    query.append((one["name"], random.choice(one["schema"].get("enum", []) + QUERY_VALUES)))
                else:
                    headers[one["name"]] = random.choice(HEADER_VALUES)
        body = None
        content = self.whole(operation.get("requestBody", {})).get("content", {})
        if "application/x-www-form-urlencoded" in content:
            schema = self.whole(content["application/x-www-form-urlencoded"]["schema"])
            fields = [(name, random.choice(FORM_VALUES)) for name in schema["properties"] if random.random() < 0.5]
            body = urllib.parse.urlencode(fields).encode() if random.random() < 0.9 else random.choice(BODIES)
            headers["Content-Type"] = random.choice(["application/x-www-form-urlencoded", "application/json"])
        elif content:
            body = random.choice(BODIES)
            headers.update(random.choice([{}, {}, {"Content-Encoding": "gzip"}, {"Content-Range": "bytes 0-1/9"}]))
        if random.random() < 0.8:
            headers["Authorization"] = "Basic " + self.password
        return path + ("?" + urllib.parse.urlencode(query) if query else ""), headers, body

    def differs(self, what, target, answer):
        self.differences += 1
        if self.differences <= 20:
            print("%s: %s: %s %r" % (what, target, answer[0], answer[2][:200]))

    def compare(self, operation, what, target, answer):
        status, headers, body = answer
        described = self.whole(operation["responses"].get(str(status)))
        if described is None:
            return self.differs("a status that is not described for " + what, target, answer)
        if not headers.get("Content-Type", "").startswith("application/json"):
            return None
        media = described.get("content", {}).get("application/json")
        if media is None:
            return self.differs("JSON that is not described for " + what, target, answer)
        schema = dict(media["schema"], components=self.description["components"])
        try:
            jsonschema.Draft202012Validator(schema).validate(json.loads(body))
        except (ValueError, jsonschema.ValidationError) as error:
            self.differs("%s: %s" % (what, str(error).splitlines()[0]), target, answer)
        return None


def main():
    path, public, local, certificate, key, password, count, seed = sys.argv[1:]
    random.seed(int(seed))
    with open(path, encoding="utf-8") as file:
        description = yaml.safe_load(file)
    listeners = {"https": Listener(public, certificate, key), "http": Listener(local, certificate, key)}
    probe = Probe(description, password)
    for template, item in description["paths"].items():
        for method in ("get", "head", "put", "post"):
            operation = item.get(method)
            if operation is None:
                continue
            statuses = {}
            for server in item.get("servers", description["servers"]):
                if "x-listener" in server:  # the hub: who asks it rightly waits for minutes; hub.test asks it
                    continue
                url = urllib.parse.urlsplit(server["url"])
                for _ in range(int(count)):
                    target, headers, body = probe.request(template, item, operation)
                    answer = listeners[url.scheme].ask(method.upper(), url.path + target, headers, body)
                    statuses[answer[0]] = statuses.get(answer[0], 0) + 1
                    probe.compare(operation, operation["operationId"], url.path + target, answer)
            if statuses:
                print(operation["operationId"], " ".join("%d:%d" % one for one in sorted(statuses.items())))
    return 1 if probe.differences else 0


if __name__ == "__main__":
    sys.exit(main())
