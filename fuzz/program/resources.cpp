#include "fuzz/program/resources.h"

#include <algorithm>

namespace stampede::fuzz {

namespace {

namespace descriptor = abi::program_descriptor;

bool is_pipe_end(Descriptor one) { return one.index < descriptor::opened; }
bool is_writer(Descriptor one) { return one.index % 2 != 0; }

// The resources before a place, looked for in one list and the bodies inside it.
std::optional<Resources> find(const Calls& calls, Resources resources, const Calls& list,
                              u64 index) {
    for (u64 n = 0; n <= calls.size(); ++n) {
        if (&calls == &list && n == index) {
            return resources;
        }
        if (n == calls.size()) {
            break;
        }
        if (calls[n].kind == CallKind::fork) {
            if (auto inside = find(calls[n].body, resources.of_child(), list, index)) {
                return inside;
            }
        }
        resources.after(calls[n]);
    }
    return std::nullopt;
}

}  // namespace

void Resources::after(const Call& call) {
    PipeResource* const pipe = pipe_of(call.descriptor);
    switch (call.kind) {
    case CallKind::fork:
        ++children;
        forked |= 1u << call.slot;
        heap_is_fresh = grown != 0;
        break;
    case CallKind::wait: children -= children != 0; break;
    case CallKind::pipe: made[call.slot] = {1, 1, 0}; break;
    case CallKind::open: opened |= 1u << call.slot; break;
    case CallKind::sbrk:
        grown += call.number > 0 ? static_cast<u32>(call.number) : 0;
        heap_is_fresh = call.number > 0;
        break;
    case CallKind::store: heap_is_fresh = false; break;
    case CallKind::make_program:
    case CallKind::arguments: exec = Exec::Prepared; break;
    case CallKind::exec: exec = Exec::NothingNew; break;
    case CallKind::dup: copied |= 1u << call.slot; break;
    case CallKind::write:
        if (pipe != nullptr && is_writer(call.descriptor) && call.length.plain()) {
            pipe->bytes += call.length.code;
        }
        break;
    case CallKind::read:
        if (pipe != nullptr && !is_writer(call.descriptor)) {
            pipe->bytes -=
                call.length.plain() ? std::min<u32>(pipe->bytes, call.length.code) : pipe->bytes;
        }
        break;
    case CallKind::close:
        if (pipe != nullptr) {
            (is_writer(call.descriptor) ? pipe->writers : pipe->readers) = 0;
        } else if (call.descriptor.index >= descriptor::opened &&
                   call.descriptor.index < descriptor::raw) {
            // a dup's bit lies past the mask's four
            opened &= ~(1u << (call.descriptor.index - descriptor::opened));
            if (call.descriptor.index >= descriptor::copied) {
                copied &= ~(1u << (call.descriptor.index - descriptor::copied));
            }
        }
        break;
    default: break;
    }
}

Resources Resources::of_child() const {
    Resources child = *this;
    child.children = 0;
    return child;
}

bool Resources::pipe_has_bytes() const {
    return std::ranges::any_of(made, &PipeResource::can_be_read) ||
           std::ranges::any_of(shared, &PipeResource::can_be_read);
}

PipeResource* Resources::pipe_of(Descriptor one) {
    if (!is_pipe_end(one)) {
        return nullptr;
    }
    return one.index < descriptor::shared ? &made[one.index / 2]
                                          : &shared[(one.index - descriptor::shared) / 2];
}

Descriptor Resources::end_of_made(unsigned slot, End end) {
    return {static_cast<u8>(descriptor::made + 2 * slot + (end == End::Writer))};
}

Descriptor Resources::end_of_shared(unsigned number, End end) {
    return {static_cast<u8>(descriptor::shared + 2 * number + (end == End::Writer))};
}

Resources resources_before(const Program& program, const Calls& list, u64 index) {
    for (const Process& process : program.processes) {
        if (auto found = find(process.calls, {}, list, index)) {
            return *found;
        }
    }
    return {};
}

}  // namespace stampede::fuzz
