/*
 * vater plugin ABI, version 1.1. The only header a plugin includes.
 *
 * A plugin is a shared object that exports one function, vater_plugin_1(), made by VATER_PLUGIN().
 * It returns one struct with up to five optional tables: source, auth, format, checks, functions.
 *
 * Promises
 *  - Structs marked "grows" start with `size`; members are only ever appended, and each side copies
 *    up to the smaller size. Structs marked "frozen" never change.
 *  - Memory never changes sides: what a callback receives is borrowed until it returns (the config
 *    of open() until close()); what it hands to a host function is copied. Scratch memory from
 *    host->alloc dies with the call.
 *  - A negative return has a text: `return host->fail(call, VATER_E_CONFIG, "…")`. The first text
 *    wins. A host function that returned a negative status has failed the callback, whatever that
 *    returns.
 *  - The host makes one call at a time on an instance. Callbacks do no I/O, start no threads and do
 *    not fork; format, check and function callbacks run in a sandbox that kills those who try.
 *  - A plugin is never unloaded by dlclose.
 *
 * Lifecycle: dlopen, vater_plugin_1(), load(host); then per table open(config) … callbacks …
 * close(); unload() when the process ends in order.
 */
#ifndef VATER_PLUGIN_H
#define VATER_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VATER_ABI_MAJOR 1 /* also the number in the entry symbol */
#define VATER_ABI_MINOR 1 /* +1 whenever a member is appended anywhere */

#if defined(__GNUC__)
#define VATER_EXPORT __attribute__((visibility("default")))
#define VATER_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define VATER_EXPORT
#define VATER_PRINTF(text, first)
#endif

/* What a callback or host function returns. Negative: failed, with a text in the call. */
enum vater_status {
  VATER_OK = 0,
  VATER_DONE = 1,         /* nothing more (no further page, conversation finished) */
  VATER_E_NOMEM = -1,     /* memory */
  VATER_E_LIMIT = -2,     /* a ceiling was reached; the text names it */
  VATER_E_CONFIG = -3,    /* a setting is wrong */
  VATER_E_IO = -4,        /* the system or the network said no */
  VATER_E_TIMEOUT = -5,   /* out of time */
  VATER_E_AUTH = -6,      /* they do not believe us; a text may begin "AUTH-NONCE: " */
  VATER_E_DECODE = -7,    /* the payload is not what the format says */
  VATER_E_RULE = -8,      /* a rule or expression could not be used */
  VATER_E_CANCELLED = -9, /* somebody asked us to stop */
  VATER_E_BUG = -10,      /* cannot happen, and did */
  VATER_E_REFUSED = -11   /* not allowed (trust, privacy, ownership) */
};

/* Borrowed UTF-8 text; may hold NUL; not terminated. Frozen. */
struct vater_str {
  const char *ptr;
  size_t len;
};

/* A place in a payload. line and column are 1-based, column counts code points; 0 = unknown.
 * Frozen. */
struct vater_pos {
  uint64_t offset; /* byte offset from the start of the page */
  uint32_t line;
  uint32_t column;
};

typedef struct vater_call vater_call;         /* error slot, scratch memory, deadline, log scope */
typedef struct vater_config vater_config;     /* the settings of one instance */
typedef struct vater_request vater_request;   /* an HTTP request being described */
typedef struct vater_response vater_response; /* the head (and for auth: body) of an answer */
typedef struct vater_session vater_session;   /* host-owned secret state of one authentication */
typedef struct vater_node vater_node;         /* a value of the host's compact payload tree */
typedef struct vater_table vater_table;       /* observations being written, or read */
typedef struct vater_findings vater_findings; /* where a check reports */

enum vater_log_level { VATER_LOG_ERROR, VATER_LOG_WARNING, VATER_LOG_INFO, VATER_LOG_DEBUG };

/* ---- settings ---------------------------------------------------------------------------- */

