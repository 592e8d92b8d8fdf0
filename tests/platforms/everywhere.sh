#!/bin/sh
# everywhere.sh [PLATFORM[:GROUP,...]...]: builds and tests on other systems, compilers and processors, and prints a table
# with a row for each group of tests. Without names it takes all of `platforms`.
#
# Each platform has a root file system below build/platforms, which debootstrap makes once; delete it to make it anew.
# The sources are bound into it, read-only. It runs on Debian, as root. Mounts are only visible to the commands that
# need them.
set -eu
cd "$(dirname "$0")/../.."
roots=$PWD/build/platforms

# NAME SUITE ARCHITECTURE COMPILER STANDARD GROUPS. The compiler is run in the root; `newest` stands for the highest
# number that the suite has. `cross-PROCESSOR`, `mingw` and `musl` stand for the scripts of these names. GROUPS are names
# of `meson test`, joined by commas, or `syntax`, for which nothing is linked or run.
platforms() {
    cat <<'TEXT'
debian12        bookworm amd64 g++            c++20 unit,integration
debian12-clang  bookworm amd64 clang++-14     c++20 unit,integration
debian13        trixie   amd64 g++            c++20 unit,integration
debian13-c++23  trixie   amd64 g++            c++23 unit
unstable        unstable amd64 g++-newest     c++20 unit,integration
unstable-c++26  unstable amd64 g++-newest     c++26 unit
unstable-clang  unstable amd64 clang++-newest c++20 unit,integration
i386            trixie   i386  g++            c++20 unit,integration
arm64           bookworm amd64 cross-arm64    c++20 unit
s390x           bookworm amd64 cross-s390x    c++20 unit
musl            trixie   amd64 musl           c++20 syntax
windows         trixie   amd64 mingw          c++20 unit,integration
TEXT
}

inside() { # inside COMMAND...: runs the command in the system below $root
    # shellcheck disable=SC2016 # the inner shell's variables
    unshare --mount --pid --fork --kill-child sh -c '
        root=$1
        shift
        mount --bind -o ro . "$root/source"
        mount --bind "$root/build" "$root/source/build"
        mount -t proc proc "$root/proc"
        mount --bind /dev "$root/dev"
        exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
    ' sh "$root" "$@"
}

make_root() { # make_root SUITE ARCHITECTURE
    command -v debootstrap >/dev/null || {
        apt-get -qq update
        apt-get -qq -y --no-install-recommends install debootstrap >/dev/null
    }
    # Where this machine gets Debian from, the other suites come from as well.
    # shellcheck disable=SC2016 # apt's variable
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
    [ "$mirror" ] || { echo "this machine's apt knows no mirror of Debian" >&2; return 1; }
    rm -rf "$root.partial"
    unshare --mount debootstrap --variant=minbase --arch="$2" "$1" "$root.partial" "$mirror" >"$root.log" 2>&1 ||
        { tail -n 5 "$root.log" >&2; return 1; }
    mkdir "$root.partial/source" "$root.partial/build"
    apt-config dump Acquire | grep -i proxy >"$root.partial/etc/apt/apt.conf.d/proxy" || true
    # A mirror may not have been updated for longer than a release file is valid.
    echo 'Acquire::Check-Valid-Until "false"; Acquire::Check-Date "false"; Dpkg::Use-Pty "0";' \
        >"$root.partial/etc/apt/apt.conf.d/stale"
    mv "$root.partial" "$root"
}

newest() { # newest NAME: prints the compiler package of that name with the highest number
    inside apt-cache search --names-only "^$1-[0-9]+$" | cut -d ' ' -f 1 | sort -V | tail -n 1
}

prepare() { # prepare SUITE ARCHITECTURE: makes or updates the root
    root=$roots/$1-$2
    mkdir -p "$roots"
    [ -e "$root" ] || make_root "$1" "$2" || return 1
    cp /etc/hosts /etc/resolv.conf "$root/etc/"
    inside apt-get -qq update
    inside apt-get -qq -y dist-upgrade >"$root/apt.log" 2>&1 || { tail -n 5 "$root/apt.log" >&2; return 1; }
}

run_group() { # run_group NAME COMPILER STANDARD GROUP: prints a row of the table
    start=$(date +%s)
    log=$root/$1-$4.log
    case $2 in
    cross-* | mingw | musl)
        inside env BUILD="$1" STANDARD="$3" PROCESSOR="${2#cross-}" sh "/source/tests/platforms/${2%%-*}.sh" "$4" \
            >"$log" 2>&1 || failed=1
        compiler=$(sed -n 's/^compiler: //p' "$log") ;;
    *)
        inside env CXX="$2" BUILD="$1" MESON_OPTIONS="-Dcpp_std=$3" /source/dev test "$4" >"$log" 2>&1 || failed=1
        compiler="$2 $(inside "$2" -dumpfullversion -dumpversion 2>/dev/null || true)" ;;
    esac
    boost=$(sed -n 's/^#define BOOST_LIB_VERSION "\(.*\)"/\1/p' "$root/usr/include/boost/version.hpp" 2>/dev/null | tr _ .)
    printf '%-15s %-28s %-5s %-6s %-12s %-36s %5d s\n' "$1" "$compiler" "$boost" "$3" "$4" "$(tail -n 1 "$log")" \
        $(($(date +%s) - start))
}

run_platform() { # run_platform NAME SUITE ARCHITECTURE COMPILER STANDARD GROUPS
    prepare "$2" "$3" || { failed=1; return 0; }
    cxx=$4
    case $cxx in
    g++-newest) cxx=$(newest 'g\+\+') ;;
    clang++-newest) cxx=$(newest clang | sed 's/clang/clang++/') ;;
    esac
    for group in $(echo "$6" | tr , ' '); do
        run_group "$1" "$cxx" "$5" "$group"
    done
}

failed=0
# shellcheck disable=SC2046 # names
[ $# -gt 0 ] || set -- $(platforms | cut -d ' ' -f 1)
printf '%-15s %-28s %-5s %-6s %-12s %-36s %7s\n' platform compiler Boost C++ group result time
for name; do
    row=$(platforms | grep "^${name%%:*} ") || { echo "there is no platform $name" >&2; exit 2; }
    case $name in *:*) row="${row% *} ${name#*:}" ;; esac
    # shellcheck disable=SC2086 # the columns
    run_platform $row
done
exit $failed
