// What programs are given: system calls, and a little of a C library.
#pragma once
#include "fcntl.h"
#include "stat.h"
#include "types.h"

int fork(void);
int exit(int status) __attribute__((noreturn));
int wait(int* status);
int pipe(int fds[2]);
int read(int fd, void* to, int n);
int write(int fd, const void* from, int n);
int close(int fd);
int kill(int pid);
int exec(const char* path, char** argv);
int open(const char* path, int mode);
int mknod(const char* path, short major, short minor);
int unlink(const char* path);
int fstat(int fd, struct stat*);
int link(const char* from, const char* to);
int mkdir(const char* path);
int chdir(const char* path);
int dup(int fd);
int getpid(void);
char* sbrk(int n);
int sleep(int ticks);
int uptime(void);

void printf(const char* format, ...) __attribute__((format(printf, 1, 2)));
void fprintf(int fd, const char* format, ...) __attribute__((format(printf, 2, 3)));
char* gets(char* line, int size);  // from 0; "" at its end
int strlen(const char*);
int strcmp(const char*, const char*);
int atoi(const char*);
void* memset(void*, int, uint64);
void* memcpy(void*, const void*, uint64);
