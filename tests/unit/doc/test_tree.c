#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "doc/tree.h"

#include <stdio.h>
#include <stdlib.h>

static struct vt_doc_tree *read_tree(struct vater_str document)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_tree *tree;
  assert_int_equal(vt_doc_tree_read(&allocator, document, NULL, 3, &tree, NULL), VATER_OK);
  return tree;
}

static void walks(void **state)
{
  (void)state;
  struct vt_doc_tree *tree = read_tree(
      VT_STR("{\"a\":[1,2.50,\"x\\u0041\"],\"\\u0062\":{\"c\":true,\"d\":null},\"e\":\"\"}"));
  const struct vater_node *root = vt_doc_tree_root(tree);
  assert_int_equal(vt_node_type(root), VATER_NODE_OBJECT);
  assert_int_equal(vt_node_length(root), 3);
  const struct vater_node *a = vt_node_member(root, "a");
  assert_int_equal(vt_node_length(a), 3);
  assert_str(vt_node_text(vt_node_item(a, 1)), "2.50");
  assert_str(vt_node_text(vt_node_item(a, 2)), "xA");
  assert_null(vt_node_item(a, 3));
  assert_int_equal(vt_node_offset(vt_node_item(a, 1)), 8);
  const struct vater_node *b = vt_node_next(a);
  assert_str(vt_node_name(b), "b");
  bool truth = false;
  assert_true(vt_node_truth(vt_node_member(b, "c"), &truth));
  assert_true(truth);
  assert_int_equal(vt_node_type(vt_node_member(b, "d")), VATER_NODE_NULL);
  assert_non_null(vt_node_member(b, "d"));
  const struct vater_node *e = vt_node_next(b);
  assert_str(vt_node_text(e), "");
  assert_int_equal(vt_node_type(e), VATER_NODE_TEXT);
  assert_null(vt_node_next(e));
  vt_doc_tree_free(tree);
}

static void gives_values_as_written(void **state)
{
  (void)state;
  struct vt_doc_tree *tree = read_tree(VT_STR(
      "{\"a\": [1, 2.50 ,\"]\\\"\"] ,\"b}\":{ \"c\":true}, \"d\":null,\"e\":false,\"f\":-1e3}"));
  const struct vater_node *root = vt_doc_tree_root(tree);
  const struct vater_node *a = vt_node_find(root, VT_STR("a"));
  assert_str(vt_node_source(a), "[1, 2.50 ,\"]\\\"\"]");
  assert_str(vt_node_source(vt_node_item(a, 1)), "2.50");
  assert_str(vt_node_source(vt_node_item(a, 2)), "\"]\\\"\"");
  assert_str(vt_node_source(vt_node_member(root, "b}")), "{ \"c\":true}");
  assert_str(vt_node_source(vt_node_member(vt_node_member(root, "b}"), "c")), "true");
  assert_str(vt_node_source(vt_node_member(root, "d")), "null");
  assert_str(vt_node_source(vt_node_member(root, "e")), "false");
  assert_str(vt_node_source(vt_node_member(root, "f")), "-1e3");
  assert_null(vt_node_find(a, VT_STR("a")));
  assert_null(vt_node_source(NULL).ptr);
  vt_doc_tree_free(tree);
}

static void reads_absent_nodes(void **state)
{
  (void)state;
  double number;
  int64_t integer;
  bool truth;
  const struct vater_node *none = vt_node_member(vt_node_item(NULL, 0), "x");
  assert_null(none);
  assert_int_equal(vt_node_type(none), VATER_NODE_NULL);
  assert_int_equal(vt_node_text(none).len, 0);
  assert_int_equal(vt_node_name(none).len, 0);
  assert_false(vt_node_number(none, &number));
  assert_false(vt_node_integer(none, &integer));
  assert_false(vt_node_truth(none, &truth));
  assert_int_equal(vt_node_length(none), 0);
  assert_null(vt_node_first(none));
  assert_null(vt_node_next(none));
  assert_int_equal(vt_node_offset(none), 0);
}

static void reads_numbers(void **state)
{
  (void)state;
  struct vt_doc_tree *tree =
      read_tree(VT_STR("[9223372036854775807,5.0,-0,1e2,9223372036854775808]"));
  const struct vater_node *root = vt_doc_tree_root(tree);
  int64_t integer;
  double number;
  assert_true(vt_node_integer(vt_node_item(root, 0), &integer));
  assert_true(integer == INT64_MAX);
  assert_false(vt_node_integer(vt_node_item(root, 1), &integer));
  assert_true(vt_node_number(vt_node_item(root, 1), &number));
  assert_true(number == 5.0);
  assert_str(vt_node_text(vt_node_item(root, 2)), "-0");
  assert_true(vt_node_number(vt_node_item(root, 3), &number));
  assert_true(number == 100.0);
  assert_false(vt_node_integer(vt_node_item(root, 4), &integer));
  vt_doc_tree_free(tree);
}

