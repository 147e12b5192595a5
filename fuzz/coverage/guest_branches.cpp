#include "fuzz/coverage/guest_branches.h"

#include <algorithm>
#include <cstring>

#include "harts/isa/instruction.h"

namespace stampede::fuzz {
namespace {

constexpr std::string_view root = "kernel/";

constexpr u8 return_address = 1;  // the register of calls

class Code {
public:
    explicit Code(const Symbols& symbols) : segment_(symbols.image().code()), symbols_(symbols) {}

    [[nodiscard]] bool holds(u64 offset) const {
        return offset < size() && offset + sizeof(u16) <= size();
    }
    [[nodiscard]] isa::Decoded at(u64 offset) const {
        u32 word = 0;
        std::memcpy(&word, segment_.bytes.data() + offset,
                    std::min<u64>(sizeof word, size() - offset));
        return isa::decode(word);
    }

    [[nodiscard]] GuestBranch branch_at(u64 offset, const isa::Decoded& branch) const {
        const std::vector<SourceLocation> frames =
            symbols_.frames(segment_.virtual_address + offset);
        const auto own = std::ranges::find_if(
            frames, [](const SourceLocation& frame) { return frame.file.starts_with(root); });
        const SourceLocation frame = own != frames.end() ? *own : somewhere_in(frames.back());
        return {offset,
                frame.function,
                frame.file,
                frame.line,
                {called_from(offset + branch.length),
                 called_from(offset + static_cast<u64>(i64{branch.operands.imm}))}};
    }

private:
    [[nodiscard]] u64 size() const { return segment_.bytes.size(); }
    [[nodiscard]] std::string function_around(u64 offset) const {
        return symbols_.frames(segment_.virtual_address + offset).back().function;
    }

    // Where all that is known of a line is that it stands in a header of the library: the function,
    // with the file that it begins in.
    [[nodiscard]] SourceLocation somewhere_in(SourceLocation frame) const {
        if (const auto entry = symbols_.address_of(frame.function)) {
            frame.file = symbols_.frames(*entry).back().file;
            frame.line = 0;
        }
        return frame;
    }

    [[nodiscard]] std::string called_from(u64 offset) const {
        constexpr unsigned furthest = 64;  // instructions; a call's arguments are fewer
        std::array<u64, 33>
            addresses{};  // what auipc left in a register: far calls are auipc and jalr
        for (unsigned n = 0; n < furthest && holds(offset); ++n) {
            const isa::Decoded decoded = at(offset);
            const isa::Line& line = isa::line_of(decoded.op);
            const isa::Flow flow = line.flow;
            const bool csr =
                line.format == isa::Format::Csr || line.format == isa::Format::CsrImmediate;
            if (flow == isa::Flow::Next || flow == isa::Flow::Access || csr) {
                addresses[decoded.operands.rd] =
                    decoded.op == isa::Op::Auipc
                        ? offset + static_cast<u64>(i64{decoded.operands.imm})
                        : 0;
                offset += decoded.length;
                continue;
            }
            const u64 base = flow == isa::Flow::Jump      ? offset
                             : flow == isa::Flow::JumpReg ? addresses[decoded.operands.rs1]
                                                          : 0;
            const u64 target = base + static_cast<u64>(i64{decoded.operands.imm});
            if (base == 0 || !holds(target)) {
                return {};
            }
            if (decoded.operands.rd == return_address ||
                function_around(target) != function_around(offset)) {
                return function_around(target);
            }
            offset = target;
        }
        return {};
    }

    const ElfSegment& segment_;
    const Symbols& symbols_;
};

}  // namespace

std::vector<GuestBranch> branches_of(const Symbols& kernel) {
    const Code code(kernel);
    std::vector<GuestBranch> branches;
    for (u64 offset = 0; code.holds(offset);) {
        const isa::Decoded decoded = code.at(offset);
        if (isa::line_of(decoded.op).flow == isa::Flow::Branch) {
            branches.push_back(code.branch_at(offset, decoded));
        }
        offset += decoded.length;
    }
    return branches;
}

std::string folder_of(const std::string& file) {
    const std::size_t end = file.find('/', root.size());
    return file.starts_with(root) && end != std::string::npos
               ? file.substr(root.size(), end - root.size())
               : "";
}

}  // namespace stampede::fuzz
