#include "harts/image/symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <ranges>
#include <unordered_map>

#include "harts/base/futex.h"
#include "harts/image/data_members.h"
#include "harts/image/elf_file.h"
#include "harts/image/function_name.h"

namespace stampede {
namespace {

struct EndDwarf {
    void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};

// Adds the function that holds `pc` and what was inlined there, outermost first. (libdw's dwarf_getscopes() goes on
// with the scopes of an inlined function's definition instead of those that it was inlined into.) What is nested deeper than any
// compiler nests it is left out: a file's bytes must not decide how much stack this takes.
bool collect_functions(Dwarf_Die* parent, u64 pc, std::vector<Dwarf_Die>& functions, unsigned depth = 0) {
    constexpr unsigned deepest = 128;
    if (depth == deepest) {
        return false;
    }
    Dwarf_Die child;
    for (int more = dwarf_child(parent, &child); more == 0; more = dwarf_siblingof(&child, &child)) {
        const int tag = dwarf_tag(&child);
        if (tag == DW_TAG_namespace) {
            if (collect_functions(&child, pc, functions, depth + 1)) {
                return true;
            }
        } else if (dwarf_haspc(&child, pc) == 1) {
            if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) {
                functions.push_back(child);
            }
            collect_functions(&child, pc, functions, depth + 1);
            return true;
        }
    }
    return false;
}

std::string function_name(Dwarf_Die* die) {
    Dwarf_Attribute attribute;
    for (const unsigned name :
         {unsigned{DW_AT_linkage_name}, unsigned{DW_AT_MIPS_linkage_name}, unsigned{DW_AT_name}}) {
        if (dwarf_attr_integrate(die, name, &attribute) != nullptr) {
            if (const char* text = dwarf_formstring(&attribute)) {
                return readable_function_name(text);
            }
        }
    }
    return {};
}

std::string normal_path(const char* path) {
    return path == nullptr ? std::string() : std::filesystem::path(path).lexically_normal().string();
}

void set_line_of_pc(SourceLocation& location, Dwarf_Die* unit, u64 pc) {
    Dwarf_Line* line = dwarf_getsrc_die(unit, pc);
    int number = 0;
    if (line != nullptr && dwarf_lineno(line, &number) == 0) {
        location.line = static_cast<u32>(number);
        location.file = normal_path(dwarf_linesrc(line, nullptr, nullptr));
    }
}

u64 unsigned_attribute(Dwarf_Die* die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    const bool found = dwarf_attr(die, name, &attribute) != nullptr && dwarf_formudata(&attribute, &value) == 0;
    return found ? value : 0;
}

// Where an inlined function was called from.
void set_call_site(SourceLocation& location, Dwarf_Die* unit, Dwarf_Die* inlined) {
    location.line = static_cast<u32>(unsigned_attribute(inlined, DW_AT_call_line));
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    const u64 file = unsigned_attribute(inlined, DW_AT_call_file);
    if (dwarf_getsrcfiles(unit, &files, &count) == 0 && file < count) {
        location.file = normal_path(dwarf_filesrc(files, file, nullptr, nullptr));
    }
}

}  // namespace

struct Symbols::Implementation {
    // A compile unit's code. The file's own address ranges are not needed: not every compiler writes them.
    struct UnitRange {
        u64 low, high;  // high is past the end
        Dwarf_Off unit;
    };

    explicit Implementation(ElfFile&& opened)
        : file(std::move(opened)), dwarf(dwarf_begin_elf(file.elf(), DWARF_C_READ, nullptr)), members(dwarf.get()) {
        read_units();
    }

    void read_units();
    [[nodiscard]] std::optional<Dwarf_Die> unit_at(u64 address) REQUIRES(lock);
    [[nodiscard]] std::vector<SourceLocation> frames_at(u64 address) REQUIRES(lock);
    [[nodiscard]] const std::vector<SourceLocation>& known_frames_at(u64 address) REQUIRES(lock);

    FutexLock lock;  // libdw reads lazily, into itself
    ElfFile file;
    std::unique_ptr<Dwarf, EndDwarf> dwarf;  // null: no debug information
    std::vector<UnitRange> units;            // by low
    DataMembers members GUARDED_BY(lock);
    std::unordered_map<u64, std::vector<SourceLocation>> known GUARDED_BY(lock);  // by address: the same few are asked for again and again
};

