#include "harts/image/data_types.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>

#include "harts/image/debug_file.h"
#include "harts/image/dwarf_entries.h"

namespace stampede {
namespace {

constexpr u64 most_entries = u64{1} << 28;  // bytes of them that are read: seconds
constexpr u64 most_abbreviations = 4;       // bytes that units read, for each of the file's
constexpr std::size_t most_dimensions = 8;

using Kind = DataType::Kind;

bool is_signed_encoding(u64 encoding) {
    return encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
}
bool is_integer_encoding(u64 encoding) {
    return is_signed_encoding(encoding) || encoding == DW_ATE_unsigned ||
           encoding == DW_ATE_unsigned_char || encoding == DW_ATE_boolean || encoding == DW_ATE_UTF;
}

}  // namespace

struct DataTypes::Contents {
    explicit Contents(const ElfImage& image) : file(image) {}

    DebugFile file;  // owns the names
    std::deque<DataType> types;
    std::vector<DataVariable> variables;
    std::string refused;
};

namespace {

class Reader {
public:
    Reader(std::deque<DataType>& types, std::vector<DataVariable>& variables)
        : types_(types), variables_(variables) {}

    // Whether all was read.
    bool read(Dwarf* dwarf) {
        Dwarf_CU* unit = nullptr;
        Dwarf_Die die;
        while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
            read_variables(&die, 0);
        }
        while (!unread_.empty()) {
            auto [type, entry] = unread_.back();
            unread_.pop_back();
            fill(*type, entry);
        }
        for (DataType& type : types_) {
            if (type.size == 0 && type.kind == Kind::Array) {
                type.size = array_size(type);
            }
        }
        return !budget_.spent();
    }

private:
    void read_variables(Dwarf_Die* parent, unsigned depth) {
        if (depth == deepest_entry) {
            return;
        }
        for_each_child(parent, budget_, [&](Dwarf_Die& child) {
            switch (dwarf_tag(&child)) {
            case DW_TAG_variable:
                if (const auto address = address_of(&child)) {
                    variables_.push_back({name_of(&child), *address, type_of_entry(&child)});
                }
                break;
            case DW_TAG_namespace:
            case DW_TAG_subprogram:
            case DW_TAG_lexical_block: read_variables(&child, depth + 1); break;
            default: break;
            }
        });
    }

    const DataType* type_of_entry(Dwarf_Die* entry) {
        const auto type = type_of(entry);
        if (!type) {
            return &unknown_type();
        }
        DataType*& known = by_entry_[type->addr];
        if (known == nullptr) {
            known = &types_.emplace_back();
            unread_.emplace_back(known, *type);
        }
        return known;
    }

    void fill(DataType& type, Dwarf_Die entry) {
        type.size = number_of(&entry, DW_AT_byte_size).value_or(0);
        type.name = name_of(&entry);
        switch (dwarf_tag(&entry)) {
        case DW_TAG_base_type: {
            const u64 encoding = number_of(&entry, DW_AT_encoding).value_or(0);
            type.kind = is_integer_encoding(encoding) ? Kind::Integer : Kind::Unknown;
            type.is_signed = is_signed_encoding(encoding);
            break;
        }
        case DW_TAG_enumeration_type:
            type.kind = Kind::Enumeration;
            read_enumerators(type, entry);
            break;
        case DW_TAG_pointer_type:
            type.kind = Kind::Pointer;
            type.size = 8;
            type.of = type_of_entry(&entry);
            break;
        case DW_TAG_array_type: read_array(type, entry); break;
        case DW_TAG_structure_type:
        case DW_TAG_class_type:
            type.kind = Kind::Structure;
            read_members(type, entry);
            break;
        case DW_TAG_union_type:
            type.kind = Kind::Union;
            read_members(type, entry);
            break;
        default: break;
        }
    }

    void read_enumerators(DataType& type, Dwarf_Die& entry) {
        for_each_child(&entry, budget_, [&](Dwarf_Die& child) {
            const auto value = signed_number_of(&child, DW_AT_const_value);
            if (dwarf_tag(&child) == DW_TAG_enumerator && value) {
                type.enumerators.push_back({name_of(&child), *value});
            }
        });
    }

