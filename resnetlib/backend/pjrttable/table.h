// The part of PJRT's C interface that is used here (openxla/xla, xla/pjrt/c/pjrt_c_api.h, major version 0). The order and the types of the fields
// are facts of that interface. Every struct begins with its own size, by which a plugin knows which fields its caller has.

#pragma once

#include <stddef.h>

typedef struct {
  size_t struct_size;  // of the table, functions included
  void* extensions;
  struct {
    size_t struct_size;
    void* extensions;
    int major_version;
    int minor_version;
  } version;
  void* functions[];  // each takes a pointer to its arguments
} pjrt_table;

// Places in functions. TestPlaces compares them with go-xla's header.
enum {
  ERROR_DESTROY = 0,
  ERROR_MESSAGE = 1,
  CLIENT_CREATE = 10,
  CLIENT_ADDRESSABLE_DEVICES = 16,
  CLIENT_COMPILE = 20,
  EXECUTABLE_DESTROY = 40,
  EXECUTABLE_SERIALIZE = 49,
  LOADED_EXECUTABLE_GET_EXECUTABLE = 51,
  EXECUTABLE_DESERIALIZE_AND_LOAD = 56,
  NEEDED_FUNCTIONS = 57
};

typedef struct {
  size_t struct_size;
  void* extensions;
  void* error;
} error_destroy_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* error;
  const char* message;  // out; lives as long as the error
  size_t message_size;  // out
} error_message_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* options;
  size_t num_options;
  void* key_value_callbacks[4];
  void* client;  // out
  // More fields follow, which only the plugin reads.
} client_create_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* client;
  void* devices;       // out
  size_t num_devices;  // out
} client_addressable_devices_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  const char* code;
  size_t code_size;
  const char* format;
  size_t format_size;
} pjrt_program;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* client;
  const pjrt_program* program;
  const char* options;
  size_t options_size;
  void* executable;  // out
} client_compile_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* executable;
} executable_destroy_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* executable;
  const char* bytes;       // out
  size_t bytes_size;       // out
  void* serialized;        // out; holds the bytes
  void (*deleter)(void*);  // out; frees what serialized holds
} executable_serialize_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* loaded_executable;
  void* executable;  // out; the caller's to destroy
} get_executable_args;

typedef struct {
  size_t struct_size;
  void* extensions;
  void* client;
  const char* bytes;
  size_t bytes_size;
  void* loaded_executable;       // out
  const char* overridden_options;  // NULL: those that it was compiled with
  size_t overridden_options_size;
} deserialize_and_load_args;

// pjrttable_open loads the plugin and returns its own table. If that fails it returns NULL and a message, which is dlerror's or a constant.
const pjrt_table* pjrttable_open(const char* path, const char** message);

// pjrttable_copy returns a copy of the table, as long as the table says that it is, with our two functions. The copy is never freed.
pjrt_table* pjrttable_copy(const pjrt_table* own);

// pjrttable_call calls a function of a table and returns its error, or NULL.
void* pjrttable_call(void* function, void* args);

// pjrttable_trim returns memory that the C library's malloc holds free to the system, where the C library can.
void pjrttable_trim(void);

// pjrttable_free calls a deleter.
void pjrttable_free(void (*deleter)(void*), void* serialized);
