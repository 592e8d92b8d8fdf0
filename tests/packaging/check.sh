#!/bin/sh
# check.sh WAY SOURCE_DIR COMPILER...: builds and runs a small program that takes the library in that way, from
# nothing but the source tree. What README.md and docs/installing.md say to write is
# taken from there as it stands.
set -eu
way=$1 source=$2
shift 2
here=$source/tests/packaging
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export CXX="$*"

block() { # block TEXT: prints the first block of the two pages in which that text is
    awk -v text="$1" '
        /^ *```/ && inside { inside = 0; if (index(block, text)) { printf "%s", block; found = 1; exit } next }
        /^ *```/ { inside = 1; block = ""; next }
        inside { sub(/^  /, ""); block = block $0 "\n" }
        END { exit !found }' "$source/README.md" "$source/docs/installing.md"
}

run() { # run NAME TEXT: runs that block, in which the compiler is called NAME
    mkdir bin
    printf '#!/bin/sh\nPATH=%s\nexec %s "$@"\n' "$PATH" "$CXX" >"bin/$1"
    chmod +x "bin/$1"
    block "$2" >commands
    PATH=$scratch/bin:$PATH sh -euc "$(cat commands)"
    ./program
}

main_of() { # main_of LINE...: writes a main.cpp that begins with these lines and is link_client.cpp
    printf '%s\n' '#define WANDB_CONSUMER_LINKS_BOOST_JSON' "$@" "#include \"$here/link_client.cpp\"" >main.cpp
}

small_programs() { # writes core.cpp, and beast.cpp, which links OpenSSL too
    cp "$source/packaging/conan/test_package/test_package.cpp" core.cpp
    printf '#include <openssl/crypto.h>\n#define main core_main\n#include "core.cpp"\n#undef main\n' >beast.cpp
    echo 'int main() { return OpenSSL_version_num() == 0 ? 1 : core_main(); }' >>beast.cpp
}

# bare CLIENT COMPILER...: uses headers only, and links no library of Boost.
bare() {
    client=$1
    shift
    "$@" -std=c++20 -I"$source/include" "$here/$client.cpp" ${libraries:-} -o program
    ./program
}

install() { # install [OPTION...]: installs the library below prefix/, as Meson does it
    meson setup library "$source" --prefix "$scratch/prefix" "$@" >/dev/null
    meson install -C library --no-rebuild --tags devel >/dev/null
}

meson_subproject() {
    small_programs
    mkdir subprojects
    ln -s "$source" subprojects/wandb-users
    block 'wandb-users.wrap' >commands
    sh -eu commands
    line=$(block "dependency('wandb-users-beast')")
    echo "project('program', 'cpp', default_options: ['cpp_std=c++20'])" >meson.build
    cp meson.build beast.build
    echo "$line" >>beast.build
    echo "executable('beast', 'beast.cpp', dependencies: wandb_users)" >>beast.build
    for name in wandb-users wandb-users-compiled; do
        echo "$line" | sed "s/wandb-users-beast/$name/" >>meson.build
        echo "executable('$name-program', 'core.cpp', dependencies: wandb_users)" >>meson.build
    done
    meson setup without -Dwandb-users:beast=disabled # compiles fewer definitions
    ninja -C without
    without/wandb-users-program
    without/wandb-users-compiled-program
    mv beast.build meson.build
    meson setup with
    ninja -C with
    with/beast
}

cmake_project() { # cmake_project TEXT LIBRARY PROGRAM [OPTION...]: takes the library as the block with that text says
    {
        printf 'cmake_minimum_required(VERSION 3.16...4.0)\nproject(program CXX)\nadd_executable(program %s.cpp)\n' "$3"
        block "$1" | sed "s/wandb::users_beast/$2/"
    } >CMakeLists.txt
    shift 3
    # CMake's own FindBoost is not in every version of CMake.
    mkdir -p modules
    echo 'message(FATAL_ERROR "FindBoost.cmake was used")' >modules/FindBoost.cmake
    cmake -S . -B out -G Ninja -DCMAKE_MODULE_PATH="$scratch/modules" "$@"
    ninja -C out
    out/program
}

