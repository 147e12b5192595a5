#include "harts/observe/kernel/process_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace stampede {
namespace {

using Kind = DataType::Kind;

std::optional<Field> field_of(const DataType& structure,
                              std::initializer_list<std::string_view> names) {
    const DataMember* const member = member_of(structure, names);
    return member != nullptr ? std::optional(Field{member->offset, member->type->size})
                             : std::nullopt;
}

bool is_word(const std::optional<Field>& field) { return field && field->width == 8; }
bool is_number(const std::optional<Field>& field) {
    return field && (field->width == 4 || field->width == 8);
}

std::optional<ProcessTable> process_table_in(const Datum& datum) {
    constexpr u64 most = 65'536;
    if (datum.type->kind != Kind::Array || datum.type->of->kind != Kind::Structure ||
        datum.type->size == 0 || datum.type->count < 2 || datum.type->count > most) {
        return std::nullopt;
    }
    const DataType& process = *datum.type->of;
    const auto state = field_of(process, {"state"}), pid = field_of(process, {"pid"}),
               page_table = field_of(process, {"pagetable"});
    if (!is_number(state) || !is_number(pid) || !is_word(page_table)) {
        return std::nullopt;
    }
    ProcessTable table{.name = datum.path,
                       .address = datum.address,
                       .stride = process.size,
                       .count = datum.type->count,
                       .state = *state,
                       .pid = *pid,
                       .page_table = *page_table,
                       .trapframe = field_of(process, {"trapframe", "tf"}),
                       .kernel_stack = field_of(process, {"kstack"}),
                       .size = field_of(process, {"sz"}),
                       .parent = field_of(process, {"parent"}),
                       .channel = field_of(process, {"chan"}),
                       .process_name = field_of(process, {"name"})};
    if (const DataMember* context = process.member("context")) {
        if (const auto sp = field_of(*context->type, {"sp"}); is_word(sp)) {
            table.saved_stack_pointer = Field{context->offset + sp->offset, sp->width};
        }
    }
    for (const DataMember& member : process.members) {
        if (points_to_ptes(*member.type) && member.offset != page_table->offset) {
            table.further_page_tables.push_back({member.offset, 8});
        }
    }
    const DataType& states = *process.member("state")->type;
    table.states = states.enumerators;
    table.unused_state = static_cast<u64>(states.enumerator("UNUSED").value_or(0));
    return table;
}

// The members that were found, for the evidence.
std::string members_text(const ProcessTable& table) {
    std::string text = fmt::format("state at {}, pid at {}, pagetable at {}", table.state.offset,
                                   table.pid.offset, table.page_table.offset);
    const auto add = [&](const char* name, const std::optional<Field>& field) {
        text +=
            field ? fmt::format(", {} at {}", name, field->offset) : fmt::format(", no {}", name);
    };
    add("trap frame", table.trapframe);
    add("kernel stack", table.kernel_stack);
    add("size", table.size);
    add("parent", table.parent);
    add("channel", table.channel);
    add("name", table.process_name);
    add("saved stack pointer", table.saved_stack_pointer);
    return text;
}

}  // namespace

std::string ProcessTable::state_name(u64 value) const {
    const auto found = std::ranges::find(states, static_cast<i64>(value), &Enumerator::value);
    return found != states.end() ? std::string(found->name) : std::to_string(value);
}

Inferred<ProcessTable> find_process_table(const DataTypes& types, const DescriptionFile& said) {
    std::vector<ProcessTable> found;
    std::set<u64> addresses;
    visit_data(types, [&](const Datum& datum) {
        if (said.processes && said.processes->name != datum.path) {
            return;
        }
        if (auto table = process_table_in(datum);
            table && addresses.insert(table->address).second) {
            found.push_back(std::move(*table));
        }
    });
    if (found.size() == 1) {
        return {found[0], fmt::format("{}[{}], {} bytes each: {}", found[0].name, found[0].count,
                                      found[0].stride, members_text(found[0]))};
    }
    if (said.processes) {
        return {std::nullopt,
                fmt::format("{}: `processes {}`: no such array of structures with members state, "
                            "pid and pagetable",
                            said.processes->where, said.processes->name)};
    }
    std::vector<std::string> names;
    for (const ProcessTable& table : found) {
        names.push_back(table.name);
    }
    return {std::nullopt,
            found.empty()
                ? "no array of structures with members state, pid and pagetable"
                : fmt::format("{} arrays of structures with members state, pid and pagetable, "
                              "expected one: {}",
                              found.size(), fmt::join(names, ", "))};
}

Inferred<HartTable> find_hart_table(const DataTypes& types) {
    Inferred<HartTable> found{std::nullopt, "no array of structures with members proc and noff"};
    visit_data(types, [&](const Datum& datum) {
        if (found || datum.type->kind != Kind::Array || datum.type->of->kind != Kind::Structure) {
            return;
        }
        const auto process = field_of(*datum.type->of, {"proc"}),
                   depth = field_of(*datum.type->of, {"noff"});
        if (is_word(process) && is_number(depth)) {
            found.value = HartTable{datum.path,        datum.address, datum.type->of->size,
                                    datum.type->count, *process,      *depth};
            found.how = fmt::format("{}[{}], {} bytes each: proc at {}, noff at {}", datum.path,
                                    datum.type->count, datum.type->of->size, process->offset,
                                    depth->offset);
        }
    });
    return found;
}

std::string awake_process(const ProcessTable& processes, const Ram& ram) {
    for (u64 slot = 0; slot < processes.count; ++slot) {
        const std::string state = processes.state_name(processes.load(ram, slot, processes.state));
        if (state == "RUNNING" || state == "RUNNABLE" || state == "USED") {
            return fmt::format("pid {} is {}", processes.load(ram, slot, processes.pid), state);
        }
    }
    return "";
}

}  // namespace stampede
