#include "harts/oracles/race/race_detection.h"
#include "stress/command.h"

int main(int argc, char** argv) {
    return stampede::stress_command(argc, argv, stampede::make_race_detection);
}
