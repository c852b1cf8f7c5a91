/*
 * What only an author wants to know of packs: rules that say nothing, rules that say what another
 * one says, and what a rule means. Not part of loading; a bundle that was loaded to be `reviewed`
 * may have errors, and then only its sound rules are looked at.
 */
#ifndef VT_RULES_REVIEW_H
#define VT_RULES_REVIEW_H

#include "base/buffer.h"
#include "rules/rules.h"

/* Warnings (RULE-DEAD, RULE-LOAD) with their place: a `when` that is never true or an `assert` that
 * always is for the indicators of the rule, periods in which none of them is reported, only retired
 * indicators, the same condition as an earlier rule's on the same indicator. */
int vt_rules_review(struct vt_rules *rules, struct vt_diagnostics *diagnostics);
/* Whether every file could be read: a name that is not here is nowhere. */
bool vt_rules_complete(const struct vt_rules *rules);
/* Whether loading found nothing wrong with the rule. */
bool vt_rules_sound(const struct vt_rules *rules, uint32_t rule);
/* Appends what the rule asks, without code, texts, severity, indicators and periods: two rules that
 * ask the same have the same bytes. The buffer's status. */
int vt_rules_meaning(const struct vt_rules *rules, uint32_t rule, struct vt_buffer *out);

/* The members, parsed when they are first asked for; borrowed from the bundle. NULL without memory.
 */
struct json_t;
const struct json_t *vt_rules_rule_json(const struct vt_rules *rules, uint32_t rule);
const struct json_t *vt_rules_indicator_json(const struct vt_rules *rules, uint32_t indicator);

/* Whether an observation of the indicator must have that number ("numerator"). */
bool vt_rules_requires(const struct vt_rules *rules, uint32_t indicator, struct vater_str number);

/* An error at that member ("/bullets/0") of an indicator. */
void vt_rules_complain(const struct vt_rules *rules, struct vt_diagnostics *diagnostics,
                       uint32_t indicator, const char *member, const char *text);
/* The name of the bundle's first code list; false where it has none. */
bool vt_rules_list_name(const struct vt_rules *rules, struct vater_str *name);

#endif
