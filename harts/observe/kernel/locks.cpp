#include "harts/observe/kernel/locks.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {

Inferred<std::vector<LockVariable>> find_locks(const DataTypes& types) {
    constexpr std::size_t most_told = 6;
    std::vector<LockVariable> locks;
    std::string text;
    visit_data(types, [&](const Datum& datum) {
        const DataMember* const word = datum.type->member("locked");
        if (word == nullptr || word->type->size != 4 || datum.type->member("name") == nullptr) {
            return;
        }
        if (locks.size() < most_told) {
            text += (text.empty() ? "" : ", ") + datum.path;
        }
        locks.push_back({datum.path, datum.address + word->offset});
    });
    if (locks.empty()) {
        return {std::nullopt, "no structure with members locked and name"};
    }
    text = fmt::format("{}: {}{}", locks.size(), text, locks.size() > most_told ? ", …" : "");
    return {std::move(locks), std::move(text)};
}

}  // namespace stampede
