// Expected: what data_types_test_guest/variables.cpp says, whatever version of DWARF tells it.
#include "harts/image/data_types.h"

#include <gmock/gmock.h>

#include "harts/image/data_members.h"

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::IsNull;
using testing::NotNull;
using Kind = DataType::Kind;

class DataTypesOfVersion : public testing::TestWithParam<int> {
protected:
    [[nodiscard]] static ElfImage image_of(int version) {
        return ElfImage::read(std::string(DATA_TYPES_TEST_GUEST) + std::to_string(version) + ".elf")
            .value();
    }
    [[nodiscard]] const DataType& type(const char* variable) const {
        const DataVariable* const found = types_.named(variable);
        EXPECT_THAT(found, NotNull()) << variable;
        return found != nullptr ? *found->type : unknown_type();
    }
    [[nodiscard]] static const DataType& member(const DataType& structure, const char* name) {
        const DataMember* const found = structure.member(name);
        EXPECT_THAT(found, NotNull()) << name;
        return found != nullptr ? *found->type : unknown_type();
    }
    [[nodiscard]] std::string path(const char* variable, u64 offset) const {
        return member_path(types_, types_.named(variable)->address, offset);
    }

    const ElfImage image_ = image_of(GetParam());
    const DataTypes types_ = DataTypes::read(image_);
};

INSTANTIATE_TEST_SUITE_P(Dwarf, DataTypesOfVersion, testing::Values(2, 3, 4, 5));

TEST_P(DataTypesOfVersion, a_variable_stands_where_its_symbol_does) {
    EXPECT_EQ(types_.refused(), "");
    for (const char* name : {"pool", "tasks", "pages", "counts", "declared_before"}) {
        ASSERT_THAT(types_.named(name), NotNull()) << name;
        EXPECT_EQ(types_.named(name)->address, image_.address_of(name).value());
        EXPECT_EQ(types_.at(types_.named(name)->address), types_.named(name));
    }
    EXPECT_THAT(types_.named("absent"), IsNull());
}

TEST_P(DataTypesOfVersion, static_variables_are_known_those_of_functions_too) {
    EXPECT_EQ(type("hidden").size, 8u);
    EXPECT_EQ(type("in_function").size, 4u);
}

TEST_P(DataTypesOfVersion, members_have_offsets_and_types) {
    const DataType& task = *type("tasks").of;
    EXPECT_EQ(type("tasks").kind, Kind::Array);
    EXPECT_EQ(type("tasks").count, 5u);
    EXPECT_EQ(type("tasks").size, 5 * task.size);
    EXPECT_EQ(task.name, "task");
    std::vector<std::pair<std::string, u64>> offsets;
    for (const DataMember& each : task.members) {
        offsets.emplace_back(each.name, each.offset);
    }
    EXPECT_THAT(offsets,
                ElementsAre(std::pair("lock", 0), std::pair("state", 16), std::pair("pid", 20),
                            std::pair("parent", 24), std::pair("table", 32), std::pair("flags", 40),
                            std::pair("", 48), std::pair("last", 56)))
        << "without the bit field";
    EXPECT_EQ(member(task, "last").kind, Kind::Integer) << "qualifiers are no types";
}

TEST_P(DataTypesOfVersion, integers_have_width_and_sign) {
    const auto shape = [](const DataType& type) {
        return std::tuple(type.kind, type.size, type.is_signed);
    };
    const DataType& task = *type("tasks").of;
    EXPECT_EQ(shape(member(task, "pid")), std::tuple(Kind::Integer, 4u, true));
    EXPECT_EQ(shape(*member(task, "table").of), std::tuple(Kind::Integer, 8u, false));
    EXPECT_EQ(shape(*type("counts").of), std::tuple(Kind::Integer, 2u, false));
    EXPECT_EQ(shape(*member(task, "flags").of->of), std::tuple(Kind::Integer, 1u, true));
    EXPECT_EQ(shape(member(*type("pages").of, "n")), std::tuple(Kind::Integer, 1u, false));
    EXPECT_EQ(type("fraction").kind, Kind::Unknown);
}

TEST_P(DataTypesOfVersion, dimensions_are_arrays_of_arrays) {
    const DataType& flags = member(*type("tasks").of, "flags");
    EXPECT_EQ(flags.count, 2u);
    EXPECT_EQ(flags.size, 6u);
    EXPECT_EQ(flags.of->kind, Kind::Array);
    EXPECT_EQ(flags.of->count, 3u);
    EXPECT_EQ(flags.of->size, 3u);
}

TEST_P(DataTypesOfVersion, enumerators_have_values) {
    const DataType& state = member(*type("tasks").of, "state");
    EXPECT_EQ(state.kind, Kind::Enumeration);
    EXPECT_EQ(state.enumerator("unused"), 0);
    EXPECT_EQ(state.enumerator("used"), 7);
    EXPECT_EQ(state.enumerator("absent"), std::nullopt);
}

TEST_P(DataTypesOfVersion, pointers_lead_to_types_that_contain_themselves) {
    const DataType& freelist = member(type("pool"), "freelist");
    EXPECT_EQ(type("pool").name, "") << "an anonymous structure";
    EXPECT_EQ(freelist.kind, Kind::Pointer);
    EXPECT_EQ(freelist.size, 8u);
    EXPECT_EQ(freelist.of->name, "run");
    EXPECT_EQ(member(*freelist.of, "next").of, freelist.of);
    EXPECT_EQ(member(*type("tasks").of, "parent").of, type("tasks").of);
    EXPECT_EQ(type("anything").kind, Kind::Pointer);
    EXPECT_EQ(type("anything").of->kind, Kind::Unknown);
}

TEST_P(DataTypesOfVersion, a_definition_completes_its_declaration) {
    EXPECT_EQ(type("declared_before").count, 3u);
    EXPECT_EQ(type("declared_before").size, 12u);
}

TEST_P(DataTypesOfVersion, a_place_in_a_variable_has_a_path) {
    const u64 task = type("tasks").of->size;
    EXPECT_EQ(path("tasks", 3 * task + 20), "[3].pid");
    EXPECT_EQ(path("tasks", 8), "[0].lock.name");
    EXPECT_EQ(path("tasks", 40 + 5), "[0].flags[1][2]");
    EXPECT_EQ(path("pool", 16), ".freelist");
    EXPECT_EQ(path("pages", 3), "[3].n");
}

}  // namespace
}  // namespace stampede
