// The closed set of finding kinds by name, as they stand in JSON and on the command line.
#pragma once
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "harts/report/finding.h"

namespace stampede {

inline constexpr auto finding_kind_names = std::to_array<std::pair<FindingKind, std::string_view>>({
    {FindingKind::race, "race"},
    {FindingKind::lock_order, "lock_order"},
    {FindingKind::deadlock, "deadlock"},
    {FindingKind::panic, "panic"},
    {FindingKind::guest_trap, "guest_trap"},
    {FindingKind::audit, "audit"},
    {FindingKind::leak, "leak"},
    {FindingKind::use_after_free, "use_after_free"},
    {FindingKind::double_free, "double_free"},
    {FindingKind::shared_write, "shared_write"},
    {FindingKind::stale_translation, "stale_translation"},
    {FindingKind::check_failed, "check_failed"},
    {FindingKind::no_progress, "no_progress"},
    {FindingKind::device_misuse, "device_misuse"},
    {FindingKind::timeout, "timeout"},
    {FindingKind::harness_fault, "harness_fault"},
});
static_assert(finding_kind_names.size() ==
              static_cast<std::size_t>(FindingKind::harness_fault) + 1);

// The kind of this name, if there is one.
[[nodiscard]] std::optional<FindingKind> finding_kind_named(std::string_view name);

}  // namespace stampede
