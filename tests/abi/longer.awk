# The header as a later minor would have it: each struct that grows has members appended.
/define VATER_ABI_MINOR/ { sub(/VATER_ABI_MINOR [0-9]+/, "VATER_ABI_MINOR 7") }
/^struct vater_/ { grows = 0 }
/^  uint32_t size;/ { grows = 1 }
/^};/ && grows {
  print "  int (*appended_first)(void *, int);"
  print "  uint64_t appended_second[5];"
  print "  const char *appended_last;"
  grows = 0
}
{ print }
