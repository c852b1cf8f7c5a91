#include "cel/function.h"

#include <arpa/inet.h>

#define FUNCTION(name)                                                                \
  void vt_cel_fn_##name(struct vt_cel_run *run, const struct vt_cel_value *arguments, \
                        uint32_t count, struct vt_cel_value *out)

enum { ADDRESS_TEXT = 46, LONGEST_TEXT = 200 };

static const char *parse_address(struct vater_str text, struct vt_cel_network *network)
{
  char plain[ADDRESS_TEXT + 1];
  *network = (struct vt_cel_network){0};
  if (text.len > LONGEST_TEXT)
    return "not an address:";
  if (vt_str_find(text, VT_STR("%"), 0) < text.len)
    return "a zone is not allowed in";
  if (text.len > ADDRESS_TEXT || memchr(text.len > 0 ? text.ptr : "", '\0', text.len) != NULL)
    return "not an address:";
  vt_text_copy(plain, sizeof plain, text);
  bool colon = strchr(plain, ':') != NULL;
  if (colon && strchr(plain, '.') != NULL)
    return "IPv4 within IPv6 is not allowed in";
  network->family = colon ? 6 : 4;
  if (inet_pton(colon ? AF_INET6 : AF_INET, plain, network->bytes) != 1)
    return "not an address:";
  network->prefix = colon ? 128 : 32;
  return NULL;
}

static const char *parse_range(struct vater_str text, struct vt_cel_network *network)
{
  if (text.len > LONGEST_TEXT)
    return "not a range:";
  size_t slash = vt_str_find(text, VT_STR("/"), 0);
  const char *wrong = parse_address(vt_str_slice(text, 0, slash), network);
  if (wrong != NULL)
    return wrong;
  struct vater_str digits = vt_str_slice(text, slash + 1, text.len);
  unsigned prefix = 0;
  if (digits.len == 0 || digits.len > 3 || (digits.len > 1 && digits.ptr[0] == '0'))
    return "not a range:";
  for (size_t i = 0; i < digits.len; i++) {
    if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
      return "not a range:";
    prefix = prefix * 10 + (unsigned)(digits.ptr[i] - '0');
  }
  if (prefix > network->prefix)
    return "not a range:";
  network->prefix = (uint8_t)prefix;
  network->range = true;
  return NULL;
}

size_t vt_cel_network_print(const struct vt_cel_network *network, char out[VT_CEL_NETWORK_TEXT])
{
  inet_ntop(network->family == 6 ? AF_INET6 : AF_INET, network->bytes, out, ADDRESS_TEXT + 1);
  size_t len = strlen(out);
  if (!network->range)
    return len;
  out[len++] = '/';
  if (network->prefix >= 100)
    out[len++] = '1';
  if (network->prefix >= 10)
    out[len++] = (char)('0' + network->prefix / 10 % 10);
  out[len++] = (char)('0' + network->prefix % 10);
  return len;
}

static void give(struct vt_cel_run *run, const struct vt_cel_network *network,
                 struct vt_cel_value *out)
{
  struct vt_cel_network *kept = vt_cel_alloc(run, 1, sizeof *kept, out);
  if (kept == NULL)
    return;
  *kept = *network;
  *out = (struct vt_cel_value){.kind = VT_CEL_NETWORK, .as.network = kept};
}

static bool network_of(struct vt_cel_run *run, const struct vt_cel_value *value, bool range,
                       struct vt_cel_network *network, struct vt_cel_value *out)
{
  if (value->kind == VT_CEL_NETWORK) {
    *network = *value->as.network;
    return true;
  }
  struct vater_str text = value->as.text;
  const char *wrong = range ? parse_range(text, network) : parse_address(text, network);
  if (wrong != NULL)
    vt_cel_raise(run, out, "%s '%.*s'", wrong, VT_STR_ARGS(vt_str_slice(text, 0, 60)));
  return wrong == NULL;
}

FUNCTION(to_ip)
{
  struct vt_cel_network network;
  (void)count;
  if (network_of(run, &arguments[0], false, &network, out))
    give(run, &network, out);
}

FUNCTION(to_cidr)
{
  struct vt_cel_network network;
  (void)count;
  if (network_of(run, &arguments[0], true, &network, out))
    give(run, &network, out);
}

FUNCTION(is_ip)
{
  struct vt_cel_network network;
  (void)run;
  (void)count;
  *out = vt_cel_bool(parse_address(arguments[0].as.text, &network) == NULL);
}

FUNCTION(is_cidr)
{
  struct vt_cel_network network;
  (void)run;
  (void)count;
  *out = vt_cel_bool(parse_range(arguments[0].as.text, &network) == NULL);
}

