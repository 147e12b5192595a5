#include "kernel/sys/exec.h"

#include "kernel/abi/system_calls.h"
#include "kernel/arch/riscv/machine.h"
#include "kernel/base/string.h"
#include "kernel/base/words.h"
#include "kernel/fs/fs.h"
#include "kernel/proc/process.h"
#include "kernel/proc/trap_frame.h"
#include "kernel/sys/argument_list.h"
#include "kernel/sys/elf.h"

namespace kernel {

namespace {

// The program file, open for as long as this lives.
class Program {
public:
    explicit Program(Inode& inode) : inode_(inode) {}
    ~Program() { inode_release(inode_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // All of `to`, or not_executable.
    Result<void> read(std::uint64_t offset, std::span<std::byte> to) const {
        if (inode_read(inode_, offset, to) != to.size()) {
            return failure(Error::not_executable);
        }
        return {};
    }

private:
    Inode& inode_;
};

// A new image, not yet the process's. Frees itself unless it was taken.
struct Image {
    AddressSpace space;
    VirtAddr end{0};  // grows as segments and stack are added: xv6's sz
    VirtAddr entry{0};
    VirtAddr stack_bottom{0};
    VirtAddr sp{0};

    Image() = default;
    ~Image() { space.destroy(); }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;
};

Result<void> fill(const Program& program, Image& image, const ElfSegment& segment) {
    for (std::uint64_t done = 0; done < segment.file_bytes; done += page_size) {
        std::uint64_t left = segment.file_bytes - done;
        std::byte* bytes = image.space.page_bytes({segment.address + done});
        std::span<std::byte> page{bytes, left < page_size ? left : page_size};
        Result<void> read = program.read(segment.offset + done, page);
        if (!read) {
            return read;
        }
    }
    return {};
}

// Segments rise, each on pages of its own, as xv6 wants them.
Result<void> add_segment(const Program& program, Image& image, const ElfSegment& segment) {
    VirtAddr begin{segment.address};
    VirtAddr end{segment.address + segment.memory_bytes};
    if (segment.memory_bytes < segment.file_bytes || end < begin || end.value > user_end ||
        begin.page_offset() != 0 || begin < image.end.page_up()) {
        return failure(Error::not_executable);
    }
    std::uint64_t permissions = Pte::read;
    if (segment.flags & ElfSegment::flag_write) {
        permissions |= Pte::write;
    }
    if (segment.flags & ElfSegment::flag_execute) {
        permissions |= Pte::execute;
    }
    Result<void> mapped = image.space.map_zeroed(begin, end.page_up(), permissions);
    if (!mapped) {
        return mapped;
    }
    image.end = end;
    return fill(program, image, segment);
}

Result<void> load(const Program& program, Image& image) {
    ElfHeader header;
    Result<void> read = program.read(0, std::as_writable_bytes(std::span(&header, 1)));
    if (!read) {
        return read;
    }
    if (header.magic != ElfHeader::expected_magic || header.file_class != ElfHeader::class_64 ||
        header.data != ElfHeader::little_endian || header.machine != ElfHeader::machine_riscv ||
        header.program_header_size != sizeof(ElfSegment)) {
        return failure(Error::not_executable);
    }
    for (unsigned i = 0; i < header.program_header_count; ++i) {
        ElfSegment segment;
        std::uint64_t offset = header.program_headers + i * sizeof segment;
        read = program.read(offset, std::as_writable_bytes(std::span(&segment, 1)));
        if (!read) {
            return read;
        }
        if (segment.type != ElfSegment::type_load || segment.memory_bytes == 0) {
            continue;
        }
        Result<void> added = add_segment(program, image, segment);
        if (!added) {
            return added;
        }
    }
    image.entry = {header.entry};
    return {};
}

// xv6's layout: behind the program a guard page that stays unmapped, then one page of stack; the
// heap begins behind that.
Result<void> add_stack(Image& image) {
    image.stack_bottom = image.end.page_up() + page_size;
    image.end = image.stack_bottom + page_size;
    if (image.end.value > user_end) {
        return failure(Error::not_executable);
    }
    return image.space.map_zeroed(image.stack_bottom, image.end, Pte::read | Pte::write);
}

Result<void> build(Process& self, const char* path, const ArgumentList& list, Image& image) {
    Result<Inode*> inode = inode_open(path, self);
    if (!inode) {
        return failure(inode.error());
    }
    Program program(**inode);

    Result<void> done = image.space.create();
    if (done) {
        done = load(program, image);
    }
    if (done) {
        done = add_stack(image);
    }
    if (!done) {
        return done;
    }
    Result<VirtAddr> sp = list.push_to(image.space, image.end, image.stack_bottom);
    if (!sp) {
        return failure(sp.error());
    }
    image.sp = *sp;
    return {};
}

const char* last_component(const char* path) {
    const char* last = path;
    for (const char* at = path; *at; ++at) {
        if (*at == '/') {
            last = at + 1;
        }
    }
    return last;
}

// From here on nothing fails.
void become(Process& self, const char* path, Image& image) {
    AddressSpace old;
    {
        InterruptsOff off;  // never to run by a page table that is being freed
        old.take(self.space);
        self.space.take(image.space);
        self.space.activate();
    }
    arch::instruction_fence();
    old.destroy();

    self.size = image.end.value;
    self.trap_frame->pc = image.entry.value;
    self.trap_frame->sp() = image.sp.value;
    self.trap_frame->a(1) = image.sp.value;
    self.trap_frame->a(2) = stampede::abi::exec_mark;
    const char* name = last_component(path);
    std::size_t length = strlen(name) < self.name.size() - 1 ? strlen(name) : self.name.size() - 1;
    self.name = {};
    memcpy(self.name.data(), name, length);
}

Result<int> exec(Process& self, const char* path, const ArgumentList& list) {
    Image image;
    Result<void> built = build(self, path, list, image);
    if (!built) {
        return failure(built.error());
    }
    become(self, path, image);
    return list.count();
}

Result<void> collect_from_user(Process& self, VirtAddr argv, ArgumentList& list) {
    for (;; argv += sizeof(std::uint64_t)) {
        VirtAddr text;
        Result<void> read = self.space.copy_in(std::as_writable_bytes(std::span(&text, 1)), argv);
        if (!read) {
            return read;
        }
        if (text.value == 0) {
            return {};
        }
        Result<void> added = list.add_from(self.space, text);
        if (!added) {
            return added;
        }
    }
}

Result<void> collect_words(const char* words, ArgumentList& list) {
    for (std::span<const char> word = next_word(words); !word.empty(); word = next_word(words)) {
        Result<void> added = list.add(word.data(), word.size());
        if (!added) {
            return added;
        }
    }
    return {};
}

}  // namespace

Result<int> exec_user(Process& self, const Arguments& arguments) {
    Path path;
    Result<std::size_t> path_length = arguments.string(0, path);
    if (!path_length) {
        return failure(path_length.error());
    }
    ArgumentList list;
    Result<void> collected = list.create();
    if (collected) {
        collected = collect_from_user(self, arguments.address(1), list);
    }
    if (!collected) {
        return failure(collected.error());
    }
    return exec(self, path.data(), list);
}

Result<int> exec_first(const char* path, const char* name, const char* words) {
    ArgumentList list;
    Result<void> collected = list.create();
    if (collected) {
        collected = list.add(name, strlen(name));
    }
    if (collected) {
        collected = collect_words(words, list);
    }
    if (!collected) {
        return failure(collected.error());
    }
    return exec(current_process(), path, list);
}

}  // namespace kernel
