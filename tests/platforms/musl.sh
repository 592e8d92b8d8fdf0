#!/bin/sh
# musl.sh syntax: checks that the library compiles against the C headers of musl, with clang and libc++. For
# `everywhere.sh`; STANDARD names the version of C++. Debian has no C++ library for musl, so nothing is linked or run. Each
# file of the list below, in each form of the library, counts as one.
: "${STANDARD:?}"
set -eu
cd "$(dirname "$0")/../.."
[ "$1" = syntax ] || { echo "nothing can be run without a C++ library for musl"; echo "0 passed, 1 failed"; exit 1; }
apt-get -qq -y --no-install-recommends install clang-19 libc++-19-dev musl-dev linux-libc-dev libboost-json-dev \
    libssl-dev doctest-dev >/dev/null
headers=$(mktemp -d)
trap 'rm -rf "$headers"' EXIT
# Only these are taken from the folders that also hold the C headers of glibc.
multiarch=/usr/include/x86_64-linux-gnu
ln -s /usr/include/boost /usr/include/doctest /usr/include/linux /usr/include/asm-generic $multiarch/asm "$headers"
mkdir "$headers/openssl"
ln -s /usr/include/openssl/* $multiarch/openssl/* "$headers/openssl"
includes=$(cd include && find wandb -name '*.hpp' ! -name '*src.hpp' | LC_ALL=C sort | sed 's/.*/#include <&>/')
echo "$includes" >"$headers/all_headers.cpp"
echo "#include <wandb/transport/src.hpp>" >"$headers/definitions.cpp"
echo "compiler: clang++-19 $(clang++-19 -dumpversion)"
passed=0 failed=0
check() { # check FILE OPTION...
    if clang++-19 --target=x86_64-linux-musl "-std=$STANDARD" -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow \
        -Wconversion -Werror -fexperimental-library -nostdinc -nostdinc++ -D_LIBCPP_HAS_MUSL_LIBC -Iinclude -Itests \
        -isystem /usr/lib/llvm-19/include/c++/v1 -isystem "$(clang++-19 -print-resource-dir)/include" \
        -isystem /usr/include/x86_64-linux-musl -isystem "$headers" "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $*"
    fi
}
check "$headers/all_headers.cpp"
check "$headers/definitions.cpp" -DWANDB_SEPARATE_COMPILATION
for unit in tests/unit/*.cpp; do
    check "$unit" -DWANDB_SEPARATE_COMPILATION
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