FUNCTION(is_canonical)
{
  struct vt_cel_network network;
  char text[VT_CEL_NETWORK_TEXT];
  struct vater_str given = arguments[0].as.text;
  (void)count;
  if (!network_of(run, &arguments[0], false, &network, out))
    return;
  size_t len = vt_cel_network_print(&network, text);
  *out = vt_cel_bool(vt_str_equal(given, (struct vater_str){text, len}));
}

FUNCTION(network_text)
{
  char *text = vt_cel_alloc_bytes(run, VT_CEL_NETWORK_TEXT, out);
  (void)count;
  if (text != NULL)
    vt_cel_give_text(out, VT_CEL_STRING, text, vt_cel_network_print(arguments[0].as.network, text));
}

/* ---- kinds of addresses ------------------------------------------------------------------- */

#define OF_NETWORK(name, expression)                           \
  FUNCTION(name)                                               \
  {                                                            \
    const struct vt_cel_network *ip = arguments[0].as.network; \
    (void)run;                                                 \
    (void)count;                                               \
    *out = expression;                                         \
  }

static bool all_zero(const uint8_t *bytes, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (bytes[i] != 0)
      return false;
  return true;
}

static bool is_unspecified(const struct vt_cel_network *ip)
{
  return all_zero(ip->bytes, sizeof ip->bytes);
}

static bool is_loopback(const struct vt_cel_network *ip)
{
  return ip->family == 4 ? ip->bytes[0] == 127 : all_zero(ip->bytes, 15) && ip->bytes[15] == 1;
}

static bool is_multicast(const struct vt_cel_network *ip)
{
  return ip->family == 4 ? ip->bytes[0] >> 4 == 14 : ip->bytes[0] == 255;
}

static bool is_local_multicast(const struct vt_cel_network *ip)
{
  if (ip->family == 4)
    return ip->bytes[0] == 224 && ip->bytes[1] == 0 && ip->bytes[2] == 0;
  return ip->bytes[0] == 255 && (ip->bytes[1] & 15) == 2;
}

static bool is_local_unicast(const struct vt_cel_network *ip)
{
  if (ip->family == 4)
    return ip->bytes[0] == 169 && ip->bytes[1] == 254;
  return ip->bytes[0] == 0xfe && ip->bytes[1] >> 6 == 2;
}

static bool is_global_unicast(const struct vt_cel_network *ip)
{
  bool broadcast = ip->family == 4 && memcmp(ip->bytes, "\377\377\377\377", 4) == 0;
  return !broadcast && !is_unspecified(ip) && !is_loopback(ip) && !is_multicast(ip) &&
         !is_local_unicast(ip);
}

OF_NETWORK(ip_family, vt_cel_int(ip->family))
OF_NETWORK(ip_unspecified, vt_cel_bool(is_unspecified(ip)))
OF_NETWORK(ip_loopback, vt_cel_bool(is_loopback(ip)))
OF_NETWORK(ip_local_multicast, vt_cel_bool(is_local_multicast(ip)))
OF_NETWORK(ip_local_unicast, vt_cel_bool(is_local_unicast(ip)))
OF_NETWORK(ip_global_unicast, vt_cel_bool(is_global_unicast(ip)))
OF_NETWORK(prefix_length, vt_cel_int(ip->prefix))

/* ---- ranges ------------------------------------------------------------------------------- */

static void mask(struct vt_cel_network *network)
{
  for (unsigned i = 0; i < 16; i++) {
    unsigned kept = network->prefix > i * 8 ? network->prefix - i * 8 : 0;
    network->bytes[i] &= (uint8_t)(kept >= 8 ? 255u : 0xff00u >> kept);
  }
}

static bool within(const struct vt_cel_network *range, const struct vt_cel_network *other)
{
  struct vt_cel_network a = *range, b = *other;
  if (a.family != b.family || b.prefix < a.prefix)
    return false;
  b.prefix = a.prefix;
  mask(&a);
  mask(&b);
  return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

FUNCTION(contains_ip)
{
  const struct vt_cel_network range = *arguments[0].as.network;
  struct vt_cel_network other;
  (void)count;
  if (network_of(run, &arguments[1], false, &other, out))
    *out = vt_cel_bool(within(&range, &other));
}

FUNCTION(contains_cidr)
{
  const struct vt_cel_network range = *arguments[0].as.network;
  struct vt_cel_network other;
  (void)count;
  if (network_of(run, &arguments[1], true, &other, out))
    *out = vt_cel_bool(within(&range, &other));
}

FUNCTION(range_ip)
{
  struct vt_cel_network address = *arguments[0].as.network;
  (void)count;
  address.range = false;
  address.prefix = address.family == 6 ? 128 : 32;
  give(run, &address, out);
}

FUNCTION(masked)
{
  struct vt_cel_network range = *arguments[0].as.network;
  (void)count;
  mask(&range);
  give(run, &range, out);
}
