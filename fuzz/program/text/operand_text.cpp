#include "fuzz/program/text/operand_text.h"

#include <fmt/format.h>

namespace stampede::fuzz {

namespace {

std::string address_text(Address address) {
    if (address.base == Address::Base::null) {
        return "null";
    }
    if (address.base == Address::Base::region) {
        return address.offset % page_size == 0 ? fmt::format("page {}", address.offset / page_size)
                                               : fmt::format("{:#x}", address.offset);
    }
    for (const BaseWord& entry : base_words) {
        if (entry.base == address.base) {
            return fmt::format("{}{:#x}", entry.word, address.offset);
        }
    }
    return {};
}

std::string length_text(Length length) {
    return length.plain() ? fmt::format("{}", length.code)
                          : std::string(length_words[length.code - Length::huge]);
}

std::string descriptor_text(Descriptor descriptor) {
    using namespace abi::program_descriptor;
    const unsigned n = descriptor.index;
    if (n < opened) {
        const unsigned end = n - (n < shared ? made : shared);
        return fmt::format("{}{}.{}", n < shared ? 'p' : 'q', end / 2, end % 2 == 0 ? 'r' : 'w');
    }
    if (n < raw) {
        return n < copied ? fmt::format("f{}", n - opened) : fmt::format("d{}", n - copied);
    }
    return fmt::format("fd {}", first_raw + static_cast<int>(n - raw));
}

std::string pid_text(Pid pid) {
    using namespace abi::program_pid;
    const unsigned n = pid.index;
    if (n < process) {
        return fmt::format("r{}", n);
    }
    if (n < self) {
        return fmt::format("process {}", n - process);
    }
    return n == self ? "self" : fmt::format("pid {}", n - raw);
}

std::string flags_text(i32 flags) {
    std::string text(mode_words[flags % 3]);
    if (flags / 3 % 2 != 0) {
        text += create_word;
    }
    if (flags / 6 != 0) {
        text += truncate_word;
    }
    return text;
}

}  // namespace

std::string path_text(Path path) {
    return std::string(path.index < abi::program_path_count
                           ? std::string_view(abi::program_paths[path.index])
                           : path_words[path.index - abi::program_path_count]);
}

std::string operand_text(const Call& call, Operand operand) {
    switch (operand) {
    case Operand::PipeSlot: return fmt::format("p{}", call.slot);
    case Operand::Descriptor: return descriptor_text(call.descriptor);
    case Operand::Pid: return pid_text(call.pid);
    case Operand::Path: return path_text(call.path);
    case Operand::SecondPath: return path_text(call.second_path);
    case Operand::Address:
    case Operand::OptionalAddress: return address_text(call.address);
    case Operand::Length: return length_text(call.length);
    case Operand::OpenFlags: return flags_text(call.number);
    case Operand::HeapBytes:
        return call.number == least_heap_bytes ? std::string(least_word)
                                               : fmt::format("{}", call.number);
    default: return fmt::format("{}", call.number);
    }
}

}  // namespace stampede::fuzz
