/* Against jansson: what one accepts the other does, with the same values, on made and on spoilt
 * documents. Where the reader is meant to be stricter or laxer, the test knows. */
#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "doc/tree.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

enum { DOCUMENTS = 1500, SPOILT = 12, DEEPEST = 6 };

static void make_text(struct vt_buffer *out, uint64_t *state)
{
  static const char *const parts[] = {"a",
                                      "B",
                                      "\xc3\xa6",
                                      "\xe2\x82\xac",
                                      "\xf0\x9f\x98\x80",
                                      "\\n",
                                      "/",
                                      "\\u00e5",
                                      "\\ud83d\\ude00",
                                      "\\\\",
                                      "\\\"",
                                      " ",
                                      "0123456789abcdef",
                                      "~"};
  vt_buffer_char(out, '"');
  for (uint64_t left = rig_random(state) % 6; left > 0; left--)
    vt_buffer_text(out, parts[rig_random(state) % (sizeof parts / sizeof *parts)]);
  vt_buffer_char(out, '"');
}

static void make_number(struct vt_buffer *out, uint64_t *state)
{
  switch (rig_random(state) % 5) {
  case 0:
    vt_buffer_format(out, "%d", (int)(rig_random(state) % 2001) - 1000);
    break;
  case 1:
    vt_buffer_format(out, "%.3f", (double)(rig_random(state) % 1000000) / 1000);
    break;
  case 2:
    vt_buffer_format(out, "%de%d", (int)(rig_random(state) % 100),
                     (int)(rig_random(state) % 500) - 250);
    break;
  case 3:
    vt_buffer_format(out, "%.17g", (double)rig_random(state) / 3);
    break;
  default:
    vt_buffer_text(out, "-0");
  }
}

static void make_value(struct vt_buffer *out, uint64_t *state, int depth);

static void make_container(struct vt_buffer *out, uint64_t *state, int depth, bool object)
{
  uint64_t count = rig_random(state) % 40 == 0 ? 60 : rig_random(state) % 5;
  vt_buffer_char(out, object ? '{' : '[');
  for (uint64_t i = 0; i < count; i++) {
    vt_buffer_text(out, i > 0 ? (rig_random(state) % 2 == 0 ? "," : " ,\n") : "");
    if (object && rig_random(state) % 8 == 0)
      make_text(out, state);
    else if (object)
      vt_buffer_format(out, "\"k%d\"", (int)(count == 60 ? i : rig_random(state) % 40));
    if (object)
      vt_buffer_text(out, rig_random(state) % 2 == 0 ? ":" : " : ");
    make_value(out, state, depth + 1);
  }
  vt_buffer_char(out, object ? '}' : ']');
}

static void make_value(struct vt_buffer *out, uint64_t *state, int depth)
{
  static const char *const words[] = {"true", "false", "null"};
  uint64_t kind = rig_random(state) % (depth < DEEPEST ? 8 : 4);
  if (kind == 0 && depth > 0)
    make_text(out, state);
  else if (kind == 1 && depth > 0)
    make_number(out, state);
  else if (kind < 4 && depth > 0)
    vt_buffer_text(out, words[rig_random(state) % 3]);
  else
    make_container(out, state, depth, kind % 2 == 0);
}

static void spoil(struct vt_buffer *document, uint64_t *state)
{
  static const char bytes[] = "{}[]\",:\\0123456789eE+-.tfnu \n\x01\x80\xff\xc3\xa6/";
  for (uint64_t left = 1 + rig_random(state) % 3; left > 0 && document->len > 0; left--) {
    size_t at = rig_random(state) % document->len;
    char c = bytes[rig_random(state) % (sizeof bytes - 1)];
    switch (rig_random(state) % 3) {
    case 0:
      document->bytes[at] = c;
      break;
    case 1:
      memmove(document->bytes + at, document->bytes + at + 1, document->len - at - 1);
      document->len--;
      break;
    default:
      vt_buffer_char(document, ' ');
      memmove(document->bytes + at + 1, document->bytes + at, document->len - 1 - at);
      document->bytes[at] = c;
    }
  }
}

