"""Steps of a user's day with a client library, told one line of JSON each: {"step", "failure"}."""

import json
import os
import sys
import traceback

URL = os.environ["VIVARIUM_URL"]
BASE = URL + "/artifactory"
PASSWORD = os.environ["VIVARIUM_PASSWORD"]
UPSTREAM = os.environ["VIVARIUM_TEST_UPSTREAM"]
FOLDER = os.environ["VIVARIUM_TEST_FOLDER"]

_steps = []


def step(promise):
    """Marks a function as the step that keeps a promise; steps run in the order of the file."""

    def mark(function):
        _steps.append((promise, function))
        return function

    return mark


def equal(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def refused(kind, function, *arguments, **named):
    """Calls what must be refused, and returns the error."""
    try:
        function(*arguments, **named)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


def write(name, content):
    """A file in the folder of this run."""
    path = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


def run():
    for promise, function in _steps:
        failure = None
        try:
            function()
        except Exception:  # told to the test, which fails
            failure = traceback.format_exc()
        print(json.dumps({"step": promise, "failure": failure}), flush=True)
    sys.exit(0)
