"""Checks that correct programs compile, and that the compiler refuses mistakes with the expected message.

    check.py TESTS_DIR INCLUDE_DIR COMPILER...

The files compile_time/*.cpp and the C++ of README.md and docs/*.md must compile: a block that begins with #include as a
program, and all others together, each in a function of its own after compile_time/fragments.hpp. The files
compile_fail/*.cpp must compile as they are, and must not compile if MISTAKE is defined. The message must then match each `// expect: REGEX` of
the file, and each `// expect(COMPILER): REGEX` if the name of the compiler begins with COMPILER (g++, clang, clang-14,
...). A file with `// accepted(COMPILER)` must compile with its mistake, because that compiler does not see it. What
docs/what-the-compiler-catches.md quotes must be in the message of g++ 12, without the inline namespace of the version.
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
    said = re.sub(r"\bv\d+_\d+_\d+(?:_compiled)?::", "", run.stderr)
    missing = [pattern for pattern in expected if not re.search(pattern, said)]
    return f"does not say {missing}, but:\n{run.stderr}" if missing else None


def quoted(name):
    """What the documentation says that the compiler says, as patterns."""
    page = (tests / ".." / "docs" / "what-the-compiler-catches.md").read_text()
    blocks = re.findall(rf"^`{re.escape(name)}`:\n\n```text\n(.*?)^```", page, re.M | re.S)
    return [re.escape(line) for block in blocks for line in block.splitlines()]


def blocks_of_pages():
    """Each C++ block of the documentation, with the name of its page and the number of its first line."""
    for page in [tests / ".." / "README.md", *sorted((tests / ".." / "docs").glob("*.md"))]:
        text = page.read_text()
        for block in re.finditer(r"^```cpp\n(.*?)^```", text, re.M | re.S):
            yield page.name, text.count("\n", 0, block.start(1)) + 1, block[1]


def programs_of_pages(directory):
    for page, line, block in blocks_of_pages():
        if block.startswith("#include"):
            source = Path(directory, f"{page} line {line}.cpp")
            source.write_text(block)
            yield source


def fragment(number, page, line, block):
    """A function with the block, whose place in the page the compiler's messages then name."""
    code = f'#line {line} "{page}"\n{block}'
    if re.match(r"TEST_CASE|struct |class |template ", block):
        return f"namespace fragment_{number} {{\n{code}}}\n"
    if "co_await" in block:
        return f"awaited_fragment fragment_{number}([[maybe_unused]] const AwaitedApi& api) {{\n{code}}}\n"
    return f"void fragment_{number}() {{\n{code}}}\n"


def fragments_of_pages(directory):
    """One unit with all blocks that are no programs. Those about mistakes are in compile_fail."""
    blocks = [block for block in blocks_of_pages()
              if not block[2].startswith("#include") and block[0] != "what-the-compiler-catches.md"]
    source = Path(directory, "fragments of the pages.cpp")
    source.write_text(f'#include "{tests.resolve()}/compile_time/fragments.hpp"\n' +
                      "".join(fragment(number, *block) for number, block in enumerate(blocks)))
    return source


with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
    precompiled = precompile(scratch)
    sources = [*sorted(tests.glob("compile_time/*.cpp")), *sorted(tests.glob("compile_fail/*.cpp")), *programs_of_pages(scratch),
               fragments_of_pages(scratch)]
    problems = list(pool.map(complaint, sources))
for source, problem in zip(sources, problems):
    if problem:
        print(f"{source.parent.name}/{source.name}: {problem}")
failed = sum(map(bool, problems))
print(f"{len(sources) - failed} passed, {failed} failed")
sys.exit(bool(failed))