static void takes_8_bytes_a_value(void **state)
{
  (void)state;
  enum { VALUES = 100000 };
  static char text[2 * VALUES + 2] = "[";
  for (size_t i = 0; i < VALUES - 1; i++)
    memcpy(text + 1 + 2 * i, i + 2 < VALUES ? "1," : "1]", 2);
  struct vt_doc_tree *tree = read_tree(vt_str(text));
  assert_int_equal(vt_node_length(vt_doc_tree_root(tree)), VALUES - 1);
  assert_true(vt_doc_tree_memory(tree) < VALUES * 11);
  vt_doc_tree_free(tree);
}

/* Units of every size at every place of a chunk: each value is found again behind the one before.
 */
static void keeps_order_across_chunks(void **state)
{
  (void)state;
  enum { OBJECTS = 3000 };
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer text;
  vt_buffer_init(&text, &allocator, 1u << 20);
  vt_buffer_char(&text, '[');
  for (int i = 0; i < OBJECTS; i++)
    vt_buffer_format(&text, "%s{\"a\":[%d],\"b\":{},\"c\":\"%d\"},[],%d", i > 0 ? "," : "", i, i,
                     i);
  vt_buffer_char(&text, ']');
  struct vt_doc_tree *tree = read_tree(vt_buffer_str(&text));
  const struct vater_node *node = vt_node_first(vt_doc_tree_root(tree));
  for (int64_t i = 0; i < OBJECTS; i++) {
    int64_t number;
    assert_true(vt_node_integer(vt_node_first(vt_node_member(node, "a")), &number));
    assert_int_equal(number, i);
    assert_null(vt_node_next(vt_node_first(vt_node_member(node, "a"))));
    assert_null(vt_node_first(vt_node_member(node, "b")));
    assert_null(vt_node_next(vt_node_member(node, "c")));
    node = vt_node_next(node);
    assert_int_equal(vt_node_type(node), VATER_NODE_LIST);
    node = vt_node_next(node);
    assert_true(vt_node_integer(node, &number));
    assert_int_equal(number, i);
    node = vt_node_next(node);
  }
  assert_null(node);
  vt_doc_tree_free(tree);
  vt_buffer_fini(&text);
}

static void keeps_texts_of_any_length(void **state)
{
  (void)state;
  enum { LONG = 0xffffff };
  struct vt_allocator allocator = vt_allocator_real();
  const struct vt_doc_budget budget = {.bytes = 1u << 30, .text_bytes = 1u << 30};
  for (size_t len = LONG - 1; len <= LONG + 1; len++) {
    struct vt_doc_tree *tree;
    char *text = malloc(len + 16);
    size_t at = (size_t)sprintf(text, "{\"x\":\"");
    memset(text + at, 'y', len);
    memcpy(text + at + len, "\",\"z\":1}", 9);
    struct vater_str document = {text, at + len + 8};
    assert_int_equal(vt_doc_tree_read(&allocator, document, &budget, 3, &tree, NULL), VATER_OK);
    const struct vater_node *x = vt_node_first(vt_doc_tree_root(tree));
    assert_int_equal(vt_node_text(x).len, len);
    assert_str(vt_node_name(vt_node_next(x)), "z");
    assert_str(vt_node_text(vt_node_next(x)), "1");
    vt_doc_tree_free(tree);
    free(text);
  }
}

static void survives_each_failed_allocation(void **state)
{
  (void)state;
  struct vt_buffer text;
  struct vt_allocator real = vt_allocator_real();
  vt_buffer_init(&text, &real, 1u << 20);
  vt_buffer_text(&text, "{\"\\u00e6\":\"\\u00f8\"");
  for (int i = 0; i < 200; i++)
    vt_buffer_format(&text, ",\"\\u006b%d\":[[{\"a\":\"\\n\"}]]", i);
  vt_buffer_char(&text, '}');
  for (long fail_at = 0;; fail_at++) {
    struct rig_memory memory = {.countdown = fail_at};
    struct vt_allocator allocator = rig_allocator(&memory);
    struct vt_doc_tree *tree;
    struct vt_error error = {0};
    int status = vt_doc_tree_read(&allocator, vt_buffer_str(&text), NULL, 1, &tree, &error);
    assert_int_equal(error.status, status);
    vt_doc_tree_free(tree);
    assert_int_equal(memory.held, 0);
    if (status == VATER_OK)
      break;
    assert_null(tree);
    assert_int_equal(status, VATER_E_NOMEM);
  }
  vt_buffer_fini(&text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(walks),
      cmocka_unit_test(gives_values_as_written),
      cmocka_unit_test(reads_absent_nodes),
      cmocka_unit_test(reads_numbers),
      cmocka_unit_test(takes_8_bytes_a_value),
      cmocka_unit_test(keeps_order_across_chunks),
      cmocka_unit_test(keeps_texts_of_any_length),
      cmocka_unit_test(survives_each_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
