#include "harts/observe/kernel/allocator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace stampede {
namespace {

using Kind = DataType::Kind;

// Where a structure that is nothing but a link has it.
std::optional<u64> link_of(const DataType& pointer) {
    const DataType* const node = pointer.kind == Kind::Pointer ? pointer.of : nullptr;
    if (node == nullptr || node->kind != Kind::Structure || node->members.size() != 1) {
        return std::nullopt;
    }
    const DataMember& next = node->members[0];
    return next.type->kind == Kind::Pointer && next.type->of == node ? std::optional(next.offset)
                                                                     : std::nullopt;
}

bool holds_frame(const Ram& ram, u64 head, u64 first) {
    const u64 frame = load_unsigned(ram, head, 8).value_or(0);
    return frame >= first && frame % page_size == 0 && ram.contains({frame}, page_size);
}

std::string heads_text(const FreeListHeads& lists) {
    std::vector<std::string> names;
    for (const FreeListHead& head : lists.heads) {
        names.push_back(head.name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

Inferred<FreeListHeads> said_free_lists(const DataTypes& types, const DescriptionFile& said) {
    FreeListHeads lists;
    for (const Said& one : said.free_lists) {
        const std::size_t before = lists.heads.size();
        visit_data(types, [&](const Datum& datum) {
            if (datum.path == one.name && datum.type->kind == Kind::Pointer &&
                lists.heads.size() == before) {
                lists.heads.push_back({datum.path, datum.address});
                lists.link_offset = link_of(*datum.type).value_or(0);
            }
        });
        if (lists.heads.size() == before) {
            return {std::nullopt,
                    fmt::format("{}: `free-list {}`: no such variable or member that is a pointer",
                                one.where, one.name)};
        }
    }
    std::string text = heads_text(lists);
    return {std::move(lists), fmt::format("{}, said by {}", text, said.free_lists[0].where)};
}

}  // namespace

Inferred<u64> find_function(const ElfImage& image, std::string_view usual_name,
                            const std::optional<Said>& said) {
    const std::string_view name = said ? said->name : usual_name;
    if (const auto address = image.address_of(name)) {
        return {*address, said ? fmt::format("{}, said by {}", name, said->where)
                               : std::string(name) + ", by its name"};
    }
    return {std::nullopt, said ? fmt::format("{}: {}: no such function", said->where, name)
                               : fmt::format("no function {}", name)};
}

Inferred<FreeListHeads> find_free_lists(const DataTypes& types, const Ram& ram, u64 first,
                                        const DescriptionFile& said) {
    if (!said.free_lists.empty()) {
        return said_free_lists(types, said);
    }
    // By the node's type: each compilation unit has its own entries, but a list's heads and its
    // type stand in one.
    std::map<const DataType*, FreeListHeads> by_node;
    visit_data(types, [&](const Datum& datum) {
        if (const auto link = link_of(*datum.type)) {
            FreeListHeads& lists = by_node[datum.type->of];
            lists.link_offset = *link;
            if (std::ranges::find(lists.heads, datum.address, &FreeListHead::address) ==
                lists.heads.end()) {
                lists.heads.push_back({datum.path, datum.address});
            }
        }
    });
    FreeListHeads found;
    unsigned kinds = 0, looked_alike = 0;
    for (const auto& [node, lists] : by_node) {
        const bool links_frames = std::ranges::any_of(lists.heads, [&](const FreeListHead& head) {
            return holds_frame(ram, head.address, first);
        });
        kinds += links_frames;
        looked_alike += !links_frames;
        if (links_frames) {
            found.heads.insert(found.heads.end(), lists.heads.begin(), lists.heads.end());
            found.link_offset = lists.link_offset;
        }
    }
    if (kinds == 1) {
        std::string text = heads_text(found);
        return {std::move(found), fmt::format("{}, by its shape", text)};
    }
    return {std::nullopt,
            fmt::format("{} kinds of lists that link frames ({} more link none), expected one",
                        kinds, looked_alike)};
}

}  // namespace stampede
