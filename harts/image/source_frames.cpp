#include "harts/image/source_frames.h"

#include <dwarf.h>

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <string>

#include "harts/image/function_name.h"

namespace stampede {
namespace {

// Adds the function that holds `pc` and what was inlined there, outermost first. (libdw's
// dwarf_getscopes() goes on with the scopes of an inlined function's definition instead of those
// that it was inlined into.) What is nested deeper than any compiler nests it is left out: a file's
// bytes must not decide how much stack this takes.
bool collect_functions(Dwarf_Die* parent, u64 pc, std::vector<Dwarf_Die>& functions,
                       unsigned depth = 0) {
    constexpr unsigned deepest = 128;
    if (depth == deepest) {
        return false;
    }
    Dwarf_Die child;
    for (int more = dwarf_child(parent, &child); more == 0;
         more = dwarf_siblingof(&child, &child)) {
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
    return path == nullptr ? std::string()
                           : std::filesystem::path(path).lexically_normal().string();
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
    const bool found =
        dwarf_attr(die, name, &attribute) != nullptr && dwarf_formudata(&attribute, &value) == 0;
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

SourceFrames::SourceFrames(Dwarf* dwarf, std::size_t most_ranges) : dwarf_(dwarf) {
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die;
    while (dwarf_ != nullptr &&
           dwarf_get_units(dwarf_, unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
        Dwarf_Addr base = 0, low = 0, high = 0;
        for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &low, &high)) > 0;) {
            if (units_.size() == most_ranges) {
                units_.clear();
                return;
            }
            units_.push_back({low, high, dwarf_dieoffset(&die)});
        }
    }
    std::ranges::sort(units_, {}, &UnitRange::low);
}

std::optional<Dwarf_Die> SourceFrames::unit_at(u64 address) const {
    auto range = std::ranges::upper_bound(units_, address, {}, &UnitRange::low);
    Dwarf_Die die;
    if (range == units_.begin() || address >= (--range)->high ||
        dwarf_offdie(dwarf_, range->unit, &die) == nullptr) {
        return std::nullopt;
    }
    return die;
}

std::vector<SourceLocation> SourceFrames::at(u64 address) const {
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
    return frames;
}

}  // namespace stampede
