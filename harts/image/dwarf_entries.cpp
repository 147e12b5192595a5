#include "harts/image/dwarf_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace stampede {
namespace {

constexpr std::size_t most_attributes = 64;  // compilers write some 15
constexpr std::size_t longest_name = 4096;   // bytes

struct Abbreviations {
    u64 bytes = 0;
    std::size_t most_attributes = 0;
};

// Of a unit.
Abbreviations abbreviations_of(Dwarf_Die* unit) {
    Abbreviations found;
    for (;;) {
        std::size_t length = 0, attributes = 0;
        Dwarf_Abbrev* const abbreviation = dwarf_getabbrev(unit, found.bytes, &length);
        if (abbreviation == nullptr || abbreviation == DWARF_END_ABBREV || length == 0) {
            return found;
        }
        if (dwarf_getattrcnt(abbreviation, &attributes) == 0) {
            found.most_attributes = std::max(found.most_attributes, attributes);
        }
        found.bytes += length;
    }
}

}  // namespace

std::string hostile_entries(Dwarf* dwarf, u64 most_abbreviations) {
    u64 bytes = 0;
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die;
    while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
        const Abbreviations found = abbreviations_of(&die);
        bytes += found.bytes;
        if (bytes > most_abbreviations) {
            return fmt::format(
                "units with more than {} bytes of abbreviations in sum, expected "
                "a table for each",
                most_abbreviations);
        }
        if (found.most_attributes > most_attributes) {
            return fmt::format("debugging entries with {} attributes, expected at most {}",
                               found.most_attributes, most_attributes);
        }
    }
    return "";
}

u64 bytes_to_end_of_unit(Dwarf_Die* die) {
    constexpr u64 not_known = u64{1} << 20;
    const Dwarf_Off here = dwarf_dieoffset(die), begin = here - dwarf_cuoffset(die);
    Dwarf_Off end = 0;
    std::size_t header = 0;
    return dwarf_next_unit(dwarf_cu_getdwarf(die->cu), begin, &end, &header, nullptr, nullptr,
                           nullptr, nullptr, nullptr, nullptr) == 0 &&
                   end > here
               ? end - here
               : not_known;
}

std::string_view name_of(Dwarf_Die* die) {
    const char* const name = dwarf_diename(die);
    const std::size_t length = name == nullptr ? 0 : strnlen(name, longest_name);
    return length == longest_name ? std::string_view() : std::string_view(name, length);
}

std::optional<u64> number_of(Dwarf_Die* die, unsigned attribute) {
    Dwarf_Attribute found;
    Dwarf_Word value = 0;
    if (dwarf_attr_integrate(die, attribute, &found) == nullptr ||
        dwarf_formudata(&found, &value) != 0) {
        return std::nullopt;
    }
    return value;
}

std::optional<i64> signed_number_of(Dwarf_Die* die, unsigned attribute) {
    Dwarf_Attribute found;
    Dwarf_Sword value = 0;
    if (dwarf_attr_integrate(die, attribute, &found) == nullptr ||
        dwarf_formsdata(&found, &value) != 0) {
        return std::nullopt;
    }
    return value;
}

std::optional<Dwarf_Die> type_of(Dwarf_Die* die) {
    Dwarf_Die at = *die;
    for (unsigned n = 0; n < deepest_entry; ++n) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        if (dwarf_attr_integrate(&at, DW_AT_type, &attribute) == nullptr ||
            dwarf_formref_die(&attribute, &next) == nullptr) {
            return std::nullopt;
        }
        switch (dwarf_tag(&next)) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_atomic_type: at = next; continue;
        default: return next;
        }
    }
    return std::nullopt;
}

std::optional<u64> address_of(Dwarf_Die* variable) {
    Dwarf_Attribute attribute, indirect;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_attr(variable, DW_AT_location, &attribute) == nullptr ||
        dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1) {
        return std::nullopt;
    }
    Dwarf_Addr address = 0;
    switch (operations[0].atom) {
    case DW_OP_addr: return operations[0].number;
    case DW_OP_addrx:
    case DW_OP_GNU_addr_index:
        return dwarf_getlocation_attr(&attribute, operations, &indirect) == 0 &&
                       dwarf_formaddr(&indirect, &address) == 0
                   ? std::optional<u64>(address)
                   : std::nullopt;
    default: return std::nullopt;
    }
}

std::optional<u64> member_offset(Dwarf_Die* member) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr_integrate(member, DW_AT_data_member_location, &attribute) == nullptr) {
        return 0;  // a union's, or the first of a structure
    }
    if (dwarf_formudata(&attribute, &value) == 0) {
        return value;
    }
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1 ||
        operations[0].atom != DW_OP_plus_uconst) {
        return std::nullopt;
    }
    return operations[0].number;
}

}  // namespace stampede
