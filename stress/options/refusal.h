// Why a command does not do what it was asked for.
#pragma once
#include <string>

#include "stress/options/options.h"

namespace stampede {

struct Refusal {
    ExitStatus status = ExitStatus::Unusable;
    std::string text;
};

}  // namespace stampede
