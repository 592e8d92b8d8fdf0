#!/bin/sh
# unstable.sh [ROOT [GROUP...]]: tests with the newest g++, clang and Boost of Debian unstable, and prints a row for
# each compiler and group (unit and integration, unless others are named).
#
# It works in a separate system below ROOT (build/unstable), which is made if it is missing, and updated if it exists.
# It runs on Debian, as root. Mounts are only visible to the commands that need them.
set -eu
cd "$(dirname "$0")/../.."
root=${1:-build/unstable}
[ $# = 0 ] || shift
[ $# -gt 0 ] || set -- unit integration

inside() { # inside COMMAND...: runs the command in the system below ROOT
    unshare --mount --pid --fork --kill-child --mount-proc --root="$root" --wd=/ \
        env HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

make_root() {
    command -v debootstrap >/dev/null || {
        apt-get -qq update
        apt-get -qq -y --no-install-recommends install debootstrap >/dev/null
    }
    # Where this machine gets Debian from, unstable comes from as well.
    # shellcheck disable=SC2016 # apt's variable
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
    [ "$mirror" ] || { echo "this machine's apt knows no mirror of Debian" >&2; exit 1; }
    rm -rf "$root.partial"
    mkdir -p "$(dirname "$root")"
    debootstrap --variant=minbase unstable "$root.partial" "$mirror" >"$root.log" 2>&1 || { tail -n 5 "$root.log"; exit 1; }
    apt-config dump Acquire | grep -i proxy >"$root.partial/etc/apt/apt.conf.d/proxy" || true
    # A mirror may not have been updated for longer than a release file is valid.
    echo 'Acquire::Check-Valid-Until "false"; Acquire::Check-Date "false"; Dpkg::Use-Pty "0";' >"$root.partial/etc/apt/apt.conf.d/stale"
    mv "$root.partial" "$root"
}

copy_source() { # copies the files that git tracks, with their times, so that only changed files are rebuilt
    mkdir -p "$root/source/build"
    find "$root/source" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    git ls-files -z -co --exclude-standard |
        tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory="$root/source"
}

newest() { # newest NAME: prints the compiler package of that name with the highest number
    inside apt-cache search --names-only "^$1-[0-9]+$" | cut -d ' ' -f 1 | sort -V | tail -n 1
}

if [ -e "$root" ] && [ ! -e "$root/etc/apt/apt.conf.d/stale" ]; then
    echo "$root is there and was not made by this script" >&2
    exit 2
fi
[ -e "$root" ] || make_root
root=$(cd "$root" && pwd)
cp /etc/hosts /etc/resolv.conf "$root/etc/"
inside apt-get -qq update
inside apt-get -qq -y dist-upgrade >"$root/apt.log" 2>&1
copy_source

failed=0
for compiler in "$(newest 'g\+\+')" "$(newest clang | sed 's/clang/clang++/')"; do
    for group; do
        start=$(date +%s)
        log=$root/$compiler-$group.log
        inside env CXX="$compiler" BUILD="$compiler" /source/dev test "$group" >"$log" 2>&1 || { failed=1 && tail -n 40 "$log"; }
        printf '%-10s %-9s Boost %-6s %-23s %-22s %5d s\n' "${compiler%-*}" "$(inside "$compiler" -dumpfullversion -dumpversion)" \
            "$(sed -n 's/^#define BOOST_LIB_VERSION "\(.*\)"/\1/p' "$root/usr/include/boost/version.hpp" | tr _ .)" \
            "$group" "$(tail -n 1 "$log")" $(($(date +%s) - start))
    done
done
exit $failed
