// Debugging entries of any file, asked so that a hostile one costs no more than its bytes.
#pragma once
#include <dwarf.h>
#include <elfutils/libdw.h>

#include <optional>
#include <string>
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

// Of nested scopes, types and typedefs: more than anybody writes, and they may contain themselves
// in a hostile file.
inline constexpr unsigned deepest_entry = 32;

// How much of a file is read, in bytes of entries. What libdw does for an entry is proportional to
// the bytes that it skips for it, and a hostile file may lead to the same ones again and again.
class EntryBudget {
public:
    explicit EntryBudget(u64 bytes) : left_(bytes) {}
    void spend(u64 bytes) { left_ -= bytes < left_ ? bytes : left_; }
    [[nodiscard]] bool spent() const { return left_ == 0; }

private:
    u64 left_;
};

// What else it does is proportional to an entry's attributes, which may take no bytes in it, and
// to a unit's abbreviations, which units may share. One sentence about what is beyond all
// compilers' files, with more bytes of abbreviations in sum than these; "": nothing.
[[nodiscard]] std::string hostile_entries(Dwarf* dwarf, u64 most_abbreviations);

// What is looked through at most for the end of an entry's children.
[[nodiscard]] u64 bytes_to_end_of_unit(Dwarf_Die* die);

// Calls visit(Dwarf_Die&) for each child. Ends for every file: siblings stand one behind another,
// and when the budget is spent there are no more.
template <class Visit>
void for_each_child(Dwarf_Die* parent, EntryBudget& budget, Visit&& visit) {
    Dwarf_Die child, next;
    if (budget.spent() || dwarf_child(parent, &child) != 0) {
        return;
    }
    for (;; child = next) {
        visit(child);
        const Dwarf_Off here = dwarf_dieoffset(&child);
        budget.spend(1);
        if (budget.spent()) {
            return;
        }
        if (dwarf_siblingof(&child, &next) != 0 || dwarf_dieoffset(&next) <= here) {
            if (dwarf_haschildren(&child) == 1) {
                budget.spend(bytes_to_end_of_unit(&child));
            }
            return;
        }
        budget.spend(dwarf_dieoffset(&next) - here);
    }
}

// "" where it has none, or one that is longer than anybody's.
[[nodiscard]] std::string_view name_of(Dwarf_Die* die);
[[nodiscard]] std::optional<u64> number_of(Dwarf_Die* die, unsigned attribute);
[[nodiscard]] std::optional<i64> signed_number_of(Dwarf_Die* die, unsigned attribute);
// The type of a variable, member, array or pointer, without its name and qualifiers.
[[nodiscard]] std::optional<Dwarf_Die> type_of(Dwarf_Die* die);
// Of a variable that lies at one address.
[[nodiscard]] std::optional<u64> address_of(Dwarf_Die* variable);
// Of a member, in bytes: a constant, since DWARF 3, or an expression (2, and whoever is asked for
// it). None: it is computed otherwise.
[[nodiscard]] std::optional<u64> member_offset(Dwarf_Die* member);

}  // namespace stampede
