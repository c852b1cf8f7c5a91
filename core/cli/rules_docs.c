#include "cli/rules_facts.h"
#include "cli/rules_frame.h"

#include "base/encode.h"
#include "rules/review.h"

#include <jansson.h>

enum { PAGE_BYTES_MAX = 64 * 1024 * 1024, HEADING_BYTES = 90 };

/* A catalogue being written, as Markdown or HTML. Every text from a pack goes through put(). */
struct catalogue {
  const struct vt_rules *rules;
  struct vt_buffer *out;
  enum vt_language language;
  bool html;
};

enum word {
  WORD_TITLE,
  WORD_UNIT,
  WORD_FREQUENCY,
  WORD_REPORTED_BY,
  WORD_STATE,
  WORD_SEVERITY,
  WORD_SCOPE,
  WORD_APPLIES,
  WORD_WHEN,
  WORD_MUST_HOLD,
  WORD_CHECK,
  WORD_REMEDY,
  WORD_REFERENCE,
  WORD_RULES,
  WORD_EVERY,
  WORD_FACTS, /* in the order of enum vt_fact */
  WORD_LAST_FACT = WORD_FACTS + VT_FACT_COUNT - 1,
  WORD_COUNT
};

static const char *const words[WORD_COUNT][VT_LANGUAGE_COUNT] = {
    [WORD_TITLE] = {"Indikatorer og regler", "Indikatorar og reglar", "Indicators and rules"},
    [WORD_UNIT] = {"enhet", "eining", "unit"},
    [WORD_FREQUENCY] = {"hyppighet", "hyppigheit", "frequency"},
    [WORD_REPORTED_BY] = {"rapporteres av", "vert rapportert av", "reported by"},
    [WORD_STATE] = {"status", "status", "state"},
    [WORD_SEVERITY] = {"alvorlighet", "alvor", "severity"},
    [WORD_SCOPE] = {"gjelder", "gjeld", "scope"},
    [WORD_APPLIES] = {"indikatorer", "indikatorar", "indicators"},
    [WORD_WHEN] = {"når", "når", "when"},
    [WORD_MUST_HOLD] = {"må stemme", "må stemme", "must hold"},
    [WORD_CHECK] = {"kontroll", "kontroll", "check"},
    [WORD_REMEDY] = {"hva du gjør", "kva du gjer", "what to do"},
    [WORD_REFERENCE] = {"kilde", "kjelde", "reference"},
    [WORD_RULES] = {"Regler", "Reglar", "Rules"},
    [WORD_EVERY] = {"alle", "alle", "all"},
    [WORD_FACTS +
        VT_FACT_REQUIRES] = {"tall som må med", "tal som må med", "numbers that are needed"},
    [WORD_FACTS + VT_FACT_BREAKDOWNS] = {"inndelinger", "inndelingar", "breakdowns"},
    [WORD_FACTS + VT_FACT_AREA_ROLE] = {"området er", "området er", "role of the area"},
    [WORD_FACTS + VT_FACT_VALID] = {"gjelder", "gjeld", "valid"},
    [WORD_FACTS + VT_FACT_PLAUSIBLE] = {"rimelige verdier", "rimelege verdiar", "plausible values"},
    [WORD_FACTS + VT_FACT_TARGETS] = {"mål", "mål", "targets"},
};

static const char *word(const struct catalogue *page, enum word which)
{
  return words[which][page->language];
}

/* In Markdown what would be markup is escaped, and a line stays a line. */
static void put_markdown(struct vt_buffer *out, struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '<')
      vt_buffer_text(out, "&lt;");
    else if (c == '\n' || c == '\r' || c == '\t')
      vt_buffer_char(out, ' ');
    else if (strchr("\\`*_[]|#&>", c) != NULL && c != '\0')
      vt_buffer_format(out, "\\%c", c);
    else
      vt_buffer_char(out, c);
  }
}

static void put(const struct catalogue *page, struct vater_str text)
{
  if (page->html)
    vt_encode_html(page->out, text);
  else
    put_markdown(page->out, text);
}

