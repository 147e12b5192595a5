#include "harts/observe/kernel/count_candidates.h"

#include <fmt/format.h>

#include <bit>
#include <set>

namespace stampede {
namespace {

using Kind = DataType::Kind;

bool counts(const DataType& type) {
    return type.kind == Kind::Integer && std::has_single_bit(type.size) && type.size <= 8;
}

// The integers in one element, at any depth that is usual.
void add_members(const DataType& element, const CountArrayCandidate& array,
                 std::vector<CountArrayCandidate>& into, unsigned depth = 0) {
    constexpr unsigned deepest = 3;
    for (const DataMember& member : element.members) {
        CountArrayCandidate found = array;
        const std::string text = member.name.empty() ? "" : "." + std::string(member.name);
        found.name += text;
        found.member += text;
        found.address += member.offset;
        if (counts(*member.type)) {
            found.width = member.type->size;
            found.is_signed = member.type->is_signed;
            into.push_back(std::move(found));
        } else if ((member.type->kind == Kind::Structure || member.type->kind == Kind::Union) &&
                   depth < deepest) {
            add_members(*member.type, found, into, depth + 1);
        }
    }
}

// Elements of type `element` from `array.address` on.
void add_array(const DataType& element, CountArrayCandidate array,
               std::vector<CountArrayCandidate>& into) {
    constexpr u64 largest = 256;  // bytes of what is one for each frame
    array.stride = element.size;
    if (counts(element)) {
        array.width = element.size;
        array.is_signed = element.is_signed;
        into.push_back(std::move(array));
    } else if (element.kind == Kind::Structure && element.size != 0 && element.size <= largest) {
        add_members(element, array, into);
    }
}

}  // namespace

std::vector<CountArrayCandidate> count_arrays(const CountQuestion& question) {
    std::vector<CountArrayCandidate> found;
    visit_data(question.types, [&](const Datum& datum) {
        const DataType& type = *datum.type;
        if (type.of == nullptr) {
            return;
        }
        CountArrayCandidate array{.name = datum.path, .member = "", .address = datum.address};
        if (type.kind == Kind::Array && type.count >= question.frames.count()) {
            array.count = type.count;
            add_array(*type.of, std::move(array), found);
        } else if (type.kind == Kind::Pointer) {
            const auto target = load_unsigned(question.ram, datum.address, 8);
            if (target && question.ram.contains({*target}, 1)) {
                array.address = *target;
                add_array(*type.of, std::move(array), found);
            }
        }
    });
    return found;
}

std::vector<CountOrigin> count_origins(const CountQuestion& question) {
    const u64 end = question.kernel_end;
    const u64 below = end / page_size * page_size;
    const u64 above = (end + page_size - 1) / page_size * page_size;
    std::vector<CountOrigin> found{{"0", 0},
                                   {"KERNBASE", ram_base.value},
                                   {"end", end},
                                   {"PGROUNDUP(end)", above},
                                   {"PGROUNDDOWN(end)", below}};
    std::set<u64> values{0, ram_base.value, end, above, below};
    visit_data(question.types, [&](const Datum& datum) {
        const DataType& type = *datum.type;
        const bool may_hold =
            type.kind == Kind::Pointer || (type.kind == Kind::Integer && type.size == 8);
        const u64 value =
            may_hold ? load_unsigned(question.ram, datum.address, 8).value_or(0) : u64{0};
        if (value >= end && question.ram.contains({value}, 1) && values.insert(value).second) {
            found.push_back({datum.path, value});
        }
    });
    return found;
}

std::optional<CountFormula> formula_of(const CountArrayCandidate& array, const CountOrigin& origin,
                                       const CountQuestion& question) {
    const FrameRange& frames = question.frames;
    if (frames.first < origin.value) {
        return std::nullopt;
    }
    const u64 index = (frames.first - origin.value) / page_size;
    u64 to_first = 0, bytes = 0;
    CountFormula formula{
        .stride = array.stride, .width = array.width, .is_signed = array.is_signed};
    if (__builtin_mul_overflow(index, array.stride, &to_first) ||
        __builtin_add_overflow(array.address, to_first, &formula.address) ||
        __builtin_mul_overflow(frames.count(), array.stride, &bytes) ||
        (array.count != 0 && index + frames.count() > array.count) ||
        formula.address % array.width != 0 || array.stride % array.width != 0 ||
        !question.ram.contains({formula.address}, bytes)) {
        return std::nullopt;
    }
    formula.array_begin = array.address;
    formula.array_end = formula.address + bytes;
    const std::string name = array.name.substr(0, array.name.size() - array.member.size());
    formula.text = origin.value == 0
                       ? fmt::format("{}[pa/4096]{}", name, array.member)
                       : fmt::format("{}[(pa-{})/4096]{}", name, origin.name, array.member);
    return formula;
}

}  // namespace stampede
