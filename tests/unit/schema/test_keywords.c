/* Keyword, pointer and message of each kind of violation. */
#include "unit/schema/schema_rig.h"

#include <stdio.h>

static const struct row {
  const char *schema, *instance, *findings;
} rows[] = {
    {"true", "1", ""},
    {"false", "1", "false  nothing is allowed here\n"},
    {"{'type':'string'}", "'a'", ""},
    {"{'type':'string'}", "1", "type  must be of type string\n"},
    {"{'type':['null','integer']}", "1.5", "type  must be of type null, integer\n"},
    {"{'type':'integer'}", "1.0", ""},
    {"{'type':'integer'}", "1e300", ""},
    {"{'const':'a'}", "'b'", "const  must be a\n"},
    {"{'const':1}", "1.0", ""},
    {"{'const':{'a':[1,2],'b':null}}", "{'b':null,'a':[1.0,2]}", ""},
    {"{'const':{'a':[1,2]}}", "{'a':[2,1]}", "const  must be {…}\n"},
    {"{'enum':['a',7,null,true,[1]]}", "'c'", "enum  must be one of: a, 7, null, true, […]\n"},
    {"{'enum':['.',',',' ','','a b','é']}", "'c'",
     "enum  must be one of: \".\", \",\", \" \", \"\", \"a b\", é\n"},
    {"{'const':','}", "'b'", "const  must be \",\"\n"},
    {"{'enum':[[1]]}", "[1]", ""},
    {"{'minimum':3}", "2", "minimum  must be at least 3\n"},
    {"{'minimum':-1e-3}", "-0.0010000001", "minimum  must be at least -1e-3\n"},
    {"{'exclusiveMinimum':3}", "3.0", "exclusiveMinimum  must be more than 3\n"},
    {"{'maximum':18446744073709551615}", "18446744073709551616",
     "maximum  must be at most 18446744073709551615\n"},
    {"{'exclusiveMaximum':0.1}", "0.1", "exclusiveMaximum  must be less than 0.1\n"},
    {"{'multipleOf':0.01}", "19.99", ""},
    {"{'multipleOf':0.01}", "19.995", "multipleOf  must be a multiple of 0.01\n"},
    {"{'multipleOf':123456789012345678901}", "246913578024691357802", ""},
    {"{'multipleOf':123456789012345678901}", "246913578024691357803",
     "multipleOf  must be a multiple of 123456789012345678901\n"},
    {"{'minLength':2}", "'\xc3\xa6'", "minLength  must have at least 2 characters\n"},
    {"{'maxLength':2}", "'\xc3\xa6\xc3\xb8'", ""},
    {"{'maxLength':2}", "'abc'", "maxLength  must have at most 2 characters\n"},
    {"{'pattern':'^[0-9]{9}$'}", "'12345678'", "pattern  must have the form ^[0-9]{9}$\n"},
    {"{'pattern':'^[0-9]{4}$','examples':['2026',1,'2027']}", "'26'",
     "pattern  must have another form, for example 2026, 2027\n"},
    {"{'required':['a','b']}", "{}",
     "required  the member \"a\" is missing\nrequired  the member \"b\" is missing\n"},
    {"{'dependentRequired':{'a':['b']}}", "{'a':1}",
     "dependentRequired  another member asks for the member \"b\"\n"},
    {"{'minProperties':1}", "{}", "minProperties  must have at least 1 members\n"},
    {"{'maxProperties':1}", "{'a':1,'b':2}", "maxProperties  must have at most 1 members\n"},
    {"{'minItems':1}", "[]", "minItems  must have at least 1 items\n"},
    {"{'maxItems':1}", "[1,2]", "maxItems  must have at most 1 items\n"},
    {"{'uniqueItems':true}", "[{'a':1,'b':2},3,{'b':2,'a':1.0}]",
     "uniqueItems /2 items must differ; this one is the same as item 0\n"},
    {"{'contains':{'type':'null'}}", "[1]", "contains  must hold an item that fits \"contains\"\n"},
    {"{'contains':true,'minContains':2}", "[1]",
     "minContains  must hold at least 2 items that fit \"contains\"\n"},
    {"{'contains':true,'maxContains':1}", "[1,2]",
     "maxContains  must hold at most 1 items that fit \"contains\"\n"},
    {"{'properties':{'a/b~':{'items':{'type':'null'}}}}", "{'a/b~':[null,1]}",
     "type /a~1b~0/1 must be of type null\n"},
    {"{'additionalProperties':false,'properties':{'a':true}}", "{'a':1,'b':2}",
     "additionalProperties /b this member is not allowed here\n"},
    {"{'patternProperties':{'^x':{'type':'null'}}}", "{'x1':1}", "type /x1 must be of type null\n"},
    {"{'patternProperties':{'a':{'minimum':2},'b':{'minimum':3}}}", "{'ab':1}",
     "minimum /ab must be at least 2\nminimum /ab must be at least 3\n"},
    {"{'propertyNames':{'pattern':'^[a-z]+$'}}", "{'A':1}",
     "propertyNames /A must have the form ^[a-z]+$\n"},
    {"{'prefixItems':[true,{'type':'null'}],'items':false}", "[1,1,1]",
     "type /1 must be of type null\nitems /2 this item is not allowed here\n"},
    {"{'allOf':[{'minimum':1},{'minimum':2}]}", "0",
     "minimum  must be at least 1\nminimum  must be at least 2\n"},
    {"{'not':{'type':'null'}}", "null", "not  must not be as \"not\" describes\n"},
    {"{'oneOf':[{'minimum':1},{'minimum':2},{'maximum':0}]}", "5",
     "oneOf  fits several alternatives and must fit exactly one: 1, 2\n"},
    {"{'if':{'minimum':10},'then':{'multipleOf':10},'else':{'multipleOf':2}}", "15",
     "multipleOf  must be a multiple of 10\n"},
    {"{'if':{'minimum':10},'then':{'multipleOf':10},'else':{'multipleOf':2}}", "5",
     "multipleOf  must be a multiple of 2\n"},
    {"{'dependentSchemas':{'a':{'required':['b']}}}", "{'a':1}",
     "required  the member \"b\" is missing\n"},
    {"{'allOf':[{'properties':{'a':true}}],'unevaluatedProperties':false}", "{'a':1,'b':2}",
     "unevaluatedProperties /b this member is not allowed here\n"},
    {"{'prefixItems':[true],'unevaluatedItems':{'type':'null'}}", "[1,null,2]",
     "unevaluatedItems /2 nothing else is allowed here but what fits its schema\n"},
    {"{'$defs':{'a':{'type':'null'}},'properties':{'x':{'$ref':'#/$defs/a'}}}", "{'x':1}",
     "type /x must be of type null\n"},
    {"{'properties':{'next':{'$ref':'#'},'v':{'type':'null'}}}", "{'next':{'next':{'v':1}}}",
     "type /next/next/v must be of type null\n"},
    {"{'$ref':'https://json-schema.org/draft/2020-12/schema'}", "{'properties':{'a':{'type':7}}}",
     "enum /properties/a/type must be one of: array, boolean, integer, null, number, object, "
     "string\n"},
    {"{'$ref':'https://json-schema.org/draft/2020-12/schema'}", "{'minLength':-1}",
     "minimum /minLength must be at least 0\n"},
};

