#include "harts/report/finding.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "harts/report/finding_kind.h"

namespace stampede {

std::string_view name_of(FindingKind kind) {
    for (const auto& [known, name] : finding_kind_names) {
        if (known == kind) {
            return name;
        }
    }
    __builtin_unreachable();  // the table is complete: a static_assert beside it says so
}

std::optional<FindingKind> finding_kind_named(std::string_view name) {
    for (const auto& [kind, known] : finding_kind_names) {
        if (known == name) {
            return kind;
        }
    }
    return std::nullopt;
}

std::string Finding::key() const {
    return fmt::format("{:016x}", XXH64(title.data(), title.size(), 0));
}

}  // namespace stampede
