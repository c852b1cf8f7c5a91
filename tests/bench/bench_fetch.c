/* The peer of `vater run`: a bare libcurl multi loop that fetches URLs and throws their bodies
 * away. bench_fetch CA-FILE URL-FILE, one URL a line. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_FLIGHT = 64, POLL_MS = 1000, URL_BYTES = 512 };

struct fetching {
  CURLM *multi;
  FILE *urls;
  const char *ca_file;
  unsigned active, done, failed;
  size_t bytes;
};

static size_t discard(char *bytes, size_t size, size_t count, void *user)
{
  (void)bytes, (void)size;
  ((struct fetching *)user)->bytes += count;
  return count;
}

static int start_next(struct fetching *fetching)
{
  char url[URL_BYTES];
  if (fgets(url, sizeof url, fetching->urls) == NULL)
    return 0;
  url[strcspn(url, "\n")] = '\0';
  CURL *easy = curl_easy_init();
  if (easy == NULL)
    return 0;
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_CAINFO, fetching->ca_file);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetching);
  curl_multi_add_handle(fetching->multi, easy);
  fetching->active++;
  return 1;
}

static void finish_done(struct fetching *fetching)
{
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(fetching->multi, &left)) != NULL) {
    CURL *easy = message->easy_handle;
    fetching->failed += message->data.result != CURLE_OK;
    fetching->done++;
    fetching->active--;
    curl_multi_remove_handle(fetching->multi, easy);
    curl_easy_cleanup(easy);
  }
}

static void run(struct fetching *fetching)
{
  int running = 0;
  for (;;) {
    while (fetching->active < IN_FLIGHT && start_next(fetching))
      continue;
    if (fetching->active == 0)
      return;
    curl_multi_perform(fetching->multi, &running);
    finish_done(fetching);
    if (running == (int)fetching->active && running > 0)
      curl_multi_poll(fetching->multi, NULL, 0, POLL_MS, NULL);
  }
}

int main(int argc, char **argv)
{
  struct fetching fetching = {0};
  if (argc != 3 || (fetching.urls = fopen(argv[2], "r")) == NULL) {
    fputs("usage: bench_fetch CA-FILE URL-FILE\n", stderr);
    return 64;
  }
  fetching.ca_file = argv[1];
  curl_global_init(CURL_GLOBAL_DEFAULT);
  fetching.multi = curl_multi_init();
  curl_multi_setopt(fetching.multi, CURLMOPT_MAXCONNECTS, 2L * IN_FLIGHT);
  run(&fetching);
  curl_multi_cleanup(fetching.multi);
  curl_global_cleanup();
  fclose(fetching.urls);
  printf("%u fetched, %u failed, %zu bytes\n", fetching.done, fetching.failed, fetching.bytes);
  return fetching.failed > 0 ? 1 : 0;
}
