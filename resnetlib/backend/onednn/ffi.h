// The part of XLA's foreign function interface and of its PJRT extension that the handlers use, declared anew (openxla/xla, xla/ffi/api/c_api.h,
// version 0.1, and xla/pjrt/c/pjrt_c_api_ffi_extension.h). Every struct begins with its size and a chain of extensions.

#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ffi_extension {
  size_t struct_size;
  int type;
  struct ffi_extension* next;
} ffi_extension;

typedef struct {
  size_t struct_size;
  ffi_extension* extensions;
} ffi_head;

typedef struct ffi_error ffi_error;
typedef struct ffi_context ffi_context;

typedef struct {
  ffi_head head;
  int major, minor;
} ffi_version;

enum { FFI_METADATA = 1 };  // type of the extension that asks for a handler's version

typedef struct {
  size_t struct_size;
  ffi_version version;
} ffi_metadata;  // its beginning

typedef struct {
  ffi_extension head;
  ffi_metadata* metadata;
} ffi_metadata_extension;

enum { FFI_SIGNED_64 = 5, FFI_FLOAT_32 = 11 };

typedef struct {
  ffi_head head;
  int type;
  void* data;
  int64_t rank;
  int64_t* dims;
} ffi_buffer;

typedef struct {
  const char* data;
  size_t size;
} ffi_text;

typedef struct {
  int type;
  size_t size;
  void* data;
} ffi_array;

enum { FFI_BUFFER = 1 };                // type of an argument and of a result
enum { FFI_ARRAY = 1, FFI_STRING = 4 };  // types of attributes

typedef struct {
  ffi_head head;
  int64_t size;
  int* types;
  void** values;
} ffi_operands;

typedef struct {
  ffi_head head;
  int64_t size;
  int* types;
  ffi_text** names;  // sorted
  void** values;
} ffi_attributes;

enum { FFI_INVALID_ARGUMENT = 3, FFI_INTERNAL = 13 };  // codes of errors

typedef struct {
  ffi_head head;
  const char* message;
  int code;
} ffi_error_create;

typedef struct {
  ffi_head head;
  ffi_error* error;
} ffi_error_destroy;

typedef struct {
  ffi_head head;
  ffi_context* context;
  void (*task)(void* data);
  void* data;
} ffi_schedule;

typedef struct {
  ffi_head head;
  ffi_context* context;
  int64_t* threads;  // out: how many the pool has
} ffi_count;

typedef struct {
  ffi_head head;
  ffi_version version;
  void* internal;
  ffi_error* (*error_create)(ffi_error_create*);
  void* error_message;
  void (*error_destroy)(ffi_error_destroy*);
  void* others[8];
  ffi_error* (*schedule)(ffi_schedule*);
  ffi_error* (*count)(ffi_count*);
} ffi_api;  // its beginning

enum { FFI_EXECUTE = 3 };  // the stage in which the operands are there

typedef struct {
  ffi_head head;
  const ffi_api* api;
  ffi_context* context;
  int stage;
  ffi_operands arguments, results;
  ffi_attributes attributes;
} ffi_call;

// The beginning of struct PJRT_Api, and the functions that errors need (xla/pjrt/c/pjrt_c_api.h).
typedef struct {
  ffi_head head;
  void* error;
} pjrt_error_destroy;

typedef struct {
  ffi_head head;
  void* error;
  const char* message;
  size_t size;
} pjrt_error_message;

typedef struct {
  ffi_head head;
  ffi_version version;
  void (*error_destroy)(pjrt_error_destroy*);
  void (*error_message)(pjrt_error_message*);
} pjrt_api;

enum { PJRT_FFI = 5 };  // type of the extension that registers handlers

typedef struct {
  size_t struct_size;
  const char* target;
  size_t target_size;
  void* handler;
  const char* platform;
  size_t platform_size;
  int traits;
} pjrt_ffi_register;

typedef struct {
  ffi_extension head;
  void* type_register;
  void* user_data_add;
  void* (*register_handler)(pjrt_ffi_register*);
} pjrt_ffi;
