#!/bin/sh
# s390x.sh GROUP...: builds for a big-endian processor, s390x, and runs test programs in qemu. For `everywhere.sh`, which
# runs it in a root of amd64; BUILD names the directory below build/, STANDARD the version of C++.
: "${BUILD:?}" "${STANDARD:?}"
set -eu
cd "$(dirname "$0")/../.."
triplet=s390x-linux-gnu
if ! dpkg --print-foreign-architectures | grep -qx s390x; then
    dpkg --add-architecture s390x
    apt-get -qq update
fi
apt-get -qq -y --no-install-recommends install g++ g++-$triplet qemu-user-static meson ninja-build pkg-config nodejs \
    node-graphql ca-certificates doctest-dev libboost-json1.81-dev:s390x libboost-url1.81-dev:s390x libssl-dev:s390x \
    libcli11-dev >/dev/null
build=build/$BUILD
cat >"$build.ini" <<TEXT
[binaries]
cpp = '$triplet-g++'
ar = '$triplet-ar'
strip = '$triplet-strip'
pkg-config = 'pkg-config'
exe_wrapper = ['qemu-s390x-static']
[properties]
boost_includedir = '/usr/include'
boost_librarydir = '/usr/lib/$triplet'
pkg_config_libdir = ['/usr/lib/$triplet/pkgconfig', '/usr/share/pkgconfig']
[host_machine]
system = 'linux'
cpu_family = 's390x'
cpu = 's390x'
endian = 'big'
TEXT
echo "compiler: $triplet-g++ $($triplet-g++ -dumpfullversion)"
[ -e "$build/build.ninja" ] || meson setup "$build" --cross-file "$build.ini" -Dtests=enabled -Doptimization=0 "-Dcpp_std=$STANDARD"
rm -f "$build/meson-logs/testlog.json"
meson test -C "$build" --print-errorlogs --timeout-multiplier 10 "$@" || true
python3 tests/tally.py "$build"
