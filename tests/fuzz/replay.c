/* Runs a fuzz target over files and folders: the corpus stays a test where there is no libFuzzer.
 * Each file also with its end cut off at eight places, so that a small corpus goes a longer way. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { CUTS = 8, LARGEST = 1 << 20, PATH_BYTES = 4096 };

static void run(const uint8_t *bytes, size_t size)
{
  for (size_t cut = CUTS; cut > 0; cut--) {
    size_t part = size * cut / CUTS;
    uint8_t *exact = malloc(part > 0 ? part : 1);
    if (exact == NULL)
      abort();
    memcpy(exact, bytes, part);
    LLVMFuzzerTestOneInput(exact, part);
    free(exact);
  }
}

static int run_file(const char *path)
{
  static uint8_t bytes[LARGEST];
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    return 1;
  }
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  run(bytes, size);
  return 0;
}

static int run_folder(const char *path, int *files)
{
  DIR *folder = opendir(path);
  if (folder == NULL) {
    perror(path);
    return 1;
  }
  int failed = 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    char name[PATH_BYTES];
    if (entry->d_name[0] == '.')
      continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    failed |= run_file(name);
    (*files)++;
  }
  closedir(folder);
  return failed;
}

int main(int argc, char **argv)
{
  int failed = argc < 2;
  int files = 0;
  for (int i = 1; i < argc; i++) {
    struct stat kind;
    if (stat(argv[i], &kind) != 0) {
      perror(argv[i]);
      failed = 1;
    } else if (S_ISDIR(kind.st_mode)) {
      failed |= run_folder(argv[i], &files);
    } else {
      failed |= run_file(argv[i]);
      files++;
    }
  }
  printf("%d files\n", files);
  return failed != 0 || files == 0;
}
