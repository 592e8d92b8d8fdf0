"""What must compile does, and what must not says why.

compile_time/*.cpp and the programs in README.md and docs/*.md compile. compile_fail/*.cpp compile as they are; with
MISTAKE defined they do not, and the compiler's words match each `// expect: REGEX`, or `// expect(COMPILER): REGEX`
where COMPILER (g++, clang, clang-14, ...) is the beginning of the compiler's name. `// accepted(COMPILER)`: that one
does not see the mistake; when it does, the line has to go. What docs/what-the-compiler-catches.md quotes, g++ says.

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
flags = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{include}"]


def name_of_compiler():
    said = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(clang) version (\d+)", said) or re.search(r"(g\+\+|c\+\+|gcc).*? (\d+)\.", said)
    return ("clang-" if found[1] == "clang" else "g++-") + found[2]


def compile_only(source, *options):
    command = [*compiler, *flags, "-fsyntax-only", *options, str(source)]
    return subprocess.run(command, capture_output=True, text=True)


def precompile(directory):
    """wandb.hpp, read once for all the small files; gives the option that uses it."""
    header = Path(directory, "wandb.hpp")
    header.write_text("#include <wandb/wandb.hpp>\n")
    clang = name_of_compiler().startswith("clang")
    output = f"{header}.pch" if clang else f"{header}.gch"
    subprocess.run([*compiler, *flags, "-x", "c++-header", str(header), "-o", output], check=True)
    return ["-include-pch", output] if clang else ["-include", str(header)]


def complaint(source):
    run = compile_only(source, *(precompiled if source.parent.name == "compile_fail" else []))
    if run.returncode:
        return run.stderr
    return complaint_of_mistake(source) if source.parent.name == "compile_fail" else None


def complaint_of_mistake(source):
    text = source.read_text()
    if any(name_of_compiler().startswith(whom) for whom in re.findall(r"^// accepted\((\S+)\)$", text, re.M)):
        return None if not compile_only(source, *precompiled, "-DMISTAKE").returncode else "is seen by now"
    expected = [pattern for whom, pattern in re.findall(r"^// expect(?:\((\S+)\))?: (.+)$", text, re.M)
                if name_of_compiler().startswith(whom)]
    if name_of_compiler() == "g++-12":
        expected += quoted(source.name)
    if not expected:
        return "has no `// expect: REGEX` line for this compiler"
    run = compile_only(source, *precompiled, "-DMISTAKE")
    if not run.returncode:
        return "compiles with its mistake"
    missing = [pattern for pattern in expected if not re.search(pattern, run.stderr)]
    return f"does not say {missing}, but:\n{run.stderr}" if missing else None


def quoted(name):
    """What the documentation says that the compiler says, as patterns."""
    page = (tests / ".." / "docs" / "what-the-compiler-catches.md").read_text()
    blocks = re.findall(rf"^`{re.escape(name)}`:\n\n```text\n(.*?)^```", page, re.M | re.S)
    return [re.escape(line) for block in blocks for line in block.splitlines()]


def programs_of_pages(directory):
    for page in [tests / ".." / "README.md", *sorted((tests / ".." / "docs").glob("*.md"))]:
        for number, program in enumerate(re.findall(r"^```cpp\n(#include.*?)^```", page.read_text(), re.M | re.S), 1):
            source = Path(directory, f"{page.name} program {number}.cpp")
            source.write_text(program)
            yield source


with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
    precompiled = precompile(scratch)
    sources = [*sorted(tests.glob("compile_time/*.cpp")), *sorted(tests.glob("compile_fail/*.cpp")), *programs_of_pages(scratch)]
    problems = list(pool.map(complaint, sources))
for source, problem in zip(sources, problems):
    if problem:
        print(f"{source.parent.name}/{source.name}: {problem}")
failed = sum(map(bool, problems))
print(f"{len(sources) - failed} passed, {failed} failed")
sys.exit(bool(failed))
