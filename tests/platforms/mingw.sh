#!/bin/sh
# mingw.sh GROUP: builds a group of tests for Windows with mingw-w64, and runs it under Wine. For `everywhere.sh`; BUILD
# names the directory below build/, STANDARD the version of C++.
#
# Debian has no OpenSSL for mingw-w64. If one is installed below /opt/mingw of the root (static libraries, configured for
# `mingw64`), both Beast transports are built and tested. Otherwise only the group `unit` is, as far as it needs no
# OpenSSL. What is left out is printed.
: "${BUILD:?}" "${STANDARD:?}"
set -eu
cd "$(dirname "$0")/../.."
apt-get -qq -y --no-install-recommends install g++-mingw-w64-x86-64-posix wine wine64 ninja-build python3 libboost-dev \
    doctest-dev ca-certificates >/dev/null
source=$PWD
build=$source/build/$BUILD
mkdir -p "$build/headers"
ln -sfn /usr/include/boost "$build/headers/boost"
ln -sfn /usr/include/doctest "$build/headers/doctest"
cxx=x86_64-w64-mingw32-g++-posix
echo "compiler: $cxx $($cxx -dumpversion)"

# Processes, permissions and raw sockets of POSIX; and Boost.URL, which is not packaged.
skipped=' test_attrs test_base_url test_netrc test_settings_file test_certificate_authorities test_extra_headers test_proxies test_wire test_conformance_sockets '
if [ -e /opt/mingw/lib/libssl.a ]; then
    all=wandb/transport/src.hpp
    libraries='-L/opt/mingw/lib -lssl -lcrypto -lcrypt32'
else
    all=wandb/src.hpp
    libraries=
    [ "$1" = unit ] || { echo "no OpenSSL below /opt/mingw"; echo "0 passed, 0 failed"; exit 1; }
fi
echo "#include <$all>" >"$build/library.cpp"
echo '#include <boost/json/src.hpp>' >"$build/boost_json.cpp"
{
    cat <<TEXT
rule compile
  command = $cxx -std=$STANDARD -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -D_WIN32_WINNT=0x0A00 $
    -DWANDB_SEPARATE_COMPILATION -Wa,-mbig-obj -I$source/include -I$source/tests -isystem $build/headers -isystem /opt/mingw/include $
    -MD -MF \$out.d -c \$in -o \$out
  depfile = \$out.d
  deps = gcc
rule link
  command = $cxx -static \$in $libraries -lws2_32 -lmswsock -o \$out
TEXT
    objects=
    for unit in "$build/library.cpp" "$build/boost_json.cpp" "$source/tests/main.cpp" "$source/tests/$1"/*.cpp; do
        name=$(basename "$unit" .cpp)
        case $skipped in *" $name "*) continue ;; esac
        if [ "$libraries" = '' ] && grep -q 'wandb/\(transport\|testing/loopback\)\|rigs\.hpp' "$unit"; then
            skipped="$skipped$name "
            continue
        fi
        echo "build $build/$name.o: compile $unit"
        objects="$objects $build/$name.o"
    done
    echo "build $build/$1.exe: link$objects"
} >"$build/build.ninja"
echo "left out:$skipped"
ninja -C "$build" -k 0
export WINEDEBUG=-all SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
wine regsvr32 /s rsaenh.dll # OpenSSL takes random numbers from it
failed=0
wine "$build/$1.exe" >"$build/$1.log" || failed=1
cat "$build/$1.log"
sed -n 's/^\[doctest\] test cases:.*| *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 passed, \2 failed/p' "$build/$1.log" | tail -n 1
exit $failed