// Each range takes bytes of its own, so there are fewer than the file has; else units share them, which no compiler makes and
// which could ask for any amount of memory: such debug information counts as none.
void Symbols::Implementation::read_units() {
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die;
    while (dwarf != nullptr && dwarf_get_units(dwarf.get(), unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
        Dwarf_Addr base = 0, low = 0, high = 0;
        for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &low, &high)) > 0;) {
            if (units.size() == file.size()) {
                units.clear();
                return;
            }
            units.push_back({low, high, dwarf_dieoffset(&die)});
        }
    }
    std::ranges::sort(units, {}, &UnitRange::low);
}

std::optional<Dwarf_Die> Symbols::Implementation::unit_at(u64 address) {
    auto range = std::ranges::upper_bound(units, address, {}, &UnitRange::low);
    Dwarf_Die die;
    if (range == units.begin() || address >= (--range)->high ||
        dwarf_offdie(dwarf.get(), range->unit, &die) == nullptr) {
        return std::nullopt;
    }
    return die;
}

std::vector<SourceLocation> Symbols::Implementation::frames_at(u64 address) {
    std::vector<SourceLocation> frames(1);
    if (std::optional<Dwarf_Die> unit = unit_at(address)) {
        set_line_of_pc(frames.back(), &*unit, address);
        std::vector<Dwarf_Die> functions;
        collect_functions(&*unit, address, functions);
        for (Dwarf_Die& function : functions | std::views::reverse) {
            frames.back().function = function_name(&function);
            if (dwarf_tag(&function) == DW_TAG_inlined_subroutine) {
                set_call_site(frames.emplace_back(), &*unit, &function);
            }
        }
    }
    if (frames.back().function.empty()) {
        frames.back().function = readable_function_name(file.function_at(address));
    }
    return frames;
}

const std::vector<SourceLocation>& Symbols::Implementation::known_frames_at(u64 address) {
    constexpr std::size_t most = std::size_t{1} << 16;
    if (const auto found = known.find(address); found != known.end()) {
        return found->second;
    }
    if (known.size() == most) {
        known.clear();
    }
    return known.emplace(address, frames_at(address)).first->second;
}

Result<Symbols> Symbols::read(const std::filesystem::path& path) {
    Result<ElfFile> file = ElfFile::open(path);
    if (!file) {
        return std::unexpected(file.error());
    }
    return Symbols(std::make_unique<Implementation>(std::move(*file)));
}

Result<Symbols> Symbols::parse(std::string bytes, std::string_view name) {
    Result<ElfFile> file = ElfFile::parse(std::move(bytes), name);
    if (!file) {
        return std::unexpected(file.error());
    }
    return Symbols(std::make_unique<Implementation>(std::move(*file)));
}

Symbols::Symbols(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;
Symbols::~Symbols() = default;

std::vector<SourceLocation> Symbols::frames(u64 pc, PcKind kind) const {
    const u64 before = kind == PcKind::ReturnAddress && pc != 0 ? pc - 1 : pc;
    const FutexGuard guard(implementation_->lock);
    std::vector<SourceLocation> frames = implementation_->known_frames_at(implementation_->file.to_virtual(before));
    for (SourceLocation& frame : frames) {
        frame.pc = pc;
    }
    return frames;
}

SourceLocation Symbols::find(u64 pc, PcKind kind) const { return frames(pc, kind).front(); }

std::vector<SourceLocation> Symbols::stack(const std::vector<u64>& pcs) const {
    std::vector<SourceLocation> all;
    for (std::size_t i = 0; i < pcs.size(); ++i) {
        const std::vector<SourceLocation> at = frames(pcs[i], i == 0 ? PcKind::Instruction : PcKind::ReturnAddress);
        all.insert(all.end(), at.begin(), at.end());
    }
    return all;
}

std::optional<u64> Symbols::address_of(std::string_view name) const {
    const FutexGuard guard(implementation_->lock);
    return implementation_->file.address_of(name);
}

std::string Symbols::member_at(u64 object, u64 offset) const {
    const FutexGuard guard(implementation_->lock);
    return implementation_->members.path(object, offset);
}

}  // namespace stampede
