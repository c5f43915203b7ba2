"""Whether answers and messages are as the server's own documents describe them."""
import re

import jsonschema
from served import strict


class Schemas:
    """Checks values against schemas that refer to the components of one document."""

    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver("", document)

    def errors(self, schema, value):
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        return [f"{list(error.absolute_path)}: {error.message[:300]}"
                for error in validator.iter_errors(value)]

    def check(self, schema, value, about):
        errors = self.errors(schema, value)
        assert not errors, f"{about}: {errors[:3]} in {str(value)[:400]}"


class OpenApi(Schemas):
    """Remembers which operations gave which statuses."""

    def __init__(self, document):
        super().__init__(document)
        self.seen = set()
        self.patterns = []
        for path, operations in document["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + "$")
            literal = len(re.sub(r"\{[^}]*\}", "", path))
            self.patterns.append((literal, pattern, operations))
        self.patterns.sort(key=lambda entry: -entry[0])

    def operation(self, method, path):
        for _, pattern, operations in self.patterns:
            if pattern.match(path):
                return operations.get("get" if method == "HEAD" else method.lower())
        return None

    def check_answer(self, method, path, status, headers, body):
        about = f"{method} {path} {status}"
        kind = headers.get("Content-Type", "")
        if kind == "application/problem+json":
            schema = {"$ref": "#/components/schemas/Problem"}
            problem = strict(body) if method != "HEAD" else None
            if problem is not None:
                self.check(schema, problem, about)
                assert problem["status"] == status and problem["title"], about
                assert problem["instance"] == path.split("?")[0], about
        operation = self.operation(method, path.split("?")[0])
        if operation is None:
            assert status in (400, 404, 405, 204, 421), about
            return
        self.seen.add((operation["operationId"], status))
        if status in (204, 405):
            return
        assert str(status) in operation["responses"], about + " is not described"
        content = operation["responses"][str(status)].get("content", {})
        if not content:
            assert body == b"", about
            return
        assert kind in content or "*/*" in content, f"{about}: {kind} is not described"
        schema = content.get(kind, {}).get("schema")
        if method == "HEAD":
            return
        if kind == "application/x-ndjson":
            for line in body.splitlines():
                self.check({"$ref": "#/components/schemas/LogEvent"}, strict(line), about)
        elif schema and kind.endswith("json"):
            self.check(schema, strict(body), about)


class AsyncApi(Schemas):
    def __init__(self, document):
        super().__init__(document)
        self.seen = set()
        self.told = {}
        self.heard = {}
        for operation in document["operations"].values():
            channel = operation["channel"]["$ref"].rsplit("/", 1)[1]
            names = [message["$ref"].rsplit("/", 1)[1] for message in operation["messages"]]
            (self.told if operation["action"] == "send" else self.heard)[channel] = names

    def matching(self, names, value):
        messages = self.document["components"]["messages"]
        return [name for name in names if not self.errors(messages[name]["payload"], value)]

    def check_told(self, channel, text):
        """One line that the server sent on a channel is exactly one of its messages."""
        value = strict(text)
        names = self.matching(self.told[channel], value)
        if not names:
            self.explain(value)
        assert names, f"{channel}: nothing describes {text[:600]}"
        self.seen.update(names)
        if names == ["Record"]:
            self.seen.add("record_" + value["type"])
        return value

    def explain(self, value):
        record = value.get("data") if "ch" in value else value
        kind = record.get("type") if isinstance(record, dict) else None
        schema = self.document["components"]["schemas"].get(f"record_{kind}")
        if schema:
            self.check(schema, record, kind)

    def check_heard(self, channel, value):
        """What a client may say is described, too."""
        assert self.matching(self.heard[channel], value), f"{channel}: {value} is not described"
