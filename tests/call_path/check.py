"""Counts the files whose functions run between a public call and the transport's `send`.

    check.py PROGRAM OBJECTS_DIR GCOV

PROGRAM makes one call in each run, and was compiled with --coverage into OBJECTS_DIR. The files of results, errors and
texts are not counted, because every part of the library uses them, and nobody opens them to follow a call. The check
fails if a call runs through more files than its limit. The aim is 9. A limit is what the call needs today, so that the
number can only go down.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

program, objects, gcov = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
limits = {"viewer": 13, "create_user": 13, "user": 16, "users": 16, "generate_api_key": 17, "set_admin": 17, "remove": 17,
          "reload": 17, "delete_api_key": 19}
vocabulary = {"errc.hpp", "error.hpp", "result.hpp", "secret.hpp", "text.hpp", "headers.hpp", "stop_token.hpp",
              "transport.hpp", "impl/errc.ipp", "impl/error.ipp"}


def is_vocabulary(name):
    return name in vocabulary or name.startswith("detail/text/")


def files_that_ran(call):
    """The library's files that have a function which ran, relative to include/wandb."""
    with tempfile.TemporaryDirectory() as scratch:
        # Gcov writes the counts below the scratch directory, under the objects' paths in the file system.
        environment = os.environ | {"GCOV_PREFIX": scratch}
        subprocess.run([program, call], env=environment, check=True)
        counts = next(Path(scratch).rglob("*.gcda"))
        notes = objects / counts.with_suffix(".gcno").name
        (counts.parent / notes.name).symlink_to(notes)
        report = subprocess.run([gcov, "--json-format", "--stdout", counts], capture_output=True, text=True, check=True).stdout
    ran = set()
    for document in report.splitlines():
        for file in json.loads(document)["files"]:
            _, found, name = file["file"].partition("include/wandb/")
            if found and any(function["execution_count"] for function in file["functions"]):
                ran.add(name)
    return ran


too_many = 0
for call, limit in limits.items():
    ran = files_that_ran(call)
    counted = sorted(name for name in ran if not is_vocabulary(name))
    verdict = "ok" if len(counted) <= limit else f"more than {limit}:"
    too_many += len(counted) > limit
    print(f"{verdict} {call}: {len(counted)} files, and {len(ran) - len(counted)} of results, errors and texts\n  {' '.join(counted)}")
print(f"{len(limits) - too_many} passed, {too_many} failed")
sys.exit(too_many != 0)
