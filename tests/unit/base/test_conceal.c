#include "unit/test.h"

#include "base/conceal.h"

static void said(const char *text, const char *secret, const char *wanted)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer buffer;
  vt_buffer_init(&buffer, &allocator, 4096);
  vt_buffer_text(&buffer, text);
  vt_conceal(&buffer, vt_str(secret));
  vt_conceal_words(&buffer);
  assert_str(vt_buffer_str(&buffer), wanted);
  vt_buffer_fini(&buffer);
}

static void secrets_are_taken_out(void **state)
{
  (void)state;
  said("secret 'S3cret-Kanari' is wrong, S3cret-Kanari", "S3cret-Kanari",
       "secret '(secret)' is wrong, (secret)");
  said("S3cret-KanarS3cret-Kanari", "S3cret-Kanari", "S3cret-Kanar(secret)");
  said("pass word!", "word", "pass ***!");
  said("an odd one", "odd", "an odd one");
  said("nothing", "S3cret-Kanari", "nothing");
  said("", "S3cret-Kanari", "");
  said("k=p%20w%26d%2Fx%C3%A5", "p w&d/x\xc3\xa5", "k=(secret)");
  said("{\"e\":\"it was a\\\"b\\\\c/d1\"}", "a\"b\\c/d1", "{\"e\":\"it was (secret)\"}");
  said("{\"e\":\"it was a\\\"b\\\\c\\/d1\"}", "a\"b\\c/d1", "{\"e\":\"it was (secret)\"}");
}

static void long_words_are_taken_out(void **state)
{
  (void)state;
  said("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjLTEifQ.AAAA-BB_B== is bad", "none",
       "token ... is bad");
  said("0123456789012345678901234567890123456789", "none",
       "0123456789012345678901234567890123456789");
  said("01234567890123456789012345678901234567890", "none", "...");
  said("MP-100: unknown kid 'vater-2026'", "none", "MP-100: unknown kid 'vater-2026'");
}

/* A megabyte of them, from whoever means us harm, is gone over once. */
static void many_are_taken_out(void **state)
{
  enum { COUNT = 24000 };
  static const char secret[] = "S3cret-Kanari";
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer buffer;
  (void)state;
  vt_buffer_init(&buffer, &allocator, COUNT * 64);
  for (int i = 0; i < COUNT; i++)
    vt_buffer_format(&buffer, "%s 01234567890123456789012345678901234567890 ", secret);
  vt_conceal(&buffer, vt_str(secret));
  vt_conceal_words(&buffer);
  assert_int_equal(buffer.len, COUNT * (sizeof "(secret) ... " - 1));
  for (size_t i = 0; i < COUNT; i++)
    assert_memory_equal(buffer.bytes + i * 13, "(secret) ... ", 13);
  vt_buffer_fini(&buffer);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(secrets_are_taken_out),
                                     cmocka_unit_test(long_words_are_taken_out),
                                     cmocka_unit_test(many_are_taken_out)};
  return cmocka_run_group_tests_name("conceal", tests, NULL, NULL);
}