    void read_members(DataType& type, Dwarf_Die& entry) {
        for_each_child(&entry, budget_, [&](Dwarf_Die& child) {
            const bool base = dwarf_tag(&child) == DW_TAG_inheritance;
            const auto offset = member_offset(&child);
            if ((!base && dwarf_tag(&child) != DW_TAG_member) || !offset ||
                number_of(&child, DW_AT_external) || number_of(&child, DW_AT_bit_size)) {
                return;
            }
            type.members.push_back({base ? std::string_view() : name_of(&child), *offset,
                                    type_of_entry(&child), base});
        });
    }

    // Dimensions stand in one entry, outermost first; here each is an array of the next.
    void read_array(DataType& outermost, Dwarf_Die& entry) {
        std::vector<u64> dimensions;
        for_each_child(&entry, budget_, [&](Dwarf_Die& child) {
            if (dwarf_tag(&child) == DW_TAG_subrange_type && dimensions.size() <= most_dimensions) {
                const auto count = number_of(&child, DW_AT_count),
                           last = number_of(&child, DW_AT_upper_bound);
                dimensions.push_back(count ? *count : last ? *last + 1 : 0);
            }
        });
        if (dimensions.empty() || dimensions.size() > most_dimensions) {
            return;
        }
        DataType* type = &outermost;
        for (std::size_t n = 0; n < dimensions.size(); ++n) {
            type->kind = Kind::Array;
            type->count = dimensions[n];
            if (n + 1 < dimensions.size()) {
                DataType* const inner = &types_.emplace_back();
                type->of = inner;
                type = inner;
            }
        }
        type->of = type_of_entry(&entry);
    }

    // 0: not known, or an array of itself.
    static u64 array_size(const DataType& array) {
        u64 size = 1;
        const DataType* type = &array;
        for (unsigned n = 0; n < deepest_entry && type->kind == Kind::Array; ++n) {
            if (type->of == nullptr || __builtin_mul_overflow(size, type->count, &size)) {
                return 0;
            }
            type = type->of;
        }
        return type->kind == Kind::Array || __builtin_mul_overflow(size, type->size, &size) ? 0
                                                                                            : size;
    }

    std::deque<DataType>& types_;
    std::vector<DataVariable>& variables_;
    std::unordered_map<const void*, DataType*> by_entry_;
    std::vector<std::pair<DataType*, Dwarf_Die>> unread_;
    EntryBudget budget_{most_entries};
};

}  // namespace

const DataMember* DataType::member(std::string_view member_name) const {
    const auto found = std::ranges::find(members, member_name, &DataMember::name);
    return found != members.end() ? &*found : nullptr;
}

std::optional<i64> DataType::enumerator(std::string_view enumerator_name) const {
    const auto found = std::ranges::find(enumerators, enumerator_name, &Enumerator::name);
    return found != enumerators.end() ? std::optional(found->value) : std::nullopt;
}

const DataType& unknown_type() {
    static const DataType unknown;
    return unknown;
}

DataTypes DataTypes::read(const ElfImage& image) {
    auto contents = std::make_unique<Contents>(image);
    Dwarf* const dwarf = contents->file.dwarf();
    if (dwarf == nullptr) {
        contents->refused = "no debug information";
        return DataTypes(std::move(contents));
    }
    contents->refused = hostile_entries(dwarf, most_abbreviations * image.size());
    if (contents->refused.empty() && !Reader(contents->types, contents->variables).read(dwarf)) {
        contents->refused = "debugging entries that lead to one another without end";
        contents->variables.clear();
    }
    std::ranges::sort(contents->variables, {}, [](const DataVariable& variable) {
        return std::tuple(variable.address, variable.name);
    });
    return DataTypes(std::move(contents));
}

DataTypes::DataTypes(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
DataTypes::DataTypes(DataTypes&&) noexcept = default;
DataTypes& DataTypes::operator=(DataTypes&&) noexcept = default;
DataTypes::~DataTypes() = default;

const std::vector<DataVariable>& DataTypes::variables() const { return contents_->variables; }
std::string_view DataTypes::refused() const { return contents_->refused; }

const DataVariable* DataTypes::at(u64 address) const {
    const auto found =
        std::ranges::lower_bound(contents_->variables, address, {}, &DataVariable::address);
    return found != contents_->variables.end() && found->address == address ? &*found : nullptr;
}

const DataVariable* DataTypes::named(std::string_view name) const {
    const DataVariable* found = nullptr;
    for (const DataVariable& variable : contents_->variables) {
        if (variable.name == name) {
            if (found != nullptr && found->address != variable.address) {
                return nullptr;
            }
            found = &variable;
        }
    }
    return found;
}

}  // namespace stampede
