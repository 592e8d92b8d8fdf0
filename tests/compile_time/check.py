"""compile_time/*.cpp compile; compile_fail/*.cpp do not, and say what their `// expect: REGEX` lines ask for.

check.py TESTS_DIR INCLUDE_DIR COMPILER...
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

tests, include, compiler = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]


def compile_only(source):
    command = [*compiler, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", f"-I{include}", str(source)]
    return subprocess.run(command, capture_output=True, text=True)


def complaint(source):
    run = compile_only(source)
    if source.parent.name == "compile_time":
        return run.stderr if run.returncode else None
    if not run.returncode:
        return "compiles, and must not"
    expected = re.findall(r"^// expect: (.+)$", source.read_text(), re.M)
    if not expected:
        return "has no `// expect: REGEX` line"
    missing = [pattern for pattern in expected if not re.search(pattern, run.stderr)]
    return f"does not say {missing}, but:\n{run.stderr}" if missing else None


sources = sorted([*tests.glob("compile_time/*.cpp"), *tests.glob("compile_fail/*.cpp")])
with ThreadPoolExecutor(os.cpu_count()) as pool:
    problems = list(pool.map(complaint, sources))
for source, problem in zip(sources, problems):
    if problem:
        print(f"{source.parent.name}/{source.name}: {problem}")
failed = sum(map(bool, problems))
print(f"{len(sources) - failed} passed, {failed} failed")
sys.exit(bool(failed))
