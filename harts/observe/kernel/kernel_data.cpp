#include "harts/observe/kernel/kernel_data.h"

#include <fmt/format.h>

namespace stampede {
namespace {

using Kind = DataType::Kind;

constexpr u64 most_elements = 64;     // of an array that is one for each hart
constexpr unsigned deepest = 8;       // members in members
constexpr u64 most_data = 1'000'000;  // in sum: hostile types double at each level

class Visit {
public:
    explicit Visit(const std::function<void(const Datum&)>& visit) : visit_(visit) {}

    void datum(std::string path, u64 address, const DataType& type, unsigned depth) {
        if (depth == deepest || ++visited_ > most_data) {
            return;
        }
        const Datum here{std::move(path), address, &type};
        visit_(here);
        if (type.kind == Kind::Structure || type.kind == Kind::Union) {
            for (const DataMember& member : type.members) {
                datum(
                    member.name.empty() ? here.path : fmt::format("{}.{}", here.path, member.name),
                    address + member.offset, *member.type, depth + 1);
            }
        } else if (type.kind == Kind::Array && type.count <= most_elements &&
                   (type.of->kind == Kind::Structure || type.of->kind == Kind::Array)) {
            for (u64 n = 0; n < type.count; ++n) {
                datum(fmt::format("{}[{}]", here.path, n), address + n * type.of->size, *type.of,
                      depth + 1);
            }
        }
    }

private:
    const std::function<void(const Datum&)>& visit_;
    u64 visited_ = 0;
};

}  // namespace

void visit_data(const DataTypes& types, const std::function<void(const Datum&)>& visit) {
    Visit all(visit);
    for (const DataVariable& variable : types.variables()) {
        all.datum(std::string(variable.name), variable.address, *variable.type, 0);
    }
}

std::optional<u64> load_unsigned(const Ram& ram, u64 address, u64 width) {
    if (width == 0 || width > 8 || address % width != 0 || !ram.contains({address}, width)) {
        return std::nullopt;
    }
    const u64 word = ram.load_u64({address & ~u64{7}}) >> (8 * (address % 8));
    return width == 8 ? word : word & ((u64{1} << (8 * width)) - 1);
}

const DataMember* member_of(const DataType& structure,
                            std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (const DataMember* found = structure.member(name)) {
            return found;
        }
    }
    return nullptr;
}

bool points_to_ptes(const DataType& type) {
    return type.kind == Kind::Pointer && type.of != nullptr && type.of->kind == Kind::Integer &&
           type.of->size == 8;
}

}  // namespace stampede