enum vater_setting_type {
  VATER_SETTING_TEXT,
  VATER_SETTING_INTEGER,
  VATER_SETTING_BOOLEAN,
  VATER_SETTING_NUMBER,
  VATER_SETTING_URL,
  VATER_SETTING_LIST,   /* of texts */
  VATER_SETTING_OBJECT, /* of texts by name */
  /* from 1.1: a JSON document, as the name of a file that the host reads or as the object itself;
   * config_node() */
  VATER_SETTING_DOCUMENT
};

/*
 * One declared setting. The host parses, checks, prints help, redacts. A secret is configured as
 * {"file": PATH} or {"credential": NAME}; its value never reaches the plugin, which names the
 * setting to http->secret_header() and the like. Frozen; a list ends with name == NULL.
 */
struct vater_setting {
  const char *name;
  int type; /* enum vater_setting_type */
  bool required;
  bool secret;
  const char *fallback; /* text form, or NULL */
  const char *help;     /* one sentence */
};

/* ---- columns and head fields of a submission --------------------------------------------- */

/* The columns of the observation table; the native submission's member that fills each. */
enum vater_column {
  VATER_COLUMN_NONE = 0,
  VATER_COLUMN_INDICATOR,       /* text  indicator */
  VATER_COLUMN_ACTOR,           /* text  actor; the reporter's orgnr where absent */
  VATER_COLUMN_PERIOD,          /* text  period */
  VATER_COLUMN_AS_OF,           /* text  asOf */
  VATER_COLUMN_AREA,            /* text  area */
  VATER_COLUMN_AREA_ROLE,       /* text  areaRole */
  VATER_COLUMN_BREAKDOWN,       /* text  breakdown, canonical: "age=67-79;sex=F", names ascending */
  VATER_COLUMN_NUMERATOR,       /* number */
  VATER_COLUMN_DENOMINATOR,     /* number */
  VATER_COLUMN_VALUE,           /* number */
  VATER_COLUMN_UNIT,            /* text  unit */
  VATER_COLUMN_STATUS,          /* text  status */
  VATER_COLUMN_ACTION,          /* text  action; "report" where absent */
  VATER_COLUMN_REASON,          /* text  reason */
  VATER_COLUMN_MISSING,         /* text  missing: why there is no number */
  VATER_COLUMN_SAMPLE_SIZE,     /* number sample.n */
  VATER_COLUMN_SAMPLE_MARGIN,   /* number sample.margin */
  VATER_COLUMN_SAMPLE_WEIGHTED, /* truth  sample.weighted */
  VATER_COLUMN_COMMENT_CODE,    /* text  comment.code */
  VATER_COLUMN_COMMENT_TEXT,    /* text  comment.text */
  VATER_COLUMN_COUNT
};

/* The fields of a submission's head. */
enum vater_head {
  VATER_HEAD_NONE = 0,
  VATER_HEAD_SCHEMA_VERSION,  /* text schemaVersion */
  VATER_HEAD_SUBMISSION_ID,   /* text submissionId */
  VATER_HEAD_REPLACES,        /* text replaces */
  VATER_HEAD_TEST,            /* truth test */
  VATER_HEAD_NIL,             /* truth nil */
  VATER_HEAD_REPORTER,        /* text reporter.orgnr */
  VATER_HEAD_REPORTER_NAME,   /* text reporter.name */
  VATER_HEAD_REPORTER_SYSTEM, /* text reporter.system */
  VATER_HEAD_DELIVERY,        /* text delivery: full, partial */
  VATER_HEAD_PERIOD_START,    /* text period.start */
  VATER_HEAD_PERIOD_END,      /* text period.end */
  VATER_HEAD_GENERATED_AT,    /* text generatedAt */
  VATER_HEAD_COMMENT,         /* text comment */
  VATER_HEAD_COUNT
};

/* ---- host ---------------------------------------------------------------------------------- */

