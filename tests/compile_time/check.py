"""compile_time/*.cpp and the programs in README.md compile; compile_fail/*.cpp do not, and say what their
`// expect: REGEX` lines ask for.

check.py TESTS_DIR INCLUDE_DIR COMPILER...
"""
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

tests, include, compiler = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]


def compile_only(source):
    command = [*compiler, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", f"-I{include}", str(source)]
    return subprocess.run(command, capture_output=True, text=True)


def complaint(source):
    run = compile_only(source)
    if source.parent.name != "compile_fail":
        return run.stderr if run.returncode else None
    if not run.returncode:
        return "compiles, and must not"
    expected = re.findall(r"^// expect: (.+)$", source.read_text(), re.M)
    if not expected:
        return "has no `// expect: REGEX` line"
    missing = [pattern for pattern in expected if not re.search(pattern, run.stderr)]
    return f"does not say {missing}, but:\n{run.stderr}" if missing else None


def programs_of_readme(directory):
    text = (tests / ".." / "README.md").read_text()
    for number, program in enumerate(re.findall(r"^```cpp\n(#include.*?)^```", text, re.M | re.S), 1):
        source = Path(directory, f"README.md program {number}.cpp")
        source.write_text(program)
        yield source


with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
    sources = sorted([*tests.glob("compile_time/*.cpp"), *tests.glob("compile_fail/*.cpp"), *programs_of_readme(scratch)])
    problems = list(pool.map(complaint, sources))
for source, problem in zip(sources, problems):
    if problem:
        print(f"{source.parent.name}/{source.name}: {problem}")
failed = sum(map(bool, problems))
print(f"{len(sources) - failed} passed, {failed} failed")
sys.exit(bool(failed))