/* anyOf and oneOf: the likeliest branch speaks, not all. */
static const struct row branches[] = {
    {"{'anyOf':[{'type':'string'},{'type':'null'}]}", "1", "type  must be of type string, null\n"},
    {"{'anyOf':[{'const':'a'},{'const':'b'},{'const':'c'}]}", "'d'",
     "enum  must be one of: a, b, c\n"},
    {"{'anyOf':[{'type':'null'},{'type':'object','properties':{'a':{'type':'string'}}}]}",
     "{'a':1}", "type /a must be of type string\n"},
    {"{'oneOf':[{'properties':{'kind':{'const':'x'},'n':{'type':'null'}},'required':['kind']},"
     "{'properties':{'kind':{'const':'y'},'n':{'maximum':5}},'required':['kind']}]}",
     "{'kind':'y','n':7}", "maximum /n must be at most 5\n"},
    {"{'anyOf':[{'required':['a']},{'required':['b']}]}", "{}",
     "required  one of these members is missing: a, b\n"},
    {"{'anyOf':[{'required':['a']},{'required':['b','c']}]}", "{'b':1}",
     "required  the member \"c\" is missing\n"},
    {"{'items':{'anyOf':[{'items':{'anyOf':[{'minimum':5},{'type':'null'}]}},{'type':'null'}]}}",
     "[[7],[1]]", "minimum /1/0 must be at least 5\n"},
    {"{'properties':{'a':{'type':'string'}},'anyOf':[{'properties':{'a':{'const':'x'}}}]}",
     "{'a':1}", "type /a must be of type string\nconst /a must be x\n"},
    {"{'properties':{'a':{'type':'string'}},"
     "'anyOf':[{'properties':{'a':{'const':'x'}}},{'properties':{'a':{'const':'y'}}}]}",
     "{'a':1}", "type /a must be of type string\n"},
    {"{'oneOf':[{'not':{'type':'null'}},{'type':'boolean'}]}", "null",
     "not  must not be as \"not\" describes\n"},
};