/* Describing requests and reading answers (source and auth). Grows. */
struct vater_http_api {
  uint32_t size;
  int (*set_method)(vater_call *, vater_request *, const char *method); /* default GET */
  int (*set_url)(vater_call *, vater_request *, struct vater_str url);  /* absolute, https */
  int (*set_header)(vater_call *, vater_request *, const char *name, struct vater_str value);
  int (*set_body)(vater_call *, vater_request *, const char *media_type, struct vater_str body);
  /* header `name: prefix + value of the secret setting`; the value never reaches the plugin */
  int (*secret_header)(vater_call *, vater_request *, const char *name, const char *prefix,
                       const char *setting);
  /* header `Authorization: Basic …` of a user name and a secret setting */
  int (*basic_header)(vater_call *, vater_request *, struct vater_str user, const char *setting);
  int (*status)(const vater_response *); /* HTTP status code, 0 before any answer */
  /* first header of that name (any case), false where absent */
  bool (*header)(const vater_response *, const char *name, struct vater_str *value);
  struct vater_str (*url)(const vater_response *);  /* the URL that was asked */
  struct vater_str (*body)(const vater_response *); /* auth conversations only; else empty */
  /* target of the Link header with that relation, resolved against url(); false where absent */
  bool (*link)(vater_call *, const vater_response *, const char *relation, struct vater_str *url);
  /* Since 1.1. One field more of an application/x-www-form-urlencoded body. */
  int (*form_field)(vater_call *, vater_request *, const char *name, struct vater_str value);
  int (*secret_field)(vater_call *, vater_request *, const char *name, const char *setting);
  /* header `Authorization: Basic …` with user and secret form-encoded first (RFC 6749 2.3.1) */
  int (*client_header)(vater_call *, vater_request *, struct vater_str user, const char *setting);
  /* sent with a client certificate: secret settings with a PEM chain and its PEM key */
  int (*client_certificate)(vater_call *, vater_request *, const char *chain, const char *key);
  /* The body as a tree, until the callback returns; false where it is no JSON (auth). */
  bool (*json)(vater_call *, const vater_response *, const vater_node **root);
};

/* Secret state of an authentication, kept by the host per issuer and origin (auth). Grows. */
struct vater_session_api {
  uint32_t size;
  int (*set)(vater_call *, vater_session *, const char *name, struct vater_str value,
             int64_t expires_ms);
  /* false where absent or expired */
  bool (*get)(vater_call *, vater_session *, const char *name, struct vater_str *value);
  /* header `name: prefix + session value`, for values the plugin need not see again */
  int (*header)(vater_call *, vater_session *, vater_request *, const char *name,
                const char *prefix, const char *value_name);
  /* Since 1.1. The newest nonce of a server (RFC 9449 section 8), one store for all instances.
   * `server`: "as https://…", "api https://…". Not as RFC 9449 has it, or over 256: refused. */
  int (*set_nonce)(vater_call *, vater_session *, struct vater_str server, struct vater_str nonce);
  bool (*get_nonce)(vater_call *, vater_session *, struct vater_str server, struct vater_str *);
  /* base64url of the SHA-256 of a session value, which the plugin need not see (`ath`) */
  int (*digest)(vater_call *, vater_session *, const char *name, struct vater_str *digest);
};

/* Signing with keys that stay with the host (auth). `key`, `chain`: secret settings with a private
 * key as PEM or JWK, a chain as PEM. Texts live until the callback returns. Since 1.1. Grows. */
struct vater_jose_api {
  uint32_t size;
  /* for open(): that the key is there and fits the algorithm */
  int (*check)(vater_call *, const char *key, struct vater_str algorithm);
  /* that the key names or leaves as the only choice; empty: an RSA key */
  int (*algorithm)(vater_call *, const char *key, struct vater_str *algorithm);
  int (*key_id)(vater_call *, const char *key, struct vater_str *kid); /* of a JWK; or empty */
  int (*public_jwk)(vater_call *, const char *key, struct vater_str *jwk);
  int (*thumbprint)(vater_call *, const char *key, struct vater_str *thumbprint); /* RFC 7638 */
  /* that both belong together; when the first certificate ends */
  int (*certificate)(vater_call *, const char *chain, const char *key, int64_t *until_ms);
  int (*x5c)(vater_call *, const char *chain, const char *key, struct vater_str *list);
  /* a compact JWS (RFC 7515) of two JSON objects; `header` without alg */
  int (*sign)(vater_call *, const char *key, struct vater_str algorithm, struct vater_str header,
              struct vater_str claims, struct vater_str *token);
  int (*random_id)(vater_call *, struct vater_str *id); /* a UUID, version 4 */
};

