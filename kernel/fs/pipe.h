// Pipes. A pipe lies in one frame of its own (owner pipe): lock, both ends' open files and the ring
// of bytes. Nothing is shared between two pipes, so pipes scale with their number.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/fs/file.h"

namespace kernel {

enum class PipeEnd : std::uint8_t { reader, writer };

struct Pipe {
    // bytes; what the rest leaves of a frame, rounded down
    static constexpr std::size_t capacity = 3584;

    Spinlock<Rank::pipe> lock{"pipe"};
    bool reader_open GUARDED_BY(lock) = true;
    bool writer_open GUARDED_BY(lock) = true;
    bool reader_waits GUARDED_BY(lock) = false;  // some reader sleeps on &reader, or is about to
    bool writer_waits GUARDED_BY(lock) = false;
    std::uint32_t start GUARDED_BY(lock) = 0;  // of the oldest byte
    std::uint32_t used GUARDED_BY(lock) = 0;   // bytes, from start on, around the end of the ring
    File reader;
    File writer;
    std::array<std::byte, capacity> ring GUARDED_BY(lock);
};
static_assert(sizeof(Pipe) <= page_size);

struct PipeEnds {
    File* reader;
    File* writer;
};

// Both ends, with one reference each. out_of_memory.
Result<PipeEnds> pipe_create();

// The last descriptor of an end has gone. The second of the two frees the pipe.
void pipe_close(Pipe& pipe, PipeEnd end);

// Sleeps while the pipe is empty and somebody may still write; 0 at its end. killed; bad_address
// when no byte could be delivered (what was not delivered stays in the pipe).
Result<std::size_t> pipe_read(Pipe& pipe, AddressSpace& space, VirtAddr to, std::size_t bytes);

// Sleeps while the pipe is full. not_permitted where nobody can read any more; killed; bad_address
// when no byte could be taken.
Result<std::size_t> pipe_write(Pipe& pipe, AddressSpace& space, VirtAddr from, std::size_t bytes);

}  // namespace kernel
