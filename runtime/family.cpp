// SPDX-License-Identifier: Apache-2.0
#include "runtime/family.hpp"

#include <map>
#include <string>

namespace streamlib {
namespace {

using Preload = Result<> (*)();

/// Behind a function: registrations run before main(), in any order.
std::map<std::string, Preload, std::less<>>& families() {
    static std::map<std::string, Preload, std::less<>> all;
    return all;
}

}  // namespace

FamilyRegistration::FamilyRegistration(const char* family, Result<> (*preload)()) {
    families()[family] = preload;
}

Result<> preload_family(std::string_view family) {
    const auto found = families().find(family);
    return found == families().end() ? Result<>{} : found->second();
}

}  // namespace streamlib
