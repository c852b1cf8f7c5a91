/* Norwegian identifiers and municipalities, for rule expressions. See README.md. */
#include "kommune.h"
#include "orgnr.h"

#include <string.h>

static const struct vater_host *host;

static int give_truth(struct vater_value *result, bool truth)
{
  result->type = VATER_VALUE_TRUTH;
  result->as.truth = truth;
  return VATER_OK;
}

static int give_text(struct vater_value *result, const char *text, size_t len)
{
  result->type = VATER_VALUE_TEXT;
  result->as.text = (struct vater_str){text, len};
  return VATER_OK;
}

/* The host calls by the declared signature; a test may not. */
static int check_texts(vater_call *call, const struct vater_value *arguments, uint32_t count,
                       uint32_t wanted)
{
  bool fits = count >= wanted;
  for (uint32_t i = 0; i < wanted && fits; i++)
    fits = arguments[i].type == VATER_VALUE_TEXT;
  if (fits)
    return VATER_OK;
  return host->fail(call, VATER_E_RULE, "wanted %u texts", (unsigned)wanted);
}

static bool is_strict(const struct vater_value *arguments, uint32_t count)
{
  return count < 2 || arguments[1].type != VATER_VALUE_TRUTH || arguments[1].as.truth;
}

static int is_orgnr(vater_call *call, const struct vater_value *arguments, uint32_t count,
                    struct vater_value *result)
{
  char digits[ORGNR_DIGITS];
  int status = check_texts(call, arguments, count, 1);
  if (status != VATER_OK)
    return status;
  return give_truth(result,
                    norway_orgnr(arguments[0].as.text, is_strict(arguments, count), digits));
}

static int orgnr(vater_call *call, const struct vater_value *arguments, uint32_t count,
                 struct vater_value *result)
{
  int status = check_texts(call, arguments, count, 1);
  if (status != VATER_OK)
    return status;
  char *digits = host->alloc(call, ORGNR_DIGITS);
  if (digits == NULL)
    return host->fail(call, VATER_E_NOMEM, "no memory for nine digits");
  bool found = norway_orgnr(arguments[0].as.text, is_strict(arguments, count), digits);
  return give_text(result, digits, found ? ORGNR_DIGITS : 0);
}

static int is_her_id(vater_call *call, const struct vater_value *arguments, uint32_t count,
                     struct vater_value *result)
{
  int status = check_texts(call, arguments, count, 1);
  if (status != VATER_OK)
    return status;
  return give_truth(result, norway_number_of(arguments[0].as.text, "2.16.578.1.12.4.1.2"));
}

static int is_resh(vater_call *call, const struct vater_value *arguments, uint32_t count,
                   struct vater_value *result)
{
  int status = check_texts(call, arguments, count, 1);
  if (status != VATER_OK)
    return status;
  return give_truth(result, norway_number_of(arguments[0].as.text, "2.16.578.1.12.4.1.4.102"));
}

/* A code and a day. */
static int check_code(vater_call *call, const struct vater_value *arguments, uint32_t count)
{
  int status = check_texts(call, arguments, count, 2);
  if (status != VATER_OK || kommune_is_day(arguments[1].as.text))
    return status;
  struct vater_str day = arguments[1].as.text;
  return host->fail(call, VATER_E_RULE, "'%.*s' is no day; wanted one as in \"2024-01-31\"",
                    (int)(day.len < 40 ? day.len : 40), day.ptr);
}

static int is_kommune(vater_call *call, const struct vater_value *arguments, uint32_t count,
                      struct vater_value *result)
{
  int status = check_code(call, arguments, count);
  if (status != VATER_OK)
    return status;
  return give_truth(result, kommune_is_valid(arguments[0].as.text, arguments[1].as.text));
}

static int kommune_at_day(vater_call *call, const struct vater_value *arguments, uint32_t count,
                          struct vater_value *result)
{
  int status = check_code(call, arguments, count);
  if (status != VATER_OK)
    return status;
  const char *code = kommune_at(arguments[0].as.text, arguments[1].as.text);
  return give_text(result, code != NULL ? code : "", code != NULL ? KOMMUNE_DIGITS : 0);
}

static int is_fylke(vater_call *call, const struct vater_value *arguments, uint32_t count,
                    struct vater_value *result)
{
  int status = check_code(call, arguments, count);
  if (status != VATER_OK)
    return status;
  return give_truth(result, kommune_has_county(arguments[0].as.text, arguments[1].as.text));
}

static int fylke_of(vater_call *call, const struct vater_value *arguments, uint32_t count,
                    struct vater_value *result)
{
  int status = check_texts(call, arguments, count, 1);
  if (status != VATER_OK)
    return status;
  struct vater_str code = arguments[0].as.text;
  bool digits = code.len == KOMMUNE_DIGITS;
  for (size_t i = 0; i < code.len && digits; i++)
    digits = code.ptr[i] >= '0' && code.ptr[i] <= '9';
  return give_text(result, digits ? code.ptr : "", digits ? 2 : 0);
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_function functions[] = {
    {"isOrgnr", "(string) -> bool",
     "Whether a text is an organisation number in one of its written forms.", is_orgnr},
    {"isOrgnr", "(string, bool) -> bool",
     "The same; false as second argument: nine digits are enough (test environments).", is_orgnr},
    {"orgnr", "(string) -> string",
     "The nine digits of an organisation number in any written form, '' where it is none.", orgnr},
    {"orgnr", "(string, bool) -> string",
     "The same; false as second argument: nine digits are enough (test environments).", orgnr},
    {"isKommune", "(string, string) -> bool",
     "Whether a municipality's code was valid on a day: isKommune(obs.area, obs.periodEnd).",
     is_kommune},
    {"kommuneAt", "(string, string) -> string",
     "The code that a municipality had or has on a day, '' where there is not exactly one.",
     kommune_at_day},
    {"isFylke", "(string, string) -> bool", "Whether a county's code was valid on a day.",
     is_fylke},
    {"fylkeOf", "(string) -> string", "The county of a municipality's code: its first two digits.",
     fylke_of},
    {"isHerId", "(string) -> bool",
     "Whether a text has the form of a HER-id, bare or as urn:oid:2.16.578.1.12.4.1.2|….",
     is_her_id},
    {"isResh", "(string) -> bool",
     "Whether a text has the form of a RESH id, bare or as urn:oid:2.16.578.1.12.4.1.4.102|….",
     is_resh},
    {NULL, NULL, NULL, NULL},
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "norway",
    .version = "1.0.0",
    .summary = "Norwegian organisation numbers, municipalities by date, HER-id and RESH id.",
    .load = load,
    .functions = functions,
};

VATER_PLUGIN(plugin)