enum vater_node_type {
  VATER_NODE_NULL,
  VATER_NODE_TRUTH,
  VATER_NODE_NUMBER,
  VATER_NODE_TEXT,
  VATER_NODE_LIST,
  VATER_NODE_OBJECT
};

/* Walking the host's compact tree of a payload (format). NULL nodes are allowed everywhere and
 * read as absent, so a chain of look-ups needs one check. Grows. */
struct vater_node_api {
  uint32_t size;
  int (*type)(const vater_node *); /* enum vater_node_type; NULL node: VATER_NODE_NULL */
  struct vater_str (*text)(const vater_node *); /* a text decoded, or a number as written */
  bool (*number)(const vater_node *, double *value);
  bool (*integer)(const vater_node *, int64_t *value);
  bool (*truth)(const vater_node *, bool *value);
  uint32_t (*length)(const vater_node *);         /* items or members */
  const vater_node *(*first)(const vater_node *); /* first item or member value */
  const vater_node *(*next)(const vater_node *);  /* its sibling, NULL at the end */
  struct vater_str (*name)(const vater_node *);   /* the member's name, empty in a list */
  const vater_node *(*member)(const vater_node *, const char *name);
  const vater_node *(*item)(const vater_node *, uint32_t index);
  uint64_t (*offset)(const vater_node *); /* bytes from the start of the page */
};

/* Writing observations (format) and reading them (check). Rows count from 0. Grows. */
struct vater_table_api {
  uint32_t size;
  int (*row)(vater_call *, vater_table *, uint64_t offset); /* begins the next row */
  int (*set_text)(vater_call *, vater_table *, int column, struct vater_str text);
  /* a number as written: keeps its decimals; refused where it is not a JSON number */
  int (*set_number)(vater_call *, vater_table *, int column, struct vater_str written);
  int (*set_truth)(vater_call *, vater_table *, int column, bool value);
  /* one dimension of the breakdown of the current row */
  int (*set_breakdown)(vater_call *, vater_table *, struct vater_str name, struct vater_str value);
  int (*set_head_text)(vater_call *, vater_table *, int field, struct vater_str text);
  int (*set_head_truth)(vater_call *, vater_table *, int field, bool value);
  /* where the next page is, for the source's next(); at most once a page */
  int (*set_cursor)(vater_call *, vater_table *, struct vater_str cursor);
  uint32_t (*rows)(const vater_table *);
  bool (*get_text)(const vater_table *, uint32_t row, int column, struct vater_str *text);
  bool (*get_number)(const vater_table *, uint32_t row, int column, double *value);
  bool (*get_truth)(const vater_table *, uint32_t row, int column, bool *value);
  /* since 1.1, for checks: a member of the row's indicator as its pack writes it, levels and items
   * of lists divided by '/': "disclosure/threshold", "breakdowns/sex/0"; false where absent */
  bool (*indicator_text)(const vater_table *, uint32_t row, const char *member,
                         struct vater_str *text);
  bool (*indicator_number)(const vater_table *, uint32_t row, const char *member, double *value);
  /* since 1.1, for checks: the index-th code of a code list with the first and last day that it is
   * valid; false behind the last, or where there is no such list */
  bool (*code)(const vater_table *, const char *list, uint32_t index, struct vater_str *code,
               struct vater_str *first, struct vater_str *last);
  /* from 1.1. The same as set_text and set_number, with the cell's own place in the page */
  int (*set_text_at)(vater_call *, vater_table *, int column, struct vater_str text,
                     uint64_t offset);
  int (*set_number_at)(vater_call *, vater_table *, int column, struct vater_str written,
                       uint64_t offset);
  /* What is wrong with the payload at a place, in one English sentence without a full stop; reading
   * goes on. VATER_SEVERITY_ERROR: the delivery is refused. */
  int (*finding)(vater_call *, vater_table *, int severity, uint64_t offset, const char *format,
                 ...) VATER_PRINTF(5, 6);
  /* from 1.1. What a text column, not the breakdown, holds in each further row of the page that
   * does not set it; .ptr NULL: nothing again. For what is the same everywhere. */
  int (*set_otherwise)(vater_call *, vater_table *, int column, struct vater_str text);
  /* from 1.1. The current row has the breakdown of the row before it */
  int (*repeat_breakdown)(vater_call *, vater_table *);
};

