// SPDX-License-Identifier: Apache-2.0
/// @file
/// An actor that makes others as it is told, and writes down what it is told of them.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "runtime/actor.hpp"

namespace streamlib::test {

/// Commands are parted by ";", words by blanks; "_" and "+" stand for those in a command within a command:
///     spawn NAME CLASS [supervisor=S] [retries=N] [restart=R] [link=a.out>>b.in] [KEY=VALUE]… ; stop N ; link N ; unlink N ;
///     monitor N ; demonitor N ; trap
class Boss final : public Actor {
public:
    static constexpr const char* class_name = "Boss";
    static constexpr const char* class_text = "Makes others";
    Property<std::string> begin{*this, "begin", "", {.text = "Commands of start()"}};
    Property<std::string> early{*this, "early", "", {.text = "Commands of configure()"}};
    Property<std::string> at_down{*this, "at_down", "", {.text = "Commands of down()"}};
    Property<std::string> later{*this, "later", "", {.text = "Commands of the 20th tick"}};
    Property<std::string> diary{*this, "diary", "", {.text = "Where it writes what it is told"}};

    Result<> configure() override { return obey(*early); }
    Result<> start() override {
        write("start " + std::to_string(incarnation()));
        return obey(*begin);
    }
    void process(const Tick&) override {
        if (++ticks_ == 20) static_cast<void>(obey(*later));
    }
    void child_ready(std::string_view name, std::uint64_t incarnation) override {
        write("ready " + std::string(name) + " " + std::to_string(incarnation));
    }
    void child_refused(std::string_view name, std::string_view why) override {
        write("refused " + std::string(name) + " " + std::string(why));
    }
    void down(const Down& down) override {
        write("down " + words_of(down));
        static_cast<void>(obey(*at_down));
    }
    void exit_signal(const Down& down) override { write("exit " + words_of(down)); }

private:
    static std::string words_of(const Down& down) {
        return std::string(down.name) + " " + std::to_string(down.incarnation) + " " +
               std::string(to_string(down.reason)) + " " + std::to_string(down.code) +
               (down.comes_back ? " back" : "") + (down.child ? " child" : "") +
               (down.over ? " over" : "") + ": " + std::string(down.text);
    }
    void write(const std::string& line) {
        if (!diary->empty()) std::ofstream(*diary, std::ios::app) << name() << ' ' << line << '\n';
    }
    Result<> obey(const std::string& commands) {
        std::istringstream all(commands);
        for (std::string command; std::getline(all, command, ';');) {
            std::istringstream words(command);
            std::string verb, who;
            if (!(words >> verb)) continue;
            words >> who;
            if (auto done = act(verb, who, words); !done) {
                write("error " + done.error().text);
                return done;
            }
        }
        return {};
    }
    Result<> act(const std::string& verb, const std::string& who, std::istringstream& words) {
        if (verb == "spawn") return spawn(spec_of(who, words));
        if (verb == "stop") return stop_child(who);
        if (verb == "link") return link(who);
        if (verb == "unlink") return unlink(who);
        if (verb == "monitor") return monitor(who);
        if (verb == "demonitor") return demonitor(who);
        if (verb == "trap") return trap_exit(true);
        return fail(Errc::invalid_argument, "what is " + verb + "?");
    }
    static ChildSpec spec_of(const std::string& who, std::istringstream& words) {
        ChildSpec spec{.name = who, .class_name = {}};
        words >> spec.class_name;
        for (std::string word; words >> word;) {
            const auto equals = word.find('=');
            const std::string key = word.substr(0, equals);
            std::string value = word.substr(equals + 1);
            for (char& letter : value) {
                if (letter == '_') letter = ' ';
                if (letter == '+') letter = ';';
            }
            if (key == "supervisor")
                spec.supervisor = value;
            else if (key == "retries")
                spec.strategy =
                    RestartStrategy{static_cast<std::uint32_t>(std::stoi(value)), 600'000'000'000};
            else if (key == "restart")
                spec.restart = parse_restart_type(value).value_or(RestartType::permanent);
            else if (key == "link")
                spec.links.push_back(value);
            else
                spec.properties[key] = value;
        }
        return spec;
    }
    std::uint64_t ticks_ = 0;
};
STREAMLIB_ACTOR(Boss)

}  // namespace streamlib::test
