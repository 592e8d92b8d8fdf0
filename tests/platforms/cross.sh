#!/bin/sh
# cross.sh GROUP...: builds for another processor, and runs the test programs in qemu. For `everywhere.sh`, which runs it
# in a root of Debian 12 for amd64. PROCESSOR is Debian's name of the processor, BUILD names the directory below build/,
# and STANDARD the version of C++.
: "${PROCESSOR:?}" "${BUILD:?}" "${STANDARD:?}"
set -eu
cd "$(dirname "$0")/../.."
case $PROCESSOR in
arm64) family=aarch64 endian=little ;;
s390x) family=s390x endian=big ;;
*)
    echo "there is no cross compiler for $PROCESSOR here" >&2
    exit 2
    ;;
esac
triplet=$family-linux-gnu
if ! dpkg --print-foreign-architectures | grep -qx "$PROCESSOR"; then
    dpkg --add-architecture "$PROCESSOR"
    apt-get -qq update
fi
apt-get -qq -y --no-install-recommends install g++ g++-$triplet qemu-user-static meson ninja-build pkg-config nodejs \
    node-graphql ca-certificates doctest-dev libcli11-dev "libboost-json1.81-dev:$PROCESSOR" \
    "libboost-url1.81-dev:$PROCESSOR" "libssl-dev:$PROCESSOR" >/dev/null
build=build/$BUILD
cat >"$build.ini" <<TEXT
[binaries]
cpp = '$triplet-g++'
ar = '$triplet-ar'
strip = '$triplet-strip'
pkg-config = 'pkg-config'
exe_wrapper = ['qemu-$family-static']
[properties]
boost_includedir = '/usr/include'
boost_librarydir = '/usr/lib/$triplet'
pkg_config_libdir = ['/usr/lib/$triplet/pkgconfig', '/usr/share/pkgconfig']
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$family'
endian = '$endian'
TEXT
echo "compiler: $triplet-g++ $($triplet-g++ -dumpfullversion)"
[ -e "$build/build.ninja" ] || meson setup "$build" --cross-file "$build.ini" -Dtests=enabled -Doptimization=0 "-Dcpp_std=$STANDARD"
rm -f "$build/meson-logs/testlog.json"
meson test -C "$build" --print-errorlogs --timeout-multiplier 10 "$@" || true
python3 tests/tally.py "$build"