enum vater_severity { VATER_SEVERITY_INFO, VATER_SEVERITY_WARNING, VATER_SEVERITY_ERROR };

/* Reporting (check): the finding's code, severity and texts are the rule's. Grows. */
struct vater_report_api {
  uint32_t size;
  /* the rule fails on that row; column 0 = the row as a whole */
  int (*fail_row)(vater_call *, vater_findings *, uint32_t row, int column, const char *format, ...)
      VATER_PRINTF(5, 6);
  /* the rule fails on the submission as a whole */
  int (*fail_all)(vater_call *, vater_findings *, const char *format, ...) VATER_PRINTF(3, 4);
};

/* What the host offers. Grows; each sub-table grows too. */
struct vater_host {
  uint32_t size;
  uint16_t abi_major, abi_minor;
  /* records the text and returns status, so that `return host->fail(…)` reads well */
  int (*fail)(vater_call *, int status, const char *format, ...) VATER_PRINTF(3, 4);
  int (*fail_at)(vater_call *, int status, uint64_t offset, const char *format, ...)
      VATER_PRINTF(4, 5);
  void (*log)(vater_call *, int level, const char *format, ...) VATER_PRINTF(3, 4);
  void *(*alloc)(vater_call *,
                 size_t size);           /* zeroed, gone when the callback returns; NULL: full */
  bool (*cancelled)(const vater_call *); /* poll in long loops */
  int64_t (*now_ms)(const vater_call *); /* wall clock; the reference clock in a worker */
  /* settings: false where not set and without fallback */
  bool (*config_text)(const vater_config *, const char *name, struct vater_str *);
  bool (*config_integer)(const vater_config *, const char *name, int64_t *);
  bool (*config_truth)(const vater_config *, const char *name, bool *);
  bool (*config_number)(const vater_config *, const char *name, double *);
  uint32_t (*config_count)(const vater_config *, const char *name); /* list, object; secret: 1 */
  bool (*config_item)(const vater_config *, const char *name, uint32_t index, struct vater_str *key,
                      struct vater_str *value);
  const struct vater_http_api *http;
  const struct vater_session_api *session;
  const struct vater_node_api *node;
  const struct vater_table_api *table;
  const struct vater_report_api *report;
  const struct vater_jose_api *jose; /* since 1.1 */
  /* from 1.1. The document of a setting, NULL where not set; lives as long as the config */
  const vater_node *(*config_node)(const vater_config *, const char *name);
};

/* ---- source: which requests collect a submission ------------------------------------------ */

/* What is to be collected. Grows. */
struct vater_collect {
  uint32_t size;
  struct vater_str orgnr;  /* the actor's organisation number */
  struct vater_str period; /* the period asked for, or empty */
  struct vater_str goal;   /* "1" … "5", or empty */
  struct vater_str url;    /* the endpoint's URL as configured (a template) */
};

/* The page before. Grows. */
struct vater_page {
  uint32_t size;
  uint32_t number;                /* 1 for the first */
  const vater_response *response; /* its head */
  struct vater_str cursor;        /* what the format's set_cursor() said, or empty */
};

