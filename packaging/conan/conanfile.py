import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class WandbUsersConan(ConanFile):
    """Packages the source tree that it is part of: conan create packaging/conan -s compiler.cppstd=20."""

    name = "wandb-users"
    description = "Users, API keys, teams and permissions of a Weights & Biases server"
    license = "MIT"
    topics = ("wandb", "weights-and-biases", "graphql", "api-client", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"beast": [True, False]}
    default_options = {"beast": True}
    no_copy_source = True

    @property
    def _tree(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        version = load(self, os.path.join(self._tree, "include", "wandb", "version.hpp"))
        self.version = re.search(r'string_view version = "(.*)"', version)[1]

    def export_sources(self):
        copy(self, "LICENSE", self._tree, self.export_sources_folder)
        copy(self, "include/*", self._tree, self.export_sources_folder)
        copy(self, "packaging/cmake/*", self._tree, self.export_sources_folder)

    def layout(self):
        basic_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.81 <2]")
        if self.options.beast:
            self.requires("openssl/[>=3 <4]")

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration(f"{self.ref} is not packaged for Windows")

    def build(self):
        pass

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))
        copy(self, "wandb-users-compiled.cmake", os.path.join(self.source_folder, "packaging", "cmake"),
             os.path.join(self.package_folder, "share", "cmake", "wandb-users"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "wandb-users")
        # As packaging/cmake/wandb-users-config-version.cmake has it.
        self.cpp_info.set_property("cmake_config_version_compat", "SameMinorVersion")
        # It defines wandb::users_compiled.
        self.cpp_info.set_property("cmake_build_modules", ["share/cmake/wandb-users/wandb-users-compiled.cmake"])
        users = self.cpp_info.components["users"]
        users.set_property("cmake_target_name", "wandb::users")
        users.set_property("pkg_config_name", "wandb-users")
        users.requires = ["boost::headers"]
        # Without this library, one unit of the program includes <wandb/boost_json_src.hpp>.
        boost = self.dependencies["boost"].options
        if not boost.get_safe("header_only") and not boost.get_safe("without_json"):
            users.requires.append("boost::json")
        components = [users]
        if self.options.beast:
            beast = self.cpp_info.components["users_beast"]
            beast.set_property("cmake_target_name", "wandb::users_beast")
            beast.set_property("pkg_config_name", "wandb-users-beast")
            beast.requires = ["users", "openssl::openssl"]
            components.append(beast)
        for component in components:
            component.bindirs = []
            component.libdirs = []
            if self.settings.os in ("Linux", "FreeBSD"):
                component.system_libs = ["pthread"]
