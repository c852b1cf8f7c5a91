/*
 * What a process is at, where another one can look after its death. Addresses of things that both
 * have from before the fork: the reader compares them with those that it knows and follows none.
 */
#ifndef VT_BASE_NOTE_H
#define VT_BASE_NOTE_H

struct vt_note {
  const void *plugin; /* its name, as in the registry; NULL: no callback is under way */
  const void *part;   /* name of the callback, check or function */
  const void *rule;   /* first byte of its code, as in the bundle; NULL: none */
};

#endif
