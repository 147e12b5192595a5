#pragma once
#define NPROC 64       // processes
#define NCPU 8         // harts
#define NOFILE 16      // open files of a process
#define NFILE 100      // open files in all
#define NINODE 50      // inodes in use
#define NDEV 10        // major device numbers
#define NBUF 30        // blocks held in memory
#define ROOTDEV 1      // the disk that / is on
#define MAXARG 32      // arguments of exec
#define MAXPATH 128    // bytes of a path, with its end
#define FSSIZE 2000    // blocks of the file system
#define LOGBLOCKS 30   // blocks that the format keeps for a log
#define TICK 1000000L  // a tenth of a second of the machine's clock