static void compare(const struct vater_node *node, json_t *value)
{
  bool truth;
  double number;
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    assert_int_equal(vt_node_type(node), VATER_NODE_OBJECT);
    assert_int_equal(vt_node_length(node), json_object_size(value));
    for (node = vt_node_first(node); node != NULL; node = vt_node_next(node)) {
      struct vater_str name = vt_node_name(node);
      json_t *member = json_object_getn(value, name.len > 0 ? name.ptr : "", name.len);
      assert_non_null(member);
      compare(node, member);
    }
    return;
  case JSON_ARRAY:
    assert_int_equal(vt_node_type(node), VATER_NODE_LIST);
    assert_int_equal(vt_node_length(node), json_array_size(value));
    node = vt_node_first(node);
    for (size_t i = 0; i < json_array_size(value); i++, node = vt_node_next(node))
      compare(node, json_array_get(value, i));
    assert_null(node);
    return;
  case JSON_STRING:
    assert_int_equal(vt_node_type(node), VATER_NODE_TEXT);
    assert_int_equal(vt_node_text(node).len, json_string_length(value));
    if (json_string_length(value) > 0)
      assert_memory_equal(vt_node_text(node).ptr, json_string_value(value),
                          json_string_length(value));
    return;
  case JSON_INTEGER:
  case JSON_REAL:
    assert_true(vt_node_number(node, &number));
    assert_true(number == json_number_value(value));
    return;
  case JSON_TRUE:
  case JSON_FALSE:
    assert_true(vt_node_truth(node, &truth));
    assert_int_equal(truth, json_is_true(value));
    return;
  case JSON_NULL:
    assert_int_equal(vt_node_type(node), VATER_NODE_NULL);
  }
}

/* Refusals of ours that jansson does not share: budgets, non-characters, underflow. */
static bool is_ours_alone(const struct vt_error *error)
{
  return strcmp(error->code, "PAY-LIMIT") == 0 || strcmp(error->code, "PAY-DEPTH") == 0 ||
         strstr(error->text, "no character") != NULL || strstr(error->text, "so small") != NULL ||
         strstr(error->text, "limit PAYLOAD_NUMBER_BYTES") != NULL;
}

/* Refusals of jansson's that we do not share: integers beyond 64 bits. */
static bool is_theirs_alone(const json_error_t *error)
{
  return json_error_code(error) == json_error_numeric_overflow;
}

static void check(struct vater_str document, size_t *accepted)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_error error = {0};
  struct vt_doc_tree *tree;
  json_error_t theirs;
  int status = vt_doc_tree_read(&allocator, document, NULL, 9, &tree, &error);
  json_t *value =
      json_loadb(document.ptr, document.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &theirs);
  bool excused =
      (status != VATER_OK && is_ours_alone(&error)) || (value == NULL && is_theirs_alone(&theirs));
  if ((status == VATER_OK) != (value != NULL) && !excused)
    print_message("%.*s\nours: %s\ntheirs: %s\n", (int)document.len, document.ptr, error.text,
                  value != NULL ? "accepted" : theirs.text);
  assert_true((status == VATER_OK) == (value != NULL) || excused);
  if (status == VATER_OK && value != NULL)
    compare(vt_doc_tree_root(tree), value);
  *accepted += status == VATER_OK;
  json_decref(value);
  vt_doc_tree_free(tree);
}

static void agrees_with_jansson(void **unused)
{
  (void)unused;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer document;
  struct vt_buffer copy;
  size_t accepted = 0;
  vt_buffer_init(&document, &allocator, 1u << 22);
  vt_buffer_init(&copy, &allocator, 1u << 22);
  for (uint64_t i = 0; i < DOCUMENTS; i++) {
    uint64_t state = i;
    vt_buffer_reset(&document);
    make_value(&document, &state, 0);
    check(vt_buffer_str(&document), &accepted);
    for (int k = 0; k < SPOILT; k++) {
      vt_buffer_reset(&copy);
      vt_buffer_append(&copy, vt_buffer_str(&document));
      spoil(&copy, &state);
      check(vt_buffer_str(&copy), &accepted);
    }
  }
  assert_true(accepted > DOCUMENTS);
  assert_true(accepted < DOCUMENTS * SPOILT);
  vt_buffer_fini(&document);
  vt_buffer_fini(&copy);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_jansson)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
