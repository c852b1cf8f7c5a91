#include "plugin/elf.h"

#include "base/number.h"

#include <elf.h>
#include <stdio.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#else
#error "name this machine's ELF number here and in machine_name()"
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OUR_DATA ELFDATA2LSB
#else
#define OUR_DATA ELFDATA2MSB
#endif

static const char entry_prefix[] = "vater_plugin_";
static const char entry_wanted[] = "vater_plugin_1";

static const char *machine_name(unsigned machine, char *space, size_t size)
{
  switch (machine) {
  case EM_X86_64:
    return "x86-64";
  case EM_AARCH64:
    return "AArch64";
  case EM_RISCV:
    return "RISC-V";
  case EM_386:
    return "i386";
  case EM_ARM:
    return "ARM";
  default:
    snprintf(space, size, "number %u", machine);
    return space;
  }
}

/* [offset, offset + count * size) lies in the file. */
static bool inside(struct vater_str bytes, uint64_t offset, uint64_t count, uint64_t size)
{
  if (size != 0 && count > bytes.len / size)
    return false;
  return offset <= bytes.len && count * size <= bytes.len - offset;
}

static int check_header(struct vater_str bytes, const char *name, Elf64_Ehdr *header,
                        struct vt_error *error)
{
  if (bytes.len < 4 || memcmp(bytes.ptr, ELFMAG, SELFMAG) != 0)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' is not an ELF file; wanted: a shared object (cc -shared -fPIC)", name);
  if (bytes.len < sizeof *header)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' is cut short: %zu bytes, less than an ELF header; copy it again", name,
                   bytes.len);
  memcpy(header, bytes.ptr, sizeof *header);
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != OUR_DATA)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' is built for another word size or byte order; wanted: 64 bit, as this "
                   "program; build it for this machine",
                   name);
  char found[24], wanted[24];
  if (header->e_machine != OUR_MACHINE)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' is built for machine %s; wanted: %s; build it for this machine", name,
                   machine_name(header->e_machine, found, sizeof found),
                   machine_name(OUR_MACHINE, wanted, sizeof wanted));
  if (header->e_type != ET_DYN)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' is ELF of type %u; wanted: a shared object (type 3, cc -shared -fPIC)",
                   name, (unsigned)header->e_type);
  return VATER_OK;
}

static int cut(const char *name, struct vater_str bytes, struct vt_error *error)
{
  return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                 "'%s' is cut short or damaged: its tables point outside its %zu bytes; copy it "
                 "again",
                 name, bytes.len);
}

/* What the loader maps must be there: reading a mapping behind the end of a file is a SIGBUS. */
static int check_segments(struct vater_str bytes, const Elf64_Ehdr *header, const char *name,
                          struct vt_error *error)
{
  if (header->e_phentsize != sizeof(Elf64_Phdr) ||
      !inside(bytes, header->e_phoff, header->e_phnum, sizeof(Elf64_Phdr)))
    return cut(name, bytes, error);
  for (unsigned i = 0; i < header->e_phnum; i++) {
    Elf64_Phdr segment;
    memcpy(&segment, bytes.ptr + header->e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type == PT_LOAD && !inside(bytes, segment.p_offset, segment.p_filesz, 1))
      return cut(name, bytes, error);
  }
  return VATER_OK;
}

static bool read_section(struct vater_str bytes, const Elf64_Ehdr *header, unsigned index,
                         Elf64_Shdr *section)
{
  if (index >= header->e_shnum)
    return false;
  memcpy(section, bytes.ptr + header->e_shoff + index * sizeof *section, sizeof *section);
  return section->sh_type == SHT_NOBITS || inside(bytes, section->sh_offset, section->sh_size, 1);
}

static struct vater_str symbol_name(struct vater_str bytes, const Elf64_Shdr *texts,
                                    const Elf64_Sym *symbol)
{
  if (symbol->st_name >= texts->sh_size)
    return VT_STR_NONE;
  const char *start = bytes.ptr + texts->sh_offset + symbol->st_name;
  return (struct vater_str){start, strnlen(start, texts->sh_size - symbol->st_name)};
}

/* Looks for the entry; another major's entry is kept in `other`. */
static bool has_entry(struct vater_str bytes, const Elf64_Shdr *symbols, const Elf64_Shdr *texts,
                      struct vater_str *other)
{
  for (uint64_t at = 0; symbols->sh_size - at >= sizeof(Elf64_Sym); at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    memcpy(&symbol, bytes.ptr + symbols->sh_offset + at, sizeof symbol);
    if (symbol.st_shndx == SHN_UNDEF)
      continue;
    struct vater_str name = symbol_name(bytes, texts, &symbol);
    if (vt_str_is(name, entry_wanted))
      return true;
    uint64_t major;
    if (vt_str_starts(name, vt_str(entry_prefix)) &&
        vt_number_uint64(vt_str_slice(name, sizeof entry_prefix - 1, name.len), &major))
      *other = name;
  }
  return false;
}

static int check_symbols(struct vater_str bytes, const Elf64_Ehdr *header, const char *name,
                         struct vt_error *error)
{
  struct vater_str other = VT_STR_NONE;
  if (header->e_shentsize != sizeof(Elf64_Shdr) ||
      !inside(bytes, header->e_shoff, header->e_shnum, sizeof(Elf64_Shdr)))
    return cut(name, bytes, error);
  for (unsigned i = 0; i < header->e_shnum; i++) {
    Elf64_Shdr symbols, texts;
    if (!read_section(bytes, header, i, &symbols))
      return cut(name, bytes, error);
    if (symbols.sh_type != SHT_DYNSYM)
      continue;
    if (!read_section(bytes, header, symbols.sh_link, &texts) || texts.sh_type != SHT_STRTAB)
      return cut(name, bytes, error);
    if (has_entry(bytes, &symbols, &texts, &other))
      return VATER_OK;
  }
  if (other.len > 0)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "'%s' exports %.*s; wanted: %s (ABI major %d); build it against this version's "
                   "vater/plugin.h",
                   name, VT_STR_ARGS(other), entry_wanted, VATER_ABI_MAJOR);
  return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                 "'%s' exports no entry symbol; wanted: %s; is VATER_PLUGIN(…) in its source?",
                 name, entry_wanted);
}

int vt_elf_check(struct vater_str bytes, const char *name, struct vt_error *error)
{
  Elf64_Ehdr header;
  int status = check_header(bytes, name, &header, error);
  if (status == VATER_OK)
    status = check_segments(bytes, &header, name, error);
  if (status == VATER_OK)
    status = check_symbols(bytes, &header, name, error);
  return status;
}
