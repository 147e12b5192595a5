#include "kernel/fs/pipe.h"

#include <new>

#include "kernel/arch/arch.h"
#include "kernel/fs/least.h"
#include "kernel/policy/policy.h"
#include "kernel/proc/process.h"

namespace kernel {
namespace {

Frame& frame_of(Pipe& pipe) { return frame_at(arch::physical(&pipe)); }

// Bytes to move in one piece: within the ring and within one page of user memory, so that a page
// that is missing costs only its own bytes.
std::size_t piece_size(std::size_t in_ring, VirtAddr user, std::size_t wanted) {
    return least(least(in_ring, page_size - user.page_offset()), wanted);
}

void wake_readers(Pipe& pipe) REQUIRES(pipe.lock) {
    if (pipe.reader_waits) {
        pipe.reader_waits = false;
        wake_up(&pipe.reader);
    }
}

void wake_writers(Pipe& pipe) REQUIRES(pipe.lock) {
    if (pipe.writer_waits) {
        pipe.writer_waits = false;
        wake_up(&pipe.writer);
    }
}

std::span<const std::byte> oldest_piece(Pipe& pipe, VirtAddr to, std::size_t wanted)
    REQUIRES(pipe.lock) {
    const std::size_t in_ring = least(pipe.used, Pipe::capacity - pipe.start);
    return {pipe.ring.data() + pipe.start, piece_size(in_ring, to, wanted)};
}

std::span<std::byte> free_piece(Pipe& pipe, VirtAddr from, std::size_t wanted) REQUIRES(pipe.lock) {
    const std::size_t begin = (pipe.start + pipe.used) % Pipe::capacity;
    const std::size_t in_ring = least(Pipe::capacity - pipe.used, Pipe::capacity - begin);
    return {pipe.ring.data() + begin, piece_size(in_ring, from, wanted)};
}

// What is there now, without sleeping.
Result<std::size_t> drain(Pipe& pipe, AddressSpace& space, VirtAddr to, std::size_t bytes)
    REQUIRES(pipe.lock) {
    std::size_t done = 0;
    while (done < bytes && pipe.used > 0) {
        const auto piece = oldest_piece(pipe, to + done, bytes - done);
        if (auto copied = space.copy_out(to + done, piece); !copied) {
            return done > 0 ? Result<std::size_t>(done) : failure(copied.error());
        }
        pipe.start = static_cast<std::uint32_t>((pipe.start + piece.size()) % Pipe::capacity);
        pipe.used -= static_cast<std::uint32_t>(piece.size());
        done += piece.size();
    }
    return done;
}

// As much as fits now, without sleeping.
Result<std::size_t> fill(Pipe& pipe, AddressSpace& space, VirtAddr from, std::size_t bytes)
    REQUIRES(pipe.lock) {
    std::size_t done = 0;
    while (done < bytes && pipe.used < Pipe::capacity) {
        const auto piece = free_piece(pipe, from + done, bytes - done);
        if (auto copied = space.copy_in(piece, from + done); !copied) {
            return done > 0 ? Result<std::size_t>(done) : failure(copied.error());
        }
        pipe.used += static_cast<std::uint32_t>(piece.size());
        done += piece.size();
    }
    return done;
}

void open_end(File& file, Pipe& pipe, PipeEnd end) {
    file.kind = end == PipeEnd::reader ? FileKind::pipe_reader : FileKind::pipe_writer;
    file.readable = end == PipeEnd::reader;
    file.writable = end == PipeEnd::writer;
    file.pipe = &pipe;
}

}  // namespace

Result<PipeEnds> pipe_create() {
    Frame* const frame = policy::allocate(FrameOwner::pipe);
    if (frame == nullptr) {
        return failure(Error::out_of_memory);
    }
    Pipe* const pipe = new (bytes_of(*frame)) Pipe;
    open_end(pipe->reader, *pipe, PipeEnd::reader);
    open_end(pipe->writer, *pipe, PipeEnd::writer);
    return PipeEnds{&pipe->reader, &pipe->writer};
}

void pipe_close(Pipe& pipe, PipeEnd end) {
    bool both_closed;
    {
        SpinGuard guard(pipe.lock);
        (end == PipeEnd::reader ? pipe.reader_open : pipe.writer_open) = false;
        wake_readers(pipe);
        wake_writers(pipe);
        both_closed = !pipe.reader_open && !pipe.writer_open;
    }
    // Nobody else comes here or anywhere near the pipe any more: no descriptor of either end is
    // left.
    if (both_closed) {
        policy::drop(frame_of(pipe));
    }
}

Result<std::size_t> pipe_read(Pipe& pipe, AddressSpace& space, VirtAddr to, std::size_t bytes) {
    SpinGuard guard(pipe.lock);
    while (pipe.used == 0 && pipe.writer_open) {
        if (is_killed(current_process())) {
            return failure(Error::killed);
        }
        pipe.reader_waits = true;
        sleep_on(&pipe.reader, pipe.lock);
    }
    const auto done = drain(pipe, space, to, bytes);
    wake_writers(pipe);
    return done;
}

Result<std::size_t> pipe_write(Pipe& pipe, AddressSpace& space, VirtAddr from, std::size_t bytes) {
    SpinGuard guard(pipe.lock);
    std::size_t done = 0;
    while (done < bytes) {
        if (!pipe.reader_open) {
            return failure(Error::not_permitted);
        }
        if (is_killed(current_process())) {
            return failure(Error::killed);
        }
        if (pipe.used == Pipe::capacity) {
            pipe.writer_waits = true;
            sleep_on(&pipe.writer, pipe.lock);
            continue;
        }
        const auto step = fill(pipe, space, from + done, bytes - done);
        if (!step) {
            return done > 0 ? Result<std::size_t>(done) : step;
        }
        done += *step;
        wake_readers(pipe);
    }
    return done;
}

}  // namespace kernel