/* Grows. Runs in main, where the network is described but never touched. */
struct vater_source_ops {
  uint32_t size;
  int (*open)(vater_call *, const vater_config *, void **self); /* optional */
  void (*close)(void *self);                                    /* optional */
  int (*first)(vater_call *, void *self, const struct vater_collect *, vater_request *);
  /* OK: ask this; DONE: that was the last page. Optional: one page. The host refuses a URL of
   * another origin, one asked before, and more pages than the limit. */
  int (*next)(vater_call *, void *self, const struct vater_page *, vater_request *);
};

/* ---- auth: one conversation, then headers for each attempt --------------------------------- */

/* One attempt at a request that needs proof of who we are. Grows. */
struct vater_attempt {
  uint32_t size;
  uint32_t number;      /* 1 for the first try of this page */
  struct vater_str url; /* what will be asked */
  struct vater_str method;
  const vater_response *last; /* the refused answer before, or NULL */
  bool renewed; /* since 1.1: the conversation was had again since that answer was asked for */
};

/* Grows. Runs in main. Secrets and session values stay with the host. */
struct vater_auth_ops {
  uint32_t size;
  int (*open)(vater_call *, const vater_config *, void **self); /* optional */
  void (*close)(void *self);                                    /* optional */
  /* OK: send this request and come back with its answer; DONE: ready; negative: refused.
   * Optional: nothing to negotiate. `last` is NULL in the first call. */
  int (*next)(vater_call *, void *self, vater_session *, const vater_response *last,
              vater_request *);
  /* adds the headers of one attempt, fresh proofs included. Since 1.1 DONE: what next() got has
   * expired, converse again first. */
  int (*prepare)(vater_call *, void *self, vater_session *, const struct vater_attempt *,
                 vater_request *);
  /* Since 1.1, optional: all that decides what the conversation brings (issuer, client, scope, key
   * …). Instances of a plugin with the same text share one session and one conversation. */
  int (*identity)(vater_call *, void *self, struct vater_str *identity);
  /* Since 1.1, optional: `attempt->last` is a 401. OK: ask again; DONE: converse again first;
   * negative: given up. Each at most once a page. Without it a 401 is the end. */
  int (*refused)(vater_call *, void *self, vater_session *, const struct vater_attempt *attempt);
  /* Since 1.1, optional: `attempt->last` is any other answer, which may bring what the next request
   * needs (DPoP-Nonce). A failure is logged and costs nothing. */
  int (*answered)(vater_call *, void *self, vater_session *, const struct vater_attempt *attempt);
};

/* ---- format: bytes to observations --------------------------------------------------------- */

/* One member of a row and the column it fills. `member` is relative to the row, levels divided by
 * '/': "comment/code". VATER_COLUMN_BREAKDOWN takes an object of texts. Frozen. */
struct vater_row_member {
  const char *member; /* NULL ends the list */
  int column;         /* enum vater_column */
};

/* One member of the document that fills a head field: "reporter/orgnr". Frozen. */
struct vater_head_member {
  const char *member; /* NULL ends the list */
  int field;          /* enum vater_head */
};

/* Flat formats: where rows are and which member fills which column. The host decodes them while it
 * reads, without a tree. Grows. */
struct vater_rows {
  uint32_t size;
  const char *at; /* JSON Pointer of the list of rows: "/observations" */
  const struct vater_row_member *members;
  const struct vater_head_member *head;
};

/* One cell of a CSV record, decoded; `offset` is where its text or its opening quote stands.
 * Frozen.
 */
struct vater_cell {
  struct vater_str text;
  uint64_t offset;
  bool quoted;
};

/* One record of a CSV page. Grows. */
struct vater_record {
  uint32_t size;
  uint32_t count;
  const struct vater_cell *cells;
  uint64_t offset; /* of the record */
  uint64_t number; /* 1 for the first of the page, a header included */
};