cmake_installed() { # as CMake and as Meson install it
    small_programs
    cmake -S "$source" -B library -G Ninja >/dev/null
    cmake --install library --prefix "$scratch/prefix" >/dev/null
    cmake_project 'find_package(wandb-users' wandb::users_compiled core \
        -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON
    rm -r library prefix out
    install
    cmake_project 'find_package(wandb-users' wandb::users_beast beast -DCMAKE_PREFIX_PATH="$scratch/prefix"
}

cmake_parts() { # of a Boost without Beast, and with targets that are not those of wandb-users-config.cmake
    small_programs
    mkdir parts
    printf 'set(PACKAGE_VERSION 1.81.0)\nset(PACKAGE_VERSION_COMPATIBLE TRUE)\n' >parts/BoostConfigVersion.cmake
    printf 'set(Boost_INCLUDE_DIRS "%s")\nadd_library(Boost::headers INTERFACE IMPORTED)\n' "$scratch/parts" >parts/BoostConfig.cmake
    cmake -S "$source" -B library -G Ninja -DBoost_DIR="$scratch/parts" >/dev/null
    grep '<wandb/src.hpp>' library/wandb_users.cpp
    # Conan makes these targets, and includes the file once for each configuration.
    cat >CMakeLists.txt <<TEXT
cmake_minimum_required(VERSION 3.16...4.0)
project(program CXX)
add_library(wandb::users INTERFACE IMPORTED)
target_include_directories(wandb::users INTERFACE "$source/include")
target_link_libraries(wandb::users INTERFACE boost_json)
foreach(configuration Release Debug)
  include("$source/packaging/cmake/wandb-users-compiled.cmake")
endforeach()
add_executable(program core.cpp)
target_link_libraries(program PRIVATE wandb::users_compiled)
TEXT
    cmake -S . -B out -G Ninja
    ninja -C out
    out/program
}

boost_elsewhere() { # the .pc file names the folders of the Boost that was found, and says which source a program lacks
    library=$("$@" -print-file-name=libboost_json.so)
    headers=$(echo '#include <boost/version.hpp>' | "$@" -xc++ -E - | sed -n 's/^# 1 "\(.*\)\/version.hpp".*/\1/p' | head -n 1)
    mkdir -p boost/include boost/lib
    ln -s "$headers" boost/include/boost
    cp -a "${library%.so}".so* "${library%/*}"/libboost_container.so* boost/lib
    export BOOST_ROOT="$scratch/boost"
    install
    grep "^Cflags:.*-I$BOOST_ROOT/include" prefix/share/pkgconfig/wandb-users.pc
    grep "^Libs:.*$BOOST_ROOT/lib/libboost_json" prefix/share/pkgconfig/wandb-users.pc
    rm -r library prefix
    install -Dboost_json=disabled
    grep '^Description:.*<wandb/boost_json_src.hpp>' prefix/share/pkgconfig/wandb-users.pc
}

mixed() { # units that have different forms or versions of the library do not link, and the linker names what does not fit
    cp -r "$source/include" newer
    sed -i 's/ v[0-9_]*[0-9]/ v99_0_0/' newer/wandb/detail/declare.hpp
    set -- "$@" -std=c++20
    {
        echo '#include <wandb/attrs.hpp>'
        echo 'void take(const wandb::Attrs&);'
        echo 'int main() { take(wandb::Attrs::parse("{}").value()); }'
    } >one.cpp
    echo '#include <wandb/attrs.hpp>' >two.cpp
    echo 'void take(const wandb::Attrs&) {}' >>two.cpp
    echo '#include <wandb/src.hpp>' >definitions.cpp
    compiled=-DWANDB_SEPARATE_COMPILATION

    "$@" $compiled -I"$source/include" -c one.cpp
    "$@" $compiled -Inewer -c two.cpp
    "$@" $compiled -Inewer -c definitions.cpp
    not_linked 'take(wandb::v[0-9_]*_compiled::Attrs const&)' "$@"
    not_linked 'wandb::v[0-9_]*_compiled::Attrs::parse' "$@"
    "$@" $compiled -I"$source/include" -c two.cpp
    "$@" $compiled -I"$source/include" -c definitions.cpp
    "$@" one.o two.o definitions.o -lboost_json -o program
    ./program
    "$@" -I"$source/include" -c two.cpp
    not_linked 'take(wandb::v[0-9_]*_compiled::Attrs const&)' "$@"
}

