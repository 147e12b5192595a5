// The variables of a guest's file and their types, as its DWARF (versions 2 to 5) tells them.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "harts/base/types.h"
#include "harts/image/elf_image.h"

namespace stampede {

struct DataType;

struct DataMember {
    std::string_view name;  // "": an anonymous one, or a base
    u64 offset = 0;         // bytes from the beginning of what holds it
    const DataType* type = nullptr;
    bool inherited = false;  // a base
};

struct Enumerator {
    std::string_view name;
    i64 value = 0;
};

// Without typedefs and qualifiers: what lies in memory. Types may contain or point to themselves.
struct DataType {
    enum class Kind : u8 { Unknown, Integer, Enumeration, Pointer, Array, Structure, Union };

    Kind kind = Kind::Unknown;
    bool is_signed = false;        // Integer
    u64 size = 0;                  // bytes; 0: not known
    std::string_view name;         // of the type itself, without `struct`; "": it has none
    const DataType* of = nullptr;  // what an Array has, what a Pointer points to; null: not known
    u64 count = 0;                 // of an Array's elements; 0: not known
    std::vector<DataMember> members;  // in the file's order; no bit fields, no static ones
    std::vector<Enumerator> enumerators;

    [[nodiscard]] const DataMember* member(std::string_view member_name) const;  // null: none
    [[nodiscard]] std::optional<i64> enumerator(std::string_view enumerator_name) const;
};

// `of` a Pointer to void, and the type of what has none.
[[nodiscard]] const DataType& unknown_type();

struct DataVariable {
    std::string_view name;
    u64 address = 0;  // virtual, as linked
    const DataType* type = nullptr;
};

// Never changes, so any thread may ask once it is made. Names and types live as long as this does.
// The file may be any: what does not fit together is Unknown or left out, and a file that would
// take more time or memory than its bytes are worth has no variables (`refused()` says why).
class DataTypes {
public:
    // Reads all variables, global and static, those of namespaces and of functions too.
    [[nodiscard]] static DataTypes read(const ElfImage& image);
    DataTypes(DataTypes&&) noexcept;
    DataTypes& operator=(DataTypes&&) noexcept;
    ~DataTypes();

    [[nodiscard]] const std::vector<DataVariable>& variables() const;  // by address, then by name
    [[nodiscard]] const DataVariable* at(u64 address) const;  // that begins there; null: none
    // Null: none, or several that do not lie at one address.
    [[nodiscard]] const DataVariable* named(std::string_view name) const;
    // One sentence; "": the file was read.
    [[nodiscard]] std::string_view refused() const;

private:
    struct Contents;
    explicit DataTypes(std::unique_ptr<Contents> contents);
    std::unique_ptr<Contents> contents_;
};

}  // namespace stampede
