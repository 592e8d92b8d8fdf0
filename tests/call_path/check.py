"""check.py PROGRAM OBJECTS GCOV: no call runs functions of more files, before the transport's `send`, than it did.

PROGRAM makes one call a run, and was compiled with --coverage into OBJECTS. Told for each call are the files that carry
it out, and how many more there are of what every part of the library speaks: results, errors, texts.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

program, objects, gcov = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
# The most files that may carry a call out; DESIGN.md wants 9.
limit = {"viewer": 0, "user": 0, "users": 0, "create_user": 0, "generate_api_key": 0, "delete_api_key": 0, "set_admin": 0,
         "remove": 0, "reload": 0}
vocabulary = {"errc.hpp", "error.hpp", "result.hpp", "secret.hpp", "text.hpp", "headers.hpp", "stop_token.hpp",
              "transport.hpp", "impl/errc.ipp", "impl/error.ipp"}


def is_vocabulary(name):
    return name in vocabulary or name.startswith("detail/text/")


def files_that_ran(call):
    """The library's files that have a function which ran, relative to include/wandb."""
    with tempfile.TemporaryDirectory() as scratch:
        # The counts are written below the scratch directory, at the place of the objects in the file system.
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


failed = False
for call, most in limit.items():
    ran = files_that_ran(call)
    carrying = sorted(name for name in ran if not is_vocabulary(name))
    print(f"{call}: {len(carrying)} files, and {len(ran) - len(carrying)} of words\n  {' '.join(carrying)}")
    if len(carrying) > most:
        print(f"  more than {most}")
        failed = True
sys.exit(failed)