static void check(const struct row *row)
{
  struct rig rig;
  rig_open(&rig, row->schema, NULL);
  bool valid = rig_validate(&rig, row->instance);
  if (strcmp(rig.findings, row->findings) != 0)
    print_error("%s with %s\n", row->schema, row->instance);
  assert_string_equal(rig.findings, row->findings);
  assert_int_equal(valid, row->findings[0] == '\0');
  assert_int_equal(rig.count == 0, valid);
  rig_close(&rig);
}

static void test_keywords(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    check(&rows[i]);
}

static void test_branches(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof branches / sizeof *branches; i++)
    check(&branches[i]);
}

static void test_languages(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig, "{'required':['a'],'properties':{'b':{'maximum':3}}}", NULL);
  rig.language = VT_LANGUAGE_NB;
  assert_false(rig_validate(&rig, "{'b':4}"));
  assert_string_equal(rig.findings, "maximum /b må være høyst 3\nrequired  feltet «a» mangler\n");
  rig.language = VT_LANGUAGE_NN;
  assert_false(rig_validate(&rig, "{'b':4}"));
  assert_string_equal(rig.findings, "maximum /b må vere høgst 3\nrequired  feltet «a» manglar\n");
  rig_close(&rig);
}

static void test_expected_and_found(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig, "{'properties':{'a':{'enum':['x','y']},'b':{'type':'null'}}}", NULL);
  rig.with_found = true;
  assert_false(rig_validate(&rig, "{'a':'z','b':[1]}"));
  assert_string_equal(rig.findings, "enum /a must be one of: x, y <x, y> <\"z\">\n"
                                    "type /b must be of type null <null> <[>\n");
  rig_close(&rig);
}

/* All are counted, the cap bounds what is delivered. */
static void test_cap(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig, "{'items':{'type':'null'}}", NULL);
  rig.cap = 2;
  assert_false(rig_validate(&rig, "[1,2,3,4,5]"));
  assert_string_equal(rig.findings, "type /0 must be of type null\n"
                                    "type /1 must be of type null\n");
  assert_int_equal(rig.count, 5);
  rig_close(&rig);
}

static void test_entry(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_schema_options options = {.entry = VT_STR("#/$defs/row")};
  rig_open(&rig, "{'$defs':{'row':{'required':['id']}},'type':'array'}", &options);
  assert_false(rig_validate(&rig, "{}"));
  assert_string_equal(rig.findings, "required  the member \"id\" is missing\n");
  assert_true(rig_validate(&rig, "{'id':1}"));
  rig_close(&rig);
}

static void test_remotes(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_schema_remote remote = {VT_STR("https://example.org/a/b.json"),
                                    VT_STR("{\"$defs\":{\"n\":{\"type\":\"null\"}}}")};
  struct vt_schema_options options = {
      .uri = VT_STR("https://example.org/a/root.json"), .remotes = &remote, .remote_count = 1};
  rig_open(&rig, "{'$ref':'b.json#/$defs/n'}", &options);
  assert_true(rig_validate(&rig, "null"));
  assert_false(rig_validate(&rig, "1"));
  rig_close(&rig);
}

static void test_formats_assert_when_asked(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_schema_options options = {.assert_formats = true};
  rig_open(&rig, "{'format':'date'}", NULL);
  assert_true(rig_validate(&rig, "'2026-02-30'"));
  rig_close(&rig);
  rig_open(&rig, "{'format':'date'}", &options);
  assert_false(rig_validate(&rig, "'2026-02-30'"));
  assert_string_equal(rig.findings, "format  must be a valid date\n");
  rig_close(&rig);
}

/* More than 64 subschemas hold for one value: several words of slots. */
static void test_many_branches(void **state)
{
  (void)state;
  struct rig rig;
  char schema[8192];
  size_t len = 0;
  len += (size_t)snprintf(schema, sizeof schema, "{'oneOf':[");
  for (int i = 0; i < 150; i++)
    len += (size_t)snprintf(schema + len, sizeof schema - len,
                            "%s{'properties':{'k':{'const':%d}}}", i > 0 ? "," : "", i);
  snprintf(schema + len, sizeof schema - len, "],'type':'object','unevaluatedProperties':false}");
  rig_open(&rig, schema, NULL);
  assert_true(rig_validate(&rig, "{'k':149}"));
  assert_false(rig_validate(&rig, "{'k':150}"));
  assert_false(rig_validate(&rig, "{'k':7,'l':1}"));
  assert_string_equal(rig.findings, "unevaluatedProperties /l this member is not allowed here\n");
  rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_keywords),      cmocka_unit_test(test_branches),
      cmocka_unit_test(test_languages),     cmocka_unit_test(test_expected_and_found),
      cmocka_unit_test(test_cap),           cmocka_unit_test(test_entry),
      cmocka_unit_test(test_remotes),       cmocka_unit_test(test_formats_assert_when_asked),
      cmocka_unit_test(test_many_branches),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