/* Grows. Runs in a sandboxed worker. */
struct vater_format_ops {
  uint32_t size;
  const char *syntax;             /* "json", "csv", "json or csv", "bytes" */
  const char *const *media_types; /* accepted, ends with NULL */
  const char *schema;             /* file under rules/schemas that payloads must fit, or NULL */
  const struct vater_rows *rows;  /* declared rows, or NULL */
  int (*open)(vater_call *, const vater_config *, void **self); /* optional */
  void (*close)(void *self);                                    /* optional */
  /* formats without declared rows: `root` for json, NULL for bytes */
  int (*decode)(vater_call *, void *self, const vater_node *root, struct vater_str bytes,
                vater_table *);
  /* from 1.1. File under rules/schemas that documents of its settings must fit, or NULL */
  const char *mapping_schema;
  /* How format "auto" knows it: names of top-level members (or, of CSV, of columns), or
   * "name=value"; any of them is enough. Ends with NULL; NULL: by its syntax alone. */
  const char *const *marks;
  /* CSV: each record in order, then NULL at the end of the page. The host splits records as the
   * member "dialect" of the settings' document says: delimiter, encoding. */
  int (*record)(vater_call *, void *self, const struct vater_record *record, vater_table *);
  /* 1.1, optional: content about single persons that is no person number, which the host finds
   * itself. Asked of every page before anything of it is shown or stored, also of one that its
   * schema refuses; `root` is NULL where it cannot be read. VATER_E_REFUSED by fail_at(): the page
   * is refused (PAY-PERSON), its bytes are dropped, no excerpt is shown. The text must not quote.
   */
  int (*screen)(vater_call *, void *self, const vater_node *root, struct vater_str bytes);
};

/* ---- checks: what expressions cannot say --------------------------------------------------- */

/* Frozen; a list ends with name == NULL. Runs in a sandboxed worker. */
struct vater_check {
  const char *name;                     /* "small_cells": rules say "PLUGIN.small_cells" */
  const char *summary;                  /* one sentence */
  const struct vater_setting *settings; /* the rule's `with` */
  int (*run)(vater_call *, const vater_config *with, const vater_table *rows, vater_findings *);
};

/* Grows. */
struct vater_check_ops {
  uint32_t size;
  const struct vater_check *checks;
};

/* ---- functions for rule expressions -------------------------------------------------------- */

enum vater_value_type {
  VATER_VALUE_NULL,
  VATER_VALUE_TRUTH,
  VATER_VALUE_INTEGER,
  VATER_VALUE_NUMBER,
  VATER_VALUE_TEXT
};

/* Frozen. */
struct vater_value {
  int type; /* enum vater_value_type */
  union {
    bool truth;
    int64_t integer;
    double number;
    struct vater_str text;
  } as;
};

/* Pure functions: same arguments, same result. Frozen; a list ends with name == NULL. */
struct vater_function {
  const char *name;      /* as rules write it: "isOrgnr" */
  const char *signature; /* CEL types: "(string) -> bool", "(string, timestamp) -> bool" */
  const char *help;      /* one sentence */
  int (*call)(vater_call *, const struct vater_value *arguments, uint32_t count,
              struct vater_value *result);
};

/* ---- the plugin ----------------------------------------------------------------------------- */

/* Grows. */
struct vater_plugin {
  uint32_t size;
  uint16_t abi_major, abi_minor;
  const char *name;    /* lower-case letters, digits, '_'; unique */
  const char *version; /* "1.0.0" */
  const char *summary; /* one sentence */
  const struct vater_setting *settings;
  int (*load)(const struct vater_host *); /* optional; host stays valid for the process's life */
  void (*unload)(void);                   /* optional */
  const struct vater_source_ops *source;
  const struct vater_auth_ops *auth;
  const struct vater_format_ops *format;
  const struct vater_check_ops *check;
  const struct vater_function *functions;
};

#define VATER_PLUGIN_HEAD \
  .size = sizeof(struct vater_plugin), .abi_major = VATER_ABI_MAJOR, .abi_minor = VATER_ABI_MINOR

/* Exports `p`, a static const struct vater_plugin. */
#define VATER_PLUGIN(p)                                         \
  VATER_EXPORT const struct vater_plugin *vater_plugin_1(void); \
  const struct vater_plugin *vater_plugin_1(void)               \
  {                                                             \
    return &(p);                                                \
  }

#ifdef __cplusplus
}
#endif

#endif
