#include "stress/command.h"

int main(int argc, char** argv) { return stampede::stress_command(argc, argv, nullptr); }
