// Nothing: what the precompiled headers are compiled for (CMakeLists.txt).
