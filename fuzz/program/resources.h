// What a process has at some place of its calls, as far as one can tell without running them: so
// that most generated calls do something.
#pragma once
#include <array>

#include "fuzz/program/program.h"

namespace stampede::fuzz {

struct PipeResource {
    u8 readers = 0;  // 1: this process has that end
    u8 writers = 0;
    u32 bytes = 0;  // written and not read, by this process and its ancestors

    // Without sleeping.
    [[nodiscard]] bool can_be_read() const { return readers != 0 && (bytes != 0 || writers == 0); }
};

struct Resources {
    std::array<PipeResource, abi::program_slots> made;
    std::array<PipeResource, 2> shared{PipeResource{1, 1, 0}, PipeResource{1, 1, 0}};
    u32 children = 0;  // forked and not waited for
    u32 forked = 0;    // masks of slots that hold a result
    u32 opened = 0;
    u32 copied = 0;
    u32 grown = 0;  // bytes that sbrk has asked for
    bool heap_is_fresh =
        false;  // it has grown, or been shared by a fork, and nothing was stored since
    enum class Exec : u8 {
        NothingNew,
        Prepared
    } exec = Exec::NothingNew;  // whether a file or arguments wait for an exec

    // What the call makes of them, on a kernel where all goes well.
    void after(const Call& call);
    // What a child begins with.
    [[nodiscard]] Resources of_child() const;
    // Some pipe can be read without sleeping.
    [[nodiscard]] bool pipe_has_bytes() const;
    // Null where the descriptor is no pipe's.
    [[nodiscard]] PipeResource* pipe_of(Descriptor descriptor);
    enum class End : u8 { Reader, Writer };
    [[nodiscard]] static Descriptor end_of_made(unsigned slot, End end);
    [[nodiscard]] static Descriptor end_of_shared(unsigned number, End end);
};

// Those right before `calls[index]`, where `list` is one of the program's lists of calls (a
// process's or a fork's).
[[nodiscard]] Resources resources_before(const Program& program, const Calls& list, u64 index);

}  // namespace stampede::fuzz