/* Between as many backticks as the text does not have. */
static void put_code(const struct catalogue *page, struct vater_str text)
{
  if (page->html) {
    vt_buffer_text(page->out, "<code>");
    vt_encode_html(page->out, text);
    vt_buffer_text(page->out, "</code>");
    return;
  }
  vt_buffer_text(page->out, "`` ");
  for (size_t i = 0; i < text.len; i++)
    vt_buffer_char(page->out, text.ptr[i] == '`' || text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
  vt_buffer_text(page->out, " ``");
}

static void heading(const struct catalogue *page, int level, struct vater_str anchor,
                    struct vater_str text, struct vater_str more)
{
  if (page->html) {
    vt_buffer_format(page->out, "<h%d id=\"", level);
    vt_encode_html(page->out, anchor);
    vt_buffer_text(page->out, "\">");
  } else {
    vt_buffer_format(page->out, "\n<a id=\"%.*s\"></a>\n%.*s ", VT_STR_ARGS(anchor), level, "####");
  }
  put(page, text);
  if (more.len > 0)
    vt_buffer_text(page->out, ": ");
  put(page, more);
  vt_buffer_format(page->out, page->html ? "</h%d>\n" : "\n\n", level);
}

static void begin_fact(const struct catalogue *page, enum word which)
{
  vt_buffer_text(page->out, page->html ? "<li>" : "- ");
  vt_buffer_format(page->out, "%s: ", word(page, which));
}

static void end_fact(const struct catalogue *page)
{
  vt_buffer_text(page->out, page->html ? "</li>\n" : "\n");
}

static void fact(const struct catalogue *page, enum word which, struct vater_str text, bool code)
{
  if (text.len == 0)
    return;
  begin_fact(page, which);
  if (code)
    put_code(page, text);
  else
    put(page, text);
  end_fact(page);
}

static void facts(const struct catalogue *page, bool begin)
{
  if (page->html)
    vt_buffer_text(page->out, begin ? "<ul>\n" : "</ul>\n");
}

static void paragraph(const struct catalogue *page, struct vater_str text)
{
  vt_buffer_text(page->out, page->html ? "<p>" : "");
  put(page, text);
  vt_buffer_text(page->out, page->html ? "</p>\n" : "\n\n");
}

/* ---- indicators -------------------------------------------------------------------------------
 */

static void link_rules(const struct catalogue *page, struct vater_str id)
{
  bool any = false;
  for (uint32_t i = 0; i < vt_rules_count(page->rules); i++) {
    const struct vt_rule_info *rule = vt_rules_info(page->rules, i);
    bool named = false;
    for (uint32_t j = 0; j < rule->applies_count; j++)
      named = named || vt_str_equal(rule->applies_to[j], id);
    if (!named)
      continue;
    if (!any)
      begin_fact(page, WORD_RULES);
    vt_buffer_format(page->out, page->html ? "%s<a href=\"#%.*s\">%.*s</a>" : "%s[%.*s](#%.*s)",
                     any ? ", " : "", VT_STR_ARGS(rule->code), VT_STR_ARGS(rule->code));
    any = true;
  }
  if (any)
    end_fact(page);
}

static void put_facts(const struct catalogue *page, const json_t *indicator)
{
  struct vt_buffer text;
  vt_buffer_init(&text, &page->out->allocator, PAGE_BYTES_MAX);
  for (int i = 0; i < VT_FACT_COUNT; i++) {
    vt_buffer_reset(&text);
    vt_fact_put(indicator, (enum vt_fact)i, &text);
    fact(page, (enum word)(WORD_FACTS + i), vt_buffer_str(&text), false);
  }
  vt_buffer_fini(&text);
}

static void put_indicator(const struct catalogue *page, uint32_t index)
{
  const struct vt_indicator_info *info = vt_rules_indicator(page->rules, index);
  const json_t *json = vt_rules_indicator_json(page->rules, index);
  const json_t *actors = json_object_get(json, "reportedBy");
  heading(page, 2, info->id, info->id, info->title[page->language]);
  paragraph(page, info->definition[page->language]);
  facts(page, true);
  fact(page, WORD_STATE, vt_str(vt_indicator_state_name(info->state)), false);
  fact(page, WORD_UNIT, info->unit, false);
  fact(page, WORD_FREQUENCY, info->frequency, false);
  begin_fact(page, WORD_REPORTED_BY);
  for (size_t i = 0; i < json_array_size(actors); i++) {
    vt_buffer_text(page->out, i > 0 ? ", " : "");
    put(page, vt_str(json_string_value(json_array_get(actors, i))));
  }
  end_fact(page);
  put_facts(page, json);
  link_rules(page, info->id);
  facts(page, false);
}

/* ---- rules ------------------------------------------------------------------------------------
 */

/* What a heading has room for: up to the first full stop, or some words. */
static struct vater_str first_sentence(struct vater_str text)
{
  size_t end = 0;
  while (end < text.len && end < HEADING_BYTES && text.ptr[end] != '\n' &&
         !(text.ptr[end] == '.' && (end + 1 == text.len || text.ptr[end + 1] == ' ')))
    end++;
  if (end == HEADING_BYTES)
    while (end > 0 && text.ptr[end] != ' ')
      end--;
  return vt_str_slice(text, 0, end);
}

static void put_rule(const struct catalogue *page, const struct vt_rule_info *rule)
{
  heading(page, 3, rule->code, rule->code, first_sentence(rule->message[page->language]));
  paragraph(page, rule->message[page->language]);
  facts(page, true);
  fact(page, WORD_REMEDY, rule->remedy[page->language], false);
  fact(page, WORD_SEVERITY, vt_str(vt_severity_name(rule->severity)), false);
  fact(page, WORD_SCOPE, vt_str(vt_scope_name(rule->scope)), false);
  begin_fact(page, WORD_APPLIES);
  for (uint32_t i = 0; i < rule->applies_count; i++) {
    vt_buffer_text(page->out, i > 0 ? ", " : "");
    if (vt_str_is(rule->applies_to[i], "*"))
      vt_buffer_text(page->out, word(page, WORD_EVERY));
    else
      put(page, rule->applies_to[i]);
  }
  end_fact(page);
  fact(page, WORD_WHEN, rule->when, true);
  fact(page, WORD_MUST_HOLD, rule->assert, true);
  fact(page, WORD_CHECK, rule->check, true);
  fact(page, WORD_REFERENCE, rule->reference, false);
  facts(page, false);
}

static void put_all(const struct catalogue *page)
{
  if (page->html)
    vt_buffer_format(page->out,
                     "<!DOCTYPE html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n"
                     "<title>%s</title>\n<h1>%s</h1>\n",
                     vt_language_name(page->language), word(page, WORD_TITLE),
                     word(page, WORD_TITLE));
  else
    vt_buffer_format(page->out, "# %s\n", word(page, WORD_TITLE));
  for (uint32_t i = 0; i < vt_rules_indicator_count(page->rules); i++)
    put_indicator(page, i);
  heading(page, 2, VT_STR("rules"), vt_str(word(page, WORD_RULES)), VT_STR_NONE);
  for (uint32_t i = 0; i < vt_rules_count(page->rules); i++)
    put_rule(page, vt_rules_info(page->rules, i));
  if (page->html)
    vt_buffer_text(page->out, "</html>\n");
}

int vt_rules_docs(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  const struct vt_rules_frame *frame)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &cli->environment.allocator, PAGE_BYTES_MAX);
  const struct catalogue page = {frame->rules, &out, asked->language, asked->html};
  put_all(&page);
  int code = out.failed ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
  if (out.failed)
    fprintf(cli->error, "vater rules: out of memory\n");
  else
    vt_cli_put(cli->out, &out);
  vt_buffer_fini(&out);
  return code;
}
