#!/bin/bash -eu
# Builds the fuzz targets into $OUT, as OSS-Fuzz and ClusterFuzzLite call it: in a checkout, with
# $CC, $CXX, $CFLAGS, $CXXFLAGS, $LIB_FUZZING_ENGINE, $SANITIZER, $OUT and $WORK of theirs. Of ours,
# from the environment:
#   STAMPEDE_GUESTS    a build folder that has the guests already (build/release); without it they
#                      are built first, with clang 19 and libstdc++ 12
#   STAMPEDE_TARGETS   fewer targets than those of the sanitizer
# $OUT gets, for each target: the program, <target>.options, <target>_seed_corpus.zip; the libraries
# that they need in lib/, the guests that fuzz_syscalls boots in guest/. It needs nothing else where
# it is run.
set -o pipefail
root=$PWD
for variable in CC CXX OUT WORK LIB_FUZZING_ENGINE SANITIZER; do
    if [[ -z ${!variable:-} ]]; then
        echo "build.sh: $variable is not set; OSS-Fuzz and ClusterFuzzLite set it (README.md, OSS-Fuzz and ClusterFuzzLite)" >&2
        exit 1
    fi
done
if [[ ! -f $root/.clusterfuzzlite/build.sh ]]; then
    echo "build.sh: $root is no checkout of Stampede; the script runs in one" >&2
    exit 1
fi

# ThreadSanitizer is part of what two of the targets do, and excludes the other sanitizers. The
# parsers have one thread.
case $SANITIZER in
    address | undefined | coverage | none) targets='fuzz_program fuzz_replay fuzz_virtqueue fuzz_elf fuzz_syscalls' ;;
    thread) targets='fuzz_syscalls-race fuzz_mm fuzz_mm_eager' ;;
    memory)
        echo "build.sh: SANITIZER is memory: no target can have it, libelf and libdw are not instrumented; address, undefined, coverage, thread or none is expected" >&2
        exit 1 ;;
    *)
        echo "build.sh: SANITIZER is '$SANITIZER': address, undefined, coverage, thread or none is expected" >&2
        exit 1 ;;
esac
read -ra targets <<<"${STAMPEDE_TARGETS:-$targets}"
mkdir -p "$OUT/lib" "$OUT/guest/user" "$WORK"

# The guests: no flag of theirs may reach them, they are another machine's.
guests=${STAMPEDE_GUESTS:-$WORK/guests}
if [[ -z ${STAMPEDE_GUESTS:-} ]]; then
    env -u CFLAGS -u CXXFLAGS -u LDFLAGS cmake -G Ninja -S "$root" -B "$WORK/guests" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_ASM_COMPILER="$CC"
    ninja -C "$WORK/guests" guest_kernel_kmem guest_kernel_eager symbols_test_guest
fi
install -m 644 "$guests"/guest/kernel-{kmem,eager}.elf "$OUT/guest"
install -m 644 "$guests/guest/user/executor.elf" "$OUT/guest/user"

cmake -G Ninja -S "$root" -B "$WORK/targets" -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_ASM_COMPILER="$CC" \
    -DSTAMPEDE_FUZZING_ENGINE="$LIB_FUZZING_ENGINE"
ninja -C "$WORK/targets" "${targets[@]}"

seeds() {  # TARGET
    local corpus=$root/fuzz/corpus
    case $1 in
        fuzz_program) ls "$corpus"/program/*.txt ;;
        fuzz_replay) ls "$corpus"/replay/*.txt ;;
        fuzz_virtqueue) ls "$corpus"/virtqueue/*.bin ;;
        fuzz_elf) ls "$guests/harts/image/symbols_test_guest.elf" ;;
        fuzz_syscalls*) ls "$corpus"/program/{every_call,fork_and_pipe,nested_forks}.txt ;;
    esac
}
longest() {  # TARGET: bytes; longer ones are slow and show nothing new
    case $1 in
        fuzz_elf) echo 16384 ;;
        fuzz_mm*) echo 1200 ;;
        fuzz_virtqueue) echo 2048 ;;
        *) echo 8192 ;;
    esac
}
for target in "${targets[@]}"; do
    install "$WORK/targets/bin/$target" "$OUT"
    printf '[libfuzzer]\nmax_len = %s\ntimeout = 60\nrss_limit_mb = 2560\n' "$(longest "$target")" >"$OUT/$target.options"
    mapfile -t files < <(seeds "$target")
    if (( ${#files[@]} )); then
        rm -f "$OUT/${target}_seed_corpus.zip"
        zip -qjX "$OUT/${target}_seed_corpus.zip" "${files[@]}"
    fi
    # The machine that runs them has the C library only.
    ldd "$OUT/$target" | sed -n 's/.* => \(\/[^ ]*\) (.*/\1/p' | while read -r library; do
        case ${library##*/} in
            libc.so.* | libm.so.* | libresolv.so.* | libpthread.so.* | libdl.so.* | librt.so.* | ld-linux*) ;;
            *) [[ $library -ef $OUT/lib/${library##*/} ]] || install -m 644 "$library" "$OUT/lib" ;;
        esac
    done
done
