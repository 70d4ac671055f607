"""Runs the devpi client again and again without importing it again: each command is a fork of a process that has it.

Reads a JSON object per line: ``args``, ``cwd``, ``env`` (goes over the one of this process), ``input``, ``seconds_max``;
answers each with a line ``{"status": ..., "output": ...}``. What a command does to its process ends with that.
"""

import json
import os
import signal
import sys
import tempfile

import devpi.getjson
import devpi.index
import devpi.install
import devpi.list_remove
import devpi.login
import devpi.main
import devpi.push
import devpi.refresh
import devpi.test
import devpi.upload
import devpi.use
import devpi.user  # noqa: F401
import requests.adapters  # noqa: F401


def command(asked, stdin, stdout):
    # Without a terminal, passwords are read from the input.
    os.setsid()
    signal.alarm(asked["seconds_max"])
    os.chdir(asked["cwd"])
    os.environ.update(asked["env"])
    os.dup2(stdin.fileno(), 0)
    os.dup2(stdout.fileno(), 1)
    os.dup2(stdout.fileno(), 2)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    try:
        status = devpi.main.main(["devpi", *asked["args"]])
        return status if isinstance(status, int) else 0
    except SystemExit as ended:
        # As the interpreter does it.
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


for line in sys.stdin:
    asked = json.loads(line)
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile("a+b") as stdout:
        stdin.write(asked["input"].encode())
        stdin.seek(0)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = command(asked, stdin, stdout)
            finally:
                os._exit(status & 0xFF)
        _, ended = os.waitpid(child, 0)
        stdout.seek(0)
        output = stdout.read().decode("utf-8", "replace")
    answer = {"status": os.waitstatus_to_exitcode(ended), "output": output}
    sys.__stdout__.write(json.dumps(answer) + "\n")
    sys.__stdout__.flush()
