// What a guest's pc means: function, file and line, with the calls that the compiler inlined there.
// From the DWARF of the guest's ELF file where it has some, else from its symbol table.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/source_location.h"
#include "harts/base/types.h"
#include "harts/image/data_types.h"
#include "harts/image/elf_image.h"

namespace stampede {

// A return address stands after its call: what is looked up is the instruction before it.
enum class PcKind : u8 { Instruction, ReturnAddress };

// Any thread; one looks up at a time. Takes tens of microseconds a look-up: not for an instruction
// path.
class Symbols {
public:
    // Without debug information only function names are known, without a symbol table nothing is.
    // The debug information is opened when somebody first asks for it.
    explicit Symbols(ElfImage image);
    Symbols(Symbols&&) noexcept;
    Symbols& operator=(Symbols&&) noexcept;
    ~Symbols();

    [[nodiscard]] const ElfImage& image() const;

    // The frames at `pc`, innermost first: inlined functions, then the one they were inlined into;
    // never empty. `pc` may also be a physical address that the file is loaded at (code that runs
    // before paging is on). Every frame's pc is the one given; what is not known stays empty.
    [[nodiscard]] std::vector<SourceLocation> frames(u64 pc,
                                                     PcKind kind = PcKind::Instruction) const;

    // The innermost of frames().
    [[nodiscard]] SourceLocation find(u64 pc, PcKind kind = PcKind::Instruction) const;

    // All frames of a stack: `pcs[0]` an instruction, the rest return addresses (as walk_stack()
    // gives them).
    [[nodiscard]] std::vector<SourceLocation> stack(const std::vector<u64>& pcs) const;

    // The address of a function, object or label, by its symbol ("main", "_ZN6kernel5panicEPKc") or
    // readable ("kernel::panic") name.
    [[nodiscard]] std::optional<u64> address_of(std::string_view name) const;

    // All variables and their types; read when somebody first asks for them.
    [[nodiscard]] const DataTypes& data_types() const;

    // Which part of the variable at `object` lies `offset` bytes behind its beginning:
    // "[30].state", "+0x8" where its type is not known, "" for a beginning without parts. Static
    // variables and those of namespaces.
    [[nodiscard]] std::string member_at(u64 object, u64 offset) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace stampede
