// What a run changes beside the machine, and a snapshot takes back with it: oracles, sinks.
#pragma once

namespace stampede {

// Called while harts are parked.
class Restorable {
public:
    virtual ~Restorable() = default;
    // What is now is what restore() brings back, any number of times.
    virtual void save() = 0;
    virtual void restore() = 0;
};

}  // namespace stampede
