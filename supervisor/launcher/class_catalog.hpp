// SPDX-License-Identifier: Apache-2.0
/// @file
/// The classes a graph may use: linked in, and from the plugins that it names.
///
/// Model     A linked-in class is described by making one object. A plugin is foreign code: a child process loads and
///           describes it, so that a plugin which crashes or hangs costs that process and is a finding.
/// Lifetime  Specs stay where they are as long as the catalog lives (GraphPlan points to them).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/error.hpp"
#include "runtime/class_spec.hpp"
#include "runtime/graph/check_graph.hpp"
#include "runtime/graph/graph_spec.hpp"

namespace streamlib::supervision {

class ClassCatalog {
public:
    /// Loads every plugin the graph names, each once. Findings: those that cannot be loaded, with their place.
    [[nodiscard]] std::vector<Finding> load_plugins(const GraphSpec& graph, int lifeline);

    /// Null: there is no such class.
    [[nodiscard]] const ClassSpec* find(std::string_view name);
    /// Absolute path of the .so a class comes from; empty: linked in.
    [[nodiscard]] std::string plugin_of(std::string_view class_name) const;
    /// For check_graph; borrows this.
    [[nodiscard]] KnownClasses known();

private:
    struct Entry {
        std::unique_ptr<ClassSpec> spec;
        std::string plugin;
    };
    void load(const std::string& path, const Place& place, const std::string& key, int lifeline,
              std::vector<Finding>& findings);
    std::map<std::string, Entry, std::less<>> entries_;
    std::vector<std::string> loaded_;
};

/// The classes of one .so, asked for in a child process. Errors: one line that says what became of the child.
[[nodiscard]] Result<std::vector<ClassSpec>> describe_plugin(const std::string& path, int lifeline);

/// In that child: loads it and writes its classes to `output`. Returns the exit status.
[[nodiscard]] int describe_main(int output, const std::string& path);

}  // namespace streamlib::supervision
