#include "harts/oracles/race/race_findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {
namespace {

// Which program's names a pc belongs to. Kernels that run where they are loaded, without paging,
// lie there too.
Privilege mode_of(u64 pc) { return pc < ram_base.value ? Privilege::User : Privilege::Supervisor; }

std::string top_function(const FindingStack& stack) {
    return stack.frames.empty() || stack.frames.front().function.empty()
               ? "code without a name"
               : stack.frames.front().function;
}

std::string access_text(const RaceSide& side) {
    return fmt::format("{}{} of {} byte{}", side.atomic ? "atomic " : "",
                       side.write ? "write" : "read", side.size, side.size == 1 ? "" : "s");
}

}  // namespace

// For titles, which are the same from run to run: without the place in an array, without the frame.
std::string RaceFindings::kind_of_lock(PhysAddr word) const {
    const std::string name = naming_.symbols.describe_physical(word);
    return naming_.symbols.in_image(word) ? without_places(name) : "a lock in allocated memory";
}

// Of a lock in allocated memory, which has no name, by those in the image: what stands so far
// behind their word.
std::optional<std::string> RaceFindings::member_of_lock(PhysAddr at) const {
    constexpr u64 largest_lock = 64, word_size = 4;  // bytes
    const GuestSymbols& symbols = naming_.symbols;
    u64 distance = word_size;
    while (distance < largest_lock && !locks_.find(at.value - distance).is_lock()) {
        distance += word_size;
    }
    if (distance >= largest_lock || symbols.in_image(at)) {
        return std::nullopt;
    }
    for (const LockWord& lock : locks_.locks()) {
        const std::string word = symbols.describe_physical({lock.address}),
                          member = symbols.describe_physical({lock.address + distance});
        const std::size_t dot = member.rfind('.');
        if (symbols.in_image({lock.address}) && dot != member.npos &&
            word.compare(0, dot + 1, member, 0, dot + 1) == 0 && !member.contains('+')) {
            return fmt::format("lock at {:#x}{}", at.value - distance, member.substr(dot));
        }
    }
    return std::nullopt;
}

std::string RaceFindings::address(PhysAddr at) const {
    if (const std::optional<std::string> member = member_of_lock(at)) {
        return *member;
    }
    return naming_.address ? naming_.address(at) : naming_.symbols.describe_physical(at);
}

// Call chains lead from programs into the kernel and so are partly the one's and partly the
// other's.
void RaceFindings::put_frames(FindingStack& stack, const u64* pcs, unsigned depth, u64 satp) const {
    const Runner runner = naming_.events.runner_of(satp).value_or(Runner{});
    for (unsigned n = 0; n < depth; ++n) {
        std::ranges::move(
            naming_.symbols.frames(pcs[n], mode_of(pcs[n]), PcKind::Instruction, runner.program),
            std::back_inserter(stack.frames));
    }
    if (!runner.program.empty()) {
        stack.notes.push_back("the process runs " + runner.program);
    }
    stack.pid = runner.pid != 0 ? std::optional(runner.pid) : std::nullopt;
}

std::vector<std::string> RaceFindings::held(const LockSet& set) const {
    std::vector<std::string> names;
    for (unsigned n = 0; n < set.count; ++n) {
        if (locks_.find(set.held[n].word).is_lock()) {
            names.push_back(address({set.held[n].word}) + ", taken in " +
                            naming_.symbols.describe_code(set.held[n].pc, mode_of(set.held[n].pc)));
        }
    }
    return names;
}

FindingStack RaceFindings::side(const RaceSide& side, PhysAddr at, std::string role) const {
    FindingStack stack;
    stack.role = std::move(role);
    put_frames(stack, side.pcs.data(), side.depth, side.context.satp);
    stack.hart = side.hart;
    stack.access = access_text(side);
    stack.address = address(at);
    stack.locks = held(side.context);
    return stack;
}

Finding RaceFindings::race(const Race& race) const {
    Finding finding;
    finding.kind = FindingKind::race;
    finding.count = race.count;
    finding.stacks.push_back(
        side(race.sides[0], race.at, race.sides[0].write ? "this write" : "this read"));
    finding.stacks.push_back(
        side(race.sides[1], race.at, race.sides[1].write ? "earlier write" : "earlier read"));
    std::vector<std::string> tops;
    for (unsigned n = 0; n < 2; ++n) {
        tops.push_back(fmt::format("{} ({})", top_function(finding.stacks[n]),
                                   race.sides[n].write ? "write" : "read"));
    }
    std::ranges::sort(tops);
    finding.title = fmt::format("data race between {} and {}", tops[0], tops[1]);
    finding.detail = fmt::format("{} and {}, ordered by nothing, at {}", access_text(race.sides[1]),
                                 access_text(race.sides[0]), address(race.at));
    finding.where.source = finding.stacks[0].frames.front();
    finding.where.hart = finding.stacks[0].hart;
    finding.where.pid = finding.stacks[0].pid;
    return finding;
}

Finding RaceFindings::lock_order(const std::vector<LockEdge>& cycle) const {
    Finding finding;
    finding.kind = FindingKind::lock_order;
    std::vector<std::string> names;
    for (const LockEdge& edge : cycle) {
        const std::string taken = address({edge.taken});
        names.push_back(kind_of_lock({edge.held}));
        finding.detail +=
            fmt::format("{}{} is taken while {} is held", finding.detail.empty() ? "" : "\n", taken,
                        address({edge.held}));
        FindingStack stack;
        stack.role = "takes a lock";
        stack.address = taken;
        put_frames(stack, edge.pcs.data(), edge.depth, edge.set.satp);
        stack.hart = edge.hart;
        LockSet before = edge.set;
        --before.count;
        stack.locks = held(before);
        finding.stacks.push_back(std::move(stack));
    }
    finding.where.source = finding.stacks.front().frames.front();
    finding.where.hart = cycle.front().hart;
    std::ranges::sort(names);
    finding.title = "locks taken in opposite orders: " + names.front();
    for (std::size_t n = 1; n < names.size(); ++n) {
        finding.title += ", " + names[n];
    }
    return finding;
}

}  // namespace stampede
