// SPDX-License-Identifier: Apache-2.0
// Rings of a new generation: what an actor does when a format changes while it runs.
#include <algorithm>

#include "runtime/actor_core.hpp"

namespace streamlib {

void ActorCore::request_format(std::size_t output, const MediaFormat& format) {
    if (format_hook) format_hook(output, format);
}

void ActorCore::request_waiting_formats() {
    for (OutputBase* output : outputs)
        if (output->changing_) request_format(output->port_, output->wanted_);
}

Result<> ActorCore::replace_output(std::size_t index, const MediaFormat& format,
                                   const ipc::RingMemory& ring, std::shared_ptr<void> memory) {
    if (index >= outputs.size())
        return fail(Errc::mismatch, "a ring for an output that is not there");
    OutputBase& output = *outputs[index];
    auto writer = ipc::RingWriter::attach(ring, incarnation);
    if (!writer) return tl::unexpected(writer.error());
    output.writer_.supersede();
    output.writer_ = std::move(*writer);
    output.memory_ = std::move(memory);
    output.format_ = format;
    // A ring that nobody asked for may come while one is under way: that one is still waited for.
    output.changing_ = output.changing_ && !(format == output.wanted_);
    return {};
}

Result<> ActorCore::replace_input(std::size_t index, const MediaFormat& format,
                                  const ipc::RingMemory& ring, std::uint32_t cell,
                                  std::shared_ptr<void> memory) {
    if (index >= inputs.size())
        return fail(Errc::mismatch, "a ring for an input that is not there");
    auto reader = ipc::RingReader::attach(ring, cell, incarnation, false);
    if (!reader) return tl::unexpected(reader.error());
    inputs[index]->next_ = InputBase::Generation{
        std::make_unique<ipc::RingReader>(std::move(*reader)), std::move(memory), format};
    return {};
}

bool ActorCore::any_changing() const noexcept {
    return std::any_of(outputs.begin(), outputs.end(),
                       [](const OutputBase* output) { return output->changing_; });
}

void ActorCore::superseded_words(std::vector<ipc::WaitWord>& words) const {
    for (const InputBase* input : inputs)
        if (input->next_) words.push_back(input->reader_->superseded_word());
}

void ActorCore::go_on(InputBase& input) {
    InputBase::Generation& next = *input.next_;
    input.view_.release();
    input.missed_before_ += input.reader_->missed();
    if (input.reader_
            ->pins_anything())  // blocks the author keeps: their memory stays until they are released
        input.retired_.push_back(
            {std::move(input.reader_), std::move(input.memory_), input.format_});
    std::erase_if(input.retired_, [](const auto& old) { return !old.reader->pins_anything(); });
    input.reader_ = std::move(next.reader);
    input.memory_ = std::move(next.memory);
    input.format_ = next.format;
    input.last_sequence_ = 0;
    input.next_.reset();
}

Result<bool> ActorCore::settle_generations(Actor& actor) {
    bool changed = false, other_format = false;
    for (InputBase* input : inputs) {
        if (!input->next_ || !input->reader_->superseded() || input->reader_->has_new()) continue;
        other_format = other_format || !(input->next_->format == input->format_);
        go_on(*input);
        changed = true;
    }
    if (!other_format)
        return changed;  // another ring for the same: nothing that the actor knows of
    std::vector<MediaFormat> before;
    for (const OutputBase* output : outputs) before.push_back(output->format_);
    {
        // As long as configure() may take: the default calls it.
        const ipc::ActivityScope busy(activity(), ipc::ActorPhase::configuring);
        if (auto done = actor.format_changed(); !done) return tl::unexpected(done.error());
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const MediaFormat wanted = outputs[i]->format_;
        outputs[i]->format_ = before[i];  // what the ring that is there was made for
        outputs[i]->change_media_format(wanted);
    }
    return true;
}

}  // namespace streamlib
