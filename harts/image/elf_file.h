// An ELF file opened with libelf, its loadable ranges and its symbols.
#pragma once
#include <elfutils/libdw.h>
#include <gelf.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

// Not safe for threads (libelf is not).
class ElfFile {
public:
    // Error: names the file and why it cannot be read, or that its symbols' names would take more memory than it has bytes to say.
    [[nodiscard]] static Result<ElfFile> open(const std::filesystem::path& file);
    // The same of a file's bytes; `name` is for messages.
    [[nodiscard]] static Result<ElfFile> parse(std::string bytes, std::string_view name);
    ElfFile(ElfFile&&) noexcept = default;
    ElfFile& operator=(ElfFile&&) = delete;

    [[nodiscard]] Elf* elf() const { return elf_.get(); }
    [[nodiscard]] std::size_t size() const { return image_->size(); }  // bytes

    // The address the program was linked at, for one that it was linked or loaded at.
    [[nodiscard]] u64 to_virtual(u64 address) const;
    // The function that holds the address, else the nearest label before it; its linkage name. Empty: neither.
    [[nodiscard]] std::string function_at(u64 virtual_address) const;
    // By linkage name or readable name.
    [[nodiscard]] std::optional<u64> address_of(std::string_view name) const;

private:
    struct Range {
        u64 virtual_address, physical, size;
    };
    struct Symbol {
        u64 address, size;
        std::string name;
        unsigned type;
    };
    struct CloseElf {
        void operator()(Elf* elf) const { elf_end(elf); }
    };

    ElfFile() = default;
    void read_ranges();
    [[nodiscard]] Result<void> read_symbols(std::string_view name);
    // Whether what symbols take stays within bounds.
    [[nodiscard]] bool read_symbol_table(Elf_Scn* section, const GElf_Shdr& header);
    [[nodiscard]] bool is_code(const GElf_Sym& symbol) const;

    std::unique_ptr<std::string>
        image_;  // the file's bytes, where libelf works on them; before elf_ so as to go after it
    std::unique_ptr<Elf, CloseElf> elf_;
    std::vector<Range> ranges_;
    std::vector<Symbol> symbols_;  // by address
    std::size_t names_size_ = 0;   // bytes of their names
};

}  // namespace stampede
