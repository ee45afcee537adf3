// SPDX-License-Identifier: Apache-2.0
#include "supervisor/launcher/kept_state.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "runtime/clock/software_clock.hpp"
#include "runtime/graph/duration.hpp"
#include "runtime/nearest_word.hpp"

namespace streamlib::supervision {
namespace {

namespace fs = std::filesystem;

constexpr const char* suffix = ".snapshot";

std::optional<std::uint32_t> find_actor(const GraphPlan& plan, std::string_view name) {
    for (std::uint32_t actor = 0; actor < plan.actors.size(); ++actor)
        if (plan.actors[actor].name == name) return actor;
    return std::nullopt;
}

std::string no_such_actor(const GraphPlan& plan, const std::string& name) {
    std::vector<std::string_view> names;
    for (const PlannedActor& actor : plan.actors) names.emplace_back(actor.name);
    const std::string_view nearest = nearest_word(name, names);
    std::string text = "the graph has no actor \"" + name + "\"";
    if (!nearest.empty()) text.append("; did you mean \"").append(nearest).append("\"?");
    return text;
}

/// Why this actor cannot begin with it; empty: it can.
std::string misfit(const PlannedActor& actor, const ipc::SnapshotFileCopy& file) {
    const ClassSpec& spec = *actor.spec;
    if (spec.state_version == 0)
        return "actor " + actor.name + " keeps no state (class " + spec.name + ")";
    if (ipc::FixedText<64>(spec.name) != ipc::FixedText<64>(file.class_name))
        return "it is of class " + file.class_name + ", and actor " + actor.name +
               " of the graph is of class " + spec.name;
    if (file.snapshot.label.version > spec.state_version)
        return "it is of version " + std::to_string(file.snapshot.label.version) + " of class " +
               spec.name + ", and this one reads up to " + std::to_string(spec.state_version) +
               "; run the version that wrote it";
    return {};
}

}  // namespace

void KeptState::refuse(std::string text) { notes_.findings.push_back({{}, {}, std::move(text)}); }

void KeptState::take_file(const GraphPlan& plan, const std::string& actor, const std::string& path,
                          bool named) {
    const auto found = find_actor(plan, actor);
    if (!found) return refuse("restore " + path + ": " + no_such_actor(plan, actor));
    if (const auto twice = named_.find(*found); twice != named_.end() && named)
        return refuse("restore " + path + ": actor " + actor + " is to have " + twice->second +
                      " already; name one of them");
    const auto file = ipc::read_snapshot_file(path);
    const std::string wrong = file ? misfit(plan.actors[*found], *file) : std::string();
    if (!file) return refuse("restore " + file.error().text);
    if (!wrong.empty())
        return refuse("restore " + path + ": " + wrong +
                      (named ? "" : "; move it away to begin afresh"));
    if (named) named_[*found] = path;
    kept_[*found] = {path, file->snapshot};
}

void KeptState::take_folder(const GraphPlan& plan, const std::string& path, bool named) {
    std::vector<fs::path> files;
    std::error_code error;
    fs::directory_iterator entries(path, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error))
        if (entries->path().extension() == suffix) files.push_back(entries->path());
    if (error) return refuse("restore " + path + ": " + error.message());
    if (files.empty() && named)
        return refuse("restore " + path + ": no ACTOR.snapshot lies in that folder");
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        const std::string actor = file.stem().string();
        if (find_actor(plan, actor))
            take_file(plan, actor, file.string(), named);
        else
            notes_.warnings.push_back(file.string() + ": not used, " + no_such_actor(plan, actor));
    }
}

void KeptState::take_named(const GraphPlan& plan, const std::string& what) {
    std::error_code error;
    const fs::file_status status = fs::status(what, error);
    const std::size_t equals = what.find('=');
    if (fs::is_directory(status)) return take_folder(plan, what, true);
    if (!fs::exists(status) && equals != std::string::npos && equals > 0)
        return take_file(plan, what.substr(0, equals), what.substr(equals + 1), true);
    if (!fs::exists(status))
        return refuse("restore " + what + ": " +
                      (error ? error.message() : std::string("no such file or folder")));
    const fs::path path(what);
    if (path.extension() != suffix || !find_actor(plan, path.stem().string()))
        return refuse("restore " + what + ": whose state is it? " +
                      (path.extension() == suffix ? no_such_actor(plan, path.stem().string()) + "; "
                                                  : std::string()) +
                      "write --restore ACTOR=" + what);
    take_file(plan, path.stem().string(), what, true);
}

KeptState::Notes KeptState::read(const GraphPlan& plan, const std::vector<std::string>& restore,
                                 const std::string& keep) {
    actors_ = static_cast<std::uint32_t>(plan.actors.size());
    for (const std::string& what : restore) take_named(plan, what);
    if (keep.empty()) return std::move(notes_);
    std::map<std::uint32_t, Kept> before = std::move(kept_);
    kept_.clear();
    std::error_code error;
    fs::create_directories(keep, error);
    // Said now, and not when hours of state are to be written.
    if (error)
        refuse("keep " + keep + ": " + error.message());
    else if (::access(keep.c_str(), W_OK | X_OK) != 0)
        refuse("keep " + keep + ": no permission to write there");
    else
        take_folder(plan, keep, false);
    for (auto& [actor, kept] : before) kept_[actor] = std::move(kept);
    // Absolute, should the program change its folder meanwhile.
    keep_ = fs::absolute(keep, error).string();
    return std::move(notes_);
}

std::vector<std::pair<std::string, std::string>> KeptState::put(std::span<const Child> children) {
    std::vector<std::pair<std::string, std::string>> told;
    const TaiTime now = system_tai().line.tai_at(MonotonicTime::now());
    for (const auto& [actor, kept] : kept_) {
        ipc::put_snapshot(children[actor].actor_page().snapshots, kept.snapshot);
        const ipc::SnapshotLabel& label = kept.snapshot.label;
        const Nanoseconds age = std::max<Nanoseconds>(0, now - label.time);
        told.emplace_back(children[actor].planned->name,
                          kept.path + ", " + std::to_string(kept.snapshot.bytes.size()) +
                              " bytes, version " + std::to_string(label.version) + ", " +
                              duration_text(age / 1'000'000'000 * 1'000'000'000) + " old");
    }
    kept_.clear();
    return told;
}

KeptState::Saved KeptState::save(std::span<const Child> children) const {
    Saved saved;
    if (keep_.empty()) return saved;
    for (const Child& child : children.first(std::min<std::size_t>(actors_, children.size()))) {
        // Nobody writes any more; and what crashed its actor twice is not what the next run shall begin with.
        const auto newest = ipc::newest_snapshot(child.actor_page().snapshots);
        if (!newest) continue;
        const auto done = ipc::write_snapshot_file(
            ipc::encode_snapshot_file({child.planned->spec->name, newest->label.version,
                                       newest->label.time, newest->bytes}),
            keep_ + "/" + child.planned->name + suffix);
        if (done)
            ++saved.files;
        else
            saved.errors.push_back(done.error());
    }
    return saved;
}

std::optional<std::uint64_t> ask_for_snapshot(const Child& child) noexcept {
    if (child.planned->spec->state_version == 0) return 0;
    // The command word of one that stops must go on saying so.
    if (child.state.phase != ChildPhase::running || child.state.stop_wanted) return std::nullopt;
    const std::uint64_t request = ipc::request_snapshot(child.actor_page().snapshots);
    ipc::give_command(child.actor_page(), ipc::ActorCommand::look);
    return request;
}

}  // namespace streamlib::supervision
