/*
 * Puts one thing after another in the place of each name, as fast as the kernel can, in the directory that it is run in.
 * usage: swapper <seed> <names, comma separated> <target of a link>...
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
  if (file < 0) return;
  if (write(file, "by the swapper\n", 15) < 0) perror(path);
  close(file);
}

static void make(const char *path, int kind, char **targets, int count) {
  char inner[64], twin[64];
  switch (kind) {
  case 0: case 1: case 2: write_file(path); break;
  case 3: mkdir(path, 0777); break;
  case 4:
    mkdir(path, 0777);
    snprintf(inner, sizeof inner, "%s/inside", path);
    write_file(inner);
    break;
  case 5: mkfifo(path, 0666); break;
  case 6: mknod(path, S_IFSOCK | 0666, 0); break;
  case 7:
    write_file(path);
    snprintf(twin, sizeof twin, ".twin%d", getpid());
    unlink(twin);
    if (link(path, twin)) perror(twin);
    break;
  default: if (symlink(targets[rand() % count], path)) perror(path);
  }
}

static void wipe(const char *path) {
  char inner[64];
  if (unlink(path) == 0) return;
  snprintf(inner, sizeof inner, "%s/inside", path);
  unlink(inner);
  rmdir(path);
}

int main(int argc, char **argv) {
  char *names[64], spare[32];
  int count = 0;
  unsigned turn = 0;
  if (argc < 4) return 2;
  srand(atoi(argv[1]));
  for (char *name = strtok(argv[2], ","); name && count < 64; name = strtok(NULL, ",")) names[count++] = name;
  for (;;) {
    const char *name = names[rand() % count];
    /* Another one each time: what could not be wiped is not to stop the next. */
    snprintf(spare, sizeof spare, ".x%d-%u", getpid(), turn++ % 8);
    make(spare, rand() % 13, argv + 3, argc - 3);
    for (int flips = rand() % 6; flips >= 0; flips--)
      if (renameat2(AT_FDCWD, spare, AT_FDCWD, name, RENAME_EXCHANGE) && rename(spare, name)) break;
    wipe(spare);
    /* Some ten thousand swaps a second are enough, and leave the machine to those who are to answer meanwhile. */
    if (turn % 4 == 0) usleep(800);
  }
}