not_linked() { # not_linked REGEX COMPILER...: linking the units of `mixed` fails, and the message has that name
    name=$1
    shift
    if "$@" one.o two.o definitions.o -lboost_json -o program >messages 2>&1; then
        echo 'it links' && exit 1
    fi
    cat messages
    grep -q "$name" messages
}

case $way in
agree) exec python3 "$here/agree.py" "$source" ;;
copied)
    ln -s "$source/include" include
    main_of '#include <wandb/transport/beast.hpp>'
    run g++ '-Iinclude main.cpp -lboost_json -lssl'
    ;;
compiled) # the definitions are in one unit, and the program sees none of them
    ln -s "$source/include" include
    main_of
    run g++ '<wandb/src.hpp>'
    ;;
single_header)
    ln -s "$source/single_include" single_include
    main_of '#define WANDB_CONSUMER_HEADER "wandb.hpp"'
    run g++ '-Isingle_include main.cpp'
    main_of '#define WANDB_DEFINITIONS' '#define WANDB_CONSUMER_HEADER "wandb_beast.hpp"'
    "$@" -std=c++20 -DWANDB_SEPARATE_COMPILATION -Isingle_include -fsyntax-only main.cpp
    ;;
module)
    ln -s "$source/include" include
    ln -s "$source/packaging" packaging
    main_of '#define WANDB_CONSUMER_IMPORTS'
    run clang++-19 'packaging/modules/wandb.cppm'
    printf 'import wandb.beast;\nint main() { return wandb::BeastOptions{}.proxy.empty() ? 0 : 1; }\n' >main.cpp
    "$@" -std=c++20 -pthread -Iinclude -fmodule-file=wandb=wandb.pcm --precompile packaging/modules/wandb_beast.cppm -o wandb.beast.pcm
    "$@" -std=c++20 -pthread -fmodule-file=wandb=wandb.pcm -fmodule-file=wandb.beast=wandb.beast.pcm -fsyntax-only main.cpp
    ;;
meson) meson_subproject ;;
cmake_subdirectory)
    small_programs
    ln -s "$source" wandb-users
    cmake_project 'add_subdirectory(wandb-users)' wandb::users_beast beast
    ;;
cmake_fetched)
    small_programs
    cmake_project 'FetchContent_MakeAvailable(wandb-users)' wandb::users core "-DFETCHCONTENT_SOURCE_DIR_WANDB-USERS=$source"
    ;;
cmake_installed) cmake_installed ;;
cmake_parts) cmake_parts ;;
pkg_config)
    small_programs
    cp beast.cpp main.cpp
    install
    export PKG_CONFIG_PATH="$scratch/prefix/share/pkgconfig"
    run g++ 'pkg-config --cflags'
    ;;
boost_elsewhere) boost_elsewhere "$@" ;;
mixed) mixed "$@" ;;
bare) bare link_client "$@" -O1 -Wall -Wextra -Werror ;; # as strict as a user may be
no_exceptions)
    bare misuse_client "$@" -fno-exceptions -pthread
    bare link_client "$@" -fno-exceptions
    libraries="-lboost_json -lssl -lcrypto -pthread"
    bare beast_client "$@" -fno-exceptions
    ;;
no_rtti) bare link_client "$@" -fno-rtti ;;
old_standard) # the compiler says what is wrong, and stops
    for header in wandb/wandb.hpp wandb/transport/async_beast.hpp wandb/testing/fake_transport.hpp; do
        echo "#include <$header>" >main.cpp
        "$@" -std=c++17 -fsyntax-only -I"$source/include" main.cpp >messages 2>&1 && exit 1
        cat messages
        grep 'error: .*needs C++20: compile with -std=c++20' messages
        [ "$(grep -c error: messages)" -le 5 ]
    done
    ;;
old_boost) # the first error says what is wrong
    mkdir "$scratch/boost"
    echo '#define BOOST_VERSION 108000' >"$scratch/boost/version.hpp"
    "$@" -std=c++20 -fsyntax-only -I"$scratch" -I"$source/include" "$here/link_client.cpp" 2>&1 |
        grep -m 1 error: | grep -q 'needs Boost 1.81 or newer'
    exit
    ;;
libcxx) bare link_client "$@" -stdlib=libc++ ;;
*) exit 2 ;;
esac
