#include "harts/image/function_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace stampede {
namespace {

bool opens(char c) { return c == '(' || c == '<' || c == '{' || c == '['; }
bool closes(char c) { return c == ')' || c == '>' || c == '}' || c == ']'; }

// Where the bracket that ends at `end - 1` opens; npos if it does not.
std::size_t matching_open(std::string_view text, std::size_t end) {
    int depth = 0;
    for (std::size_t i = end; i-- > 0;) {
        depth += closes(text[i]) ? 1 : opens(text[i]) ? -1 : 0;
        if (depth == 0) {
            return i;
        }
    }
    return std::string_view::npos;
}

std::string_view without_qualifiers(std::string_view name) {
    for (bool found = true; found;) {
        found = false;
        for (const std::string_view suffix : {" const", " volatile", " &", " &&"}) {
            if (name.ends_with(suffix)) {
                name.remove_suffix(suffix.size());
                found = true;
            }
        }
    }
    return name;
}

std::string_view without_parameters(std::string_view name) {
    name = without_qualifiers(name);
    if (name.ends_with(')')) {
        const std::size_t open = matching_open(name, name.size());
        if (open != std::string_view::npos && open > 0) {
            return name.substr(0, open);
        }
    }
    return name;
}

// Template functions come with their return type: "void f<int>". Operators' names hold blanks and
// angles of their own.
std::string_view without_return_type(std::string_view name) {
    if (name.find("operator") != std::string_view::npos) {
        return name;
    }
    int depth = 0;
    for (std::size_t i = name.size(); i-- > 0;) {
        depth += closes(name[i]) ? 1 : opens(name[i]) ? -1 : 0;
        if (depth == 0 && name[i] == ' ') {
            return name.substr(i + 1);
        }
    }
    return name;
}

// Each reference to what the name has said before (S1_, T_) puts that in again, so a name of some
// hundred bytes can stand for any number of them: with r references it multiplies at most by
// 2.72^(r / 2.72). Whether that stays within what a name may take.
bool is_bounded(std::string_view name) {
    constexpr double most = 16 << 20, growth = 1.45;  // bytes; a reference
    double size = static_cast<double>(name.size());
    for (std::size_t at = 0; at < name.size() && size <= most; ++at) {
        const std::size_t end =
            name.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", at + 1);
        const bool refers = (name[at] == 'S' || name[at] == 'T') && end != std::string_view::npos &&
                            name[end] == '_';
        size *= refers ? growth : 1;
    }
    return size <= most;
}

}  // namespace

std::string demangled(const std::string& linkage_name) {
    if (!linkage_name.starts_with("_Z") || !is_bounded(linkage_name)) {
        return linkage_name;
    }
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(linkage_name.c_str(), nullptr, nullptr, &status), std::free);
    return name != nullptr ? name.get() : linkage_name;
}

std::string readable_function_name(const std::string& linkage_name) {
    const std::string name = demangled(linkage_name);
    return name == linkage_name ? name : std::string(without_return_type(without_parameters(name)));
}

}  // namespace stampede
