// SPDX-License-Identifier: Apache-2.0
#include "runtime/graph/network_ends.hpp"

#include <algorithm>
#include <string_view>

#include "runtime/graph/wording.hpp"

namespace streamlib {
namespace {

constexpr std::size_t longest_name = 63;

/// One side of the network, in words.
struct Side {
    std::string_view key, name_end, video_class, audio_class, port_side;
};
constexpr Side sending{"send_to", "send", "VideoRtpSend", "AudioRtpSend", "output"};
constexpr Side receiving{"receive_from", "receive", "VideoRtpReceive", "AudioRtpReceive", "input"};

std::string list_of(const std::vector<PortSpec>& ports) {
    std::vector<std::string> names;
    for (const auto& port : ports) names.push_back(port.name);
    return wording::list(names);
}

class NetworkEnds {
public:
    NetworkEnds(GraphSpec& graph, const KnownClasses& classes) : graph_(graph), classes_(classes) {}

    std::vector<Finding> run() {
        // By number: the list grows.
        const std::size_t declared = graph_.actors.size();
        for (std::size_t i = 0; i < declared; ++i) {
            const ActorDecl actor = graph_.actors[i];
            for (const auto& [port, value] : actor.send_to) add(actor, sending, port, value);
            for (const auto& [port, value] : actor.receive_from) add(actor, receiving, port, value);
        }
        return std::move(findings_);
    }

private:
    void found(const ActorDecl& actor, const Side& side, const std::string& port, const Place& at,
               std::string text) {
        std::string key = "actors." + actor.name + "." + std::string(side.key);
        if (!port.empty()) key += "." + port;
        findings_.push_back({at, std::move(key), std::move(text)});
    }

    /// The port that is meant; an unknown class is somebody else's finding.
    const PortSpec* port_of(const ActorDecl& actor, const Side& side, const std::string& name,
                            const Place& at) {
        const ClassSpec* spec = classes_.lookup ? classes_.lookup(actor.class_name) : nullptr;
        if (spec == nullptr) return nullptr;
        const auto& ports = side.key == sending.key ? spec->outputs : spec->inputs;
        if (name.empty() && ports.size() == 1) return &ports.front();
        const auto named = std::find_if(ports.begin(), ports.end(),
                                        [&](const PortSpec& p) { return p.name == name; });
        if (named != ports.end()) return &*named;
        const std::string kind(side.port_side);
        if (ports.empty())
            found(actor, side, name, at, actor.class_name + " has no " + kind + "s");
        else if (name.empty())
            found(actor, side, name, at,
                  actor.class_name + " has several " + kind + "s: name one, such as " +
                      std::string(side.key) + " = { " + ports.front().name +
                      " = \"…\" }; they are " + list_of(ports));
        else
            found(actor, side, name, at,
                  actor.class_name + " has no " + kind + " " + wording::quoted(name) + "; its " +
                      kind + "s are " + list_of(ports));
        return nullptr;
    }

    void add(const ActorDecl& actor, const Side& side, const std::string& name,
             const GivenValue& value) {
        const PortSpec* port = port_of(actor, side, name, value.place);
        if (port == nullptr) return;
        if (port->kind != MediaKind::video && port->kind != MediaKind::audio)
            return found(
                actor, side, name, value.place,
                "the port carries " +
                    (port->kind == MediaKind::none ? std::string("any kind")
                                                   : std::string(to_string(port->kind))) +
                    "; only video and audio ports reach the network by themselves: declare "
                    "the RTP actor and link it");
        const bool video = port->kind == MediaKind::video;
        ActorDecl end;
        end.name = actor.name + "-" + port->name + "-" + std::string(side.name_end);
        end.class_name = video ? side.video_class : side.audio_class;
        end.place = value.place;
        end.supervisor = actor.supervisor;
        end.restart = actor.restart;
        if (!is_free(actor, side, name, value.place, end.name)) return;
        const bool sends = side.key == sending.key;
        if (!sends && !receive_words(end, actor, name, value)) return;
        if (sends) end.properties["to"] = value;
        const std::string far_port = video ? "video" : "audio";
        graph_.links.push_back(
            sends ? LinkDecl{actor.name, port->name, end.name, far_port, value.place}
                  : LinkDecl{end.name, far_port, actor.name, port->name, value.place});
        graph_.actors.push_back(std::move(end));
    }

    bool is_free(const ActorDecl& actor, const Side& side, const std::string& port,
                 const Place& place, const std::string& name) {
        if (name.size() > longest_name) {
            found(actor, side, port, place,
                  "the RTP actor would be called " + name +
                      ", longer than 63 letters: give the actor a shorter name");
            return false;
        }
        const bool taken = std::any_of(graph_.actors.begin(), graph_.actors.end(),
                                       [&](const ActorDecl& a) { return a.name == name; });
        if (taken)
            found(actor, side, port, place,
                  "the RTP actor would be called " + name +
                      ", and there is an actor of that name: rename that one");
        return !taken;
    }

    /// "ADDRESS FORMAT" or "FILE.sdp".
    bool receive_words(ActorDecl& end, const ActorDecl& actor, const std::string& port,
                       const GivenValue& value) {
        const std::string_view text = wording::trimmed(value.text);
        if (text.ends_with(".sdp")) {
            end.properties["sdp"] = {std::string(text), value.place};
            return true;
        }
        const auto space = text.find(' ');
        if (space == std::string_view::npos) {
            found(actor, receiving, port, value.place,
                  "write the format after the address, such as \"" + std::string(text) +
                      (end.class_name == receiving.video_class ? " 1080p59.94 YCbCr-4:2:2 10\""
                                                               : " 48000 2ch\"") +
                      ", or the path of an SDP file (.sdp) in place of both");
            return false;
        }
        end.properties["from"] = {std::string(text.substr(0, space)), value.place};
        end.properties["format"] = {std::string(wording::trimmed(text.substr(space))), value.place};
        return true;
    }

    GraphSpec& graph_;
    const KnownClasses& classes_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> add_network_ends(GraphSpec& graph, const KnownClasses& classes) {
    return NetworkEnds(graph, classes).run();
}

}  // namespace streamlib
