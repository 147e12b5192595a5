#include "harts/image/data_members.h"

#include <dwarf.h>
#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

namespace stampede {
namespace {

// of nested scopes, types and typedefs: more than anybody writes, and types may contain themselves
// in a hostile file
constexpr unsigned deepest = 32;

std::optional<u64> number_of(Dwarf_Die* die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr_integrate(die, name, &attribute) == nullptr ||
        dwarf_formudata(&attribute, &value) != 0) {
        return std::nullopt;
    }
    return value;
}

// The type of a variable, member or array, without its name and qualifiers.
std::optional<Dwarf_Die> type_of(Dwarf_Die* die) {
    Dwarf_Die at = *die;
    for (unsigned n = 0; n < deepest; ++n) {
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

// Of an array, outermost first.
std::vector<u64> dimensions_of(Dwarf_Die* array) {
    std::vector<u64> dimensions;
    Dwarf_Die child;
    for (int more = dwarf_child(array, &child); more == 0; more = dwarf_siblingof(&child, &child)) {
        if (dwarf_tag(&child) == DW_TAG_subrange_type) {
            const auto count = number_of(&child, DW_AT_count),
                       last = number_of(&child, DW_AT_upper_bound);
            dimensions.push_back(count ? *count : last ? *last + 1 : 0);
        }
    }
    return dimensions;
}

// In bytes; 0: not known.
u64 size_of(Dwarf_Die* type, unsigned depth) {
    if (const auto size = number_of(type, DW_AT_byte_size)) {
        return *size;
    }
    if (dwarf_tag(type) != DW_TAG_array_type || depth == deepest) {
        return 0;
    }
    auto element = type_of(type);
    u64 size = element ? size_of(&*element, depth + 1) : 0;
    for (const u64 dimension : dimensions_of(type)) {
        if (__builtin_mul_overflow(size, dimension, &size)) {
            return 0;
        }
    }
    return size;
}

struct Step {
    std::string text;
    Dwarf_Die type;
    u64 offset;  // in there
};

std::optional<Step> into_array(Dwarf_Die* array, u64 offset) {
    auto element = type_of(array);
    const u64 size = element ? size_of(&*element, 0) : 0;
    if (size == 0) {
        return std::nullopt;
    }
    const std::vector<u64> dimensions = dimensions_of(array);
    u64 index = offset / size;
    std::string text;
    for (std::size_t n = dimensions.size(); n-- > 1;) {
        if (dimensions[n] == 0) {
            return std::nullopt;
        }
        text.insert(0, fmt::format("[{}]", index % dimensions[n]));
        index /= dimensions[n];
    }
    return Step{fmt::format("[{}]", index) + text, *element, offset % size};
}

// The last member or base that begins there or before and is long enough.
std::optional<Step> into_structure(Dwarf_Die* structure, u64 offset) {
    std::optional<Step> found;
    Dwarf_Die child;
    for (int more = dwarf_child(structure, &child); more == 0;
         more = dwarf_siblingof(&child, &child)) {
        const bool base = dwarf_tag(&child) == DW_TAG_inheritance;
        if (!base && dwarf_tag(&child) != DW_TAG_member) {
            continue;
        }
        const u64 begin = number_of(&child, DW_AT_data_member_location).value_or(0);
        auto type = type_of(&child);
        // external: a static one
        if (!type || begin > offset || offset - begin >= size_of(&*type, 0) ||
            number_of(&child, DW_AT_external)) {
            continue;
        }
        const char* const name = base ? nullptr : dwarf_diename(&child);
        const bool hidden = name == nullptr || std::string_view(name).starts_with("_M_");
        found = Step{hidden ? "" : "." + std::string(name), *type, offset - begin};
    }
    return found;
}

std::string rest_text(u64 offset) { return offset == 0 ? "" : fmt::format("+{:#x}", offset); }

}  // namespace

void DataMembers::read_variables(Dwarf_Die* parent, unsigned depth) {
    Dwarf_Die child;
    for (int more = depth == deepest ? 1 : dwarf_child(parent, &child); more == 0;
         more = dwarf_siblingof(&child, &child)) {
        Dwarf_Attribute attribute;
        Dwarf_Op* operations = nullptr;
        std::size_t count = 0;
        switch (dwarf_tag(&child)) {
        case DW_TAG_variable:
            if (dwarf_attr(&child, DW_AT_location, &attribute) != nullptr &&
                dwarf_getlocation(&attribute, &operations, &count) == 0 && count == 1 &&
                operations[0].atom == DW_OP_addr) {
                variables_.emplace(operations[0].number, dwarf_dieoffset(&child));
            }
            break;
        case DW_TAG_namespace:
        case DW_TAG_subprogram:
        case DW_TAG_lexical_block: read_variables(&child, depth + 1); break;
        default: break;
        }
    }
}

void DataMembers::read_variables() {
    read_ = true;
    Dwarf_CU* unit = nullptr;
    Dwarf_Die die;
    while (dwarf_ != nullptr &&
           dwarf_get_units(dwarf_, unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
        read_variables(&die, 0);
    }
}

std::string DataMembers::path(u64 object, u64 offset) {
    if (!read_) {
        read_variables();
    }
    const auto variable = variables_.find(object);
    Dwarf_Die die;
    if (variable == variables_.end() || dwarf_offdie(dwarf_, variable->second, &die) == nullptr) {
        return rest_text(offset);
    }
    std::string path;
    std::optional<Dwarf_Die> type = type_of(&die);
    for (unsigned n = 0; type && n < deepest; ++n) {
        std::optional<Step> step;
        switch (dwarf_tag(&*type)) {
        case DW_TAG_array_type: step = into_array(&*type, offset); break;
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
        case DW_TAG_union_type: step = into_structure(&*type, offset); break;
        default: break;
        }
        if (!step) {
            break;
        }
        path += step->text;
        type = step->type;
        offset = step->offset;
    }
    return path + rest_text(offset);
}

}  // namespace stampede
