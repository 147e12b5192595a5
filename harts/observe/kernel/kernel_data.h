// What lies in a kernel's variables, member by member.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harts/image/data_types.h"
#include "harts/memory/ram.h"

namespace stampede {

struct Datum {
    std::string path;  // "pool.freelist", "pools[3].freelist"
    u64 address = 0;
    const DataType* type = nullptr;  // a Structure or an Array itself, then what is in it
};

// Every variable, its members and theirs, by address of the variable. Of an array, its elements are
// visited where they are structures or arrays, and few: what there is for each hart, not for each
// process or frame. A file whose types have no end ends the visit.
void visit_data(const DataTypes& types, const std::function<void(const Datum&)>& visit);

// Of `width` bytes at an address in RAM, aligned; no value elsewhere.
[[nodiscard]] std::optional<u64> load_unsigned(const Ram& ram, u64 address, u64 width);

// Where `names`, one of them, stands in a structure.
[[nodiscard]] const DataMember* member_of(const DataType& structure,
                                          std::initializer_list<std::string_view> names);

// A pointer to integers of 8 bytes, as page tables have it.
[[nodiscard]] bool points_to_ptes(const DataType& type);

}  // namespace stampede
