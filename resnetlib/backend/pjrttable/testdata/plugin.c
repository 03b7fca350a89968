// A PJRT plugin for tests. A program is a line of words that say what happens to it; the name of an executable says how it was made. The table
// ends where the readable memory ends, so that a copy that reads further crashes.
// MAJOR, FUNCTIONS (of the table's size) and MISSING (a place) come from the compiler's command line.

#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../table.h"

static int errors, executables, serialized;  // that live

static void* nothing(void* args) { return NULL; }

static void* fail(const char* message) {
  errors++;
  return strdup(message);
}

static void* error_destroy(error_destroy_args* a) {
  errors--;
  free(a->error);
  return NULL;
}

static void* error_message(error_message_args* a) {
  a->message = a->error;
  a->message_size = strlen(a->error);
  return NULL;
}

static void* client_create(client_create_args* a) {
  a->client = malloc(8);
  return NULL;
}

static void* devices[3];

static void* client_devices(client_addressable_devices_args* a) {
  a->devices = devices;
  a->num_devices = 3;
  return NULL;
}

static void* executable(const char* how, const char* code, size_t size) {
  char* name = malloc(size + 200);
  sprintf(name, "%s %.*s", how, (int)size, code);
  if (strstr(name, "count")) sprintf(name, "errors %d executables %d serialized %d", errors, executables, serialized);
  executables++;
  return name;
}

static void* client_compile(client_compile_args* a) {
  const pjrt_program* p = a->program;
  char* code = strndup(p->code, p->code_size);
  int refused = strstr(code, "uncompilable") != NULL;
  free(code);
  if (refused) return fail("the compiler refuses");
  a->executable = executable("compiled", p->code, p->code_size);
  return NULL;
}

static void* get_executable(get_executable_args* a) {
  executables++;
  a->executable = strdup(a->loaded_executable);
  return NULL;
}

static void* executable_destroy(executable_destroy_args* a) {
  executables--;
  free(a->executable);
  return NULL;
}

static void deleter(void* p) {
  serialized--;
  free(p);
}

static void* serialize(executable_serialize_args* a) {
  if (strstr(a->executable, "unserializable")) return fail("no serialization");
  serialized++;
  a->serialized = strdup(a->executable);
  a->bytes = a->serialized;
  a->bytes_size = strlen(a->bytes);
  a->deleter = deleter;
  return NULL;
}

static void* load(deserialize_and_load_args* a) {
  if (a->bytes_size == 0 || a->bytes[0] == '!') return fail("cannot load");
  a->loaded_executable = executable("loaded", a->bytes, a->bytes_size);
  return NULL;
}

typedef struct {
  size_t struct_size;
  void* extensions;
  void* executable;
  const char* name;
  size_t name_size;
} name_args;

static void* executable_name(name_args* a) {
  a->name = a->executable;
  a->name_size = strlen(a->name);
  return NULL;
}

const pjrt_table* GetPjrtApi(void) {
  static pjrt_table* table;
  if (table) return table;
  size_t size = offsetof(pjrt_table, functions) + FUNCTIONS * sizeof(void*), page = sysconf(_SC_PAGESIZE);
  char* pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages + 2 * page, page, PROT_NONE);
  table = (pjrt_table*)(pages + 2 * page - size);
  table->struct_size = size;
  table->version.major_version = MAJOR;
  table->version.minor_version = 104;
  for (int i = 0; i < FUNCTIONS; i++) table->functions[i] = nothing;
  table->functions[ERROR_DESTROY] = error_destroy;
  table->functions[ERROR_MESSAGE] = error_message;
  table->functions[CLIENT_CREATE] = client_create;
  table->functions[CLIENT_ADDRESSABLE_DEVICES] = client_devices;
  table->functions[CLIENT_COMPILE] = client_compile;
  if (FUNCTIONS >= NEEDED_FUNCTIONS) {
    table->functions[EXECUTABLE_DESTROY] = table->functions[50] = executable_destroy;  // 50: PJRT_LoadedExecutable_Destroy
    table->functions[41] = executable_name;
    table->functions[EXECUTABLE_SERIALIZE] = serialize;
    table->functions[LOADED_EXECUTABLE_GET_EXECUTABLE] = get_executable;
    table->functions[EXECUTABLE_DESERIALIZE_AND_LOAD] = load;
  }
#ifdef MISSING
  table->functions[MISSING] = NULL;
#endif
  return table;
}
