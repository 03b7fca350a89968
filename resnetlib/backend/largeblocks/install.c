//go:build linux && cgo && !noxla

#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "largeblocks.h"

// What a relocation does that stores the address of an imported function: a slot of the procedure linkage table, or of the global offset table, or
// any word.
#if defined(__x86_64__)
enum { SLOT = R_X86_64_JUMP_SLOT, GLOBAL = R_X86_64_GLOB_DAT, WORD = R_X86_64_64 };
#elif defined(__aarch64__)
enum { SLOT = R_AARCH64_JUMP_SLOT, GLOBAL = R_AARCH64_GLOB_DAT, WORD = R_AARCH64_ABS64 };
#else
enum { SLOT = -1, GLOBAL = -2, WORD = -3 };
#endif

// image is a loaded library.
typedef struct {
  uintptr_t base, fixed, fixed_end;  // fixed: what the loader has made read-only after its relocations
  const ElfW(Sym) * symbols;
  const char* strings;
  const ElfW(Rela) * tables[2];
  size_t counts[2];
} image;

// address returns an entry of the dynamic section as an address. glibc has added the base already, other C libraries have not.
static uintptr_t address(const image* im, ElfW(Addr) value) { return value < im->base ? value + im->base : value; }

static void read_dynamic(image* im, const ElfW(Dyn) * d) {
  for (; d->d_tag != DT_NULL; d++) {
    switch (d->d_tag) {
      case DT_SYMTAB: im->symbols = (const ElfW(Sym)*)address(im, d->d_un.d_ptr); break;
      case DT_STRTAB: im->strings = (const char*)address(im, d->d_un.d_ptr); break;
      case DT_JMPREL: im->tables[0] = (const ElfW(Rela)*)address(im, d->d_un.d_ptr); break;
      case DT_PLTRELSZ: im->counts[0] = d->d_un.d_val / sizeof(ElfW(Rela)); break;
      case DT_RELA: im->tables[1] = (const ElfW(Rela)*)address(im, d->d_un.d_ptr); break;
      case DT_RELASZ: im->counts[1] = d->d_un.d_val / sizeof(ElfW(Rela)); break;
    }
  }
}

// find_fixed looks for the read-only part of the image at data->base among all that are loaded.
static int find_fixed(struct dl_phdr_info* info, size_t size, void* data) {
  image* im = data;
  if (info->dlpi_addr != im->base) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)* p = &info->dlpi_phdr[i];
    if (p->p_type != PT_GNU_RELRO) continue;
    uintptr_t mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);  // whole pages only: the loader rounds both ends down
    im->fixed = (im->base + p->p_vaddr) & mask;
    im->fixed_end = (im->base + p->p_vaddr + p->p_memsz) & mask;
  }
  return 1;
}

// store writes a function's address into a word of the image.
static int store(const image* im, uintptr_t at, void* function) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = at & ~(page - 1);
  int fixed = at >= im->fixed && at < im->fixed_end;
  if (fixed && mprotect((void*)start, page, PROT_READ | PROT_WRITE)) return 0;
  *(void**)at = function;
  if (fixed) mprotect((void*)start, page, PROT_READ);
  return 1;
}

// redirect replaces the function called name wherever the image refers to it, or counts these places where function is NULL. It returns how many
// there are, or -1 where a place cannot be written.
static int redirect(const image* im, const char* name, void* function) {
  int found = 0;
  for (int t = 0; t < 2; t++) {
    for (size_t i = 0; im->tables[t] && i < im->counts[t]; i++) {
      const ElfW(Rela)* r = &im->tables[t][i];
      int type = ELF64_R_TYPE(r->r_info);
      if ((type != SLOT && type != GLOBAL && type != WORD) || r->r_addend) continue;
      const ElfW(Sym)* s = &im->symbols[ELF64_R_SYM(r->r_info)];
      if (s->st_shndx != SHN_UNDEF || strcmp(im->strings + s->st_name, name)) continue;
      if (function && !store(im, im->base + r->r_offset, function)) return -1;
      found++;
    }
  }
  return found;
}

const char* largeblocks_install(const char* path) {
  void* library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (!library) return "it is not loaded";
  struct link_map* map;
  int failed = dlinfo(library, RTLD_DI_LINKMAP, &map);
  dlclose(library);  // RTLD_NOLOAD counted once more
  if (failed) return "the loader does not say where it is";
  image im = {.base = map->l_addr};
  read_dynamic(&im, map->l_ld);
  dl_iterate_phdr(find_fixed, &im);
  if (!im.symbols || !im.strings) return "it has no table of symbols";
  if (!redirect(&im, "posix_memalign", NULL) || !redirect(&im, "free", NULL)) return "it does not import posix_memalign and free";
  // free first: a block of ours must never come to the C library's.
  if (redirect(&im, "free", largeblocks_give) < 0) return "its table of imported functions cannot be written";
  if (redirect(&im, "posix_memalign", largeblocks_take) < 0) return "its table of imported functions cannot be written";
  return NULL;
}
