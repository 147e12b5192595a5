# The archive as part of the image.
    .section .rodata.archive, "a"
    .balign 16
    .globl archive_begin, archive_end
archive_begin:
    .incbin "archive.bin"
archive_end:
