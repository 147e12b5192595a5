#include "harts/image/data_members.h"

#include <fmt/format.h>

#include <optional>

namespace stampede {
namespace {

using Kind = DataType::Kind;

constexpr unsigned deepest = 64;  // of members in members: types may contain themselves

struct Step {
    std::string text;
    const DataType* type;
    u64 offset;  // in there
};

std::optional<Step> into_array(const DataType& array, u64 offset) {
    const u64 size = array.of != nullptr ? array.of->size : 0;
    if (size == 0) {
        return std::nullopt;
    }
    return Step{fmt::format("[{}]", offset / size), array.of, offset % size};
}

// The last member or base that begins there or before and is long enough.
std::optional<Step> into_structure(const DataType& structure, u64 offset) {
    std::optional<Step> found;
    for (const DataMember& member : structure.members) {
        if (member.offset > offset || offset - member.offset >= member.type->size) {
            continue;
        }
        const bool hidden = member.name.empty() || member.name.starts_with("_M_");
        found =
            Step{hidden ? "" : "." + std::string(member.name), member.type, offset - member.offset};
    }
    return found;
}

}  // namespace

std::string member_path(const DataTypes& types, u64 object, u64 offset) {
    std::string path;
    const DataVariable* const variable = types.at(object);
    const DataType* type = variable != nullptr ? variable->type : &unknown_type();
    for (unsigned n = 0; n < deepest; ++n) {
        std::optional<Step> step;
        switch (type->kind) {
        case Kind::Array: step = into_array(*type, offset); break;
        case Kind::Structure:
        case Kind::Union: step = into_structure(*type, offset); break;
        default: break;
        }
        if (!step) {
            break;
        }
        path += step->text;
        type = step->type;
        offset = step->offset;
    }
    return path + (offset == 0 ? "" : fmt::format("+{:#x}", offset));
}

}  // namespace stampede
