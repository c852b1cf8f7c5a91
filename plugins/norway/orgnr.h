/* Identifiers of organisations, read from the forms in which they are written. */
#ifndef NORWAY_ORGNR_H
#define NORWAY_ORGNR_H

#include "vater/plugin.h"

enum { ORGNR_DIGITS = 9 };

/*
 * The nine digits of an organisation number, of an entity or a sub-unit, in any of these forms:
 * 983971636, 983 971 636, NO983971636MVA, 0192:983971636, NO:ORGNR:983971636,
 * urn:oid:2.16.578.1.12.4.1.4.101|983971636; false where the text is none. `strict` wants the
 * control digit (weights 3 2 7 6 5 4 3 2, modulus 11: the Brønnøysund Register Centre) and no
 * number of zeros; identifiers of test environments do not always have it.
 */
bool norway_orgnr(struct vater_str text, bool strict, char digits[ORGNR_DIGITS]);

/* An integer without leading zeros, of at most nine digits, bare or behind urn:oid:OID|. */
bool norway_number_of(struct vater_str text, const char *oid);

#endif
